"""What the process says about its own work: one JSON line per request, and counts for Prometheus.

Never a person's data or id, never a token or secret: `logs` writes no exception message, `metrics` takes only
labels from closed sets (a route's template, not its path).
"""

from common.telemetry.logs import configure_logging, log_request, request_id, trace_id
from common.telemetry.metrics import count, observe_seconds, render_metrics

__all__ = [
    "configure_logging",
    "count",
    "log_request",
    "observe_seconds",
    "render_metrics",
    "request_id",
    "trace_id",
]
