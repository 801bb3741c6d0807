"""What the process says about its own work: one JSON line per request, and counts for Prometheus.

Never a person's data or id, never a token or secret: `logs` writes no exception message, `metrics` takes only
labels from closed sets (a route's template, not its path). `catalogue` lists every metric.
"""

from common.telemetry.catalogue import GAUGE_GROUPS
from common.telemetry.exposition import render_metrics
from common.telemetry.logs import configure_logging, log_event, log_metric, request_id, trace_id
from common.telemetry.metrics import (
    Gauges,
    Sample,
    count,
    decode_sample,
    encode_sample,
    gauge,
    mark_shared,
    observe_seconds,
    own_metrics,
    set_gauges,
    unshared,
)
from common.telemetry.tracing import configure_tracing, flush_spans, root_span, span

__all__ = [
    "GAUGE_GROUPS", "Gauges", "Sample", "configure_logging", "configure_tracing", "count",
    "decode_sample", "encode_sample", "flush_spans", "gauge", "log_event", "log_metric",
    "mark_shared", "observe_seconds", "own_metrics", "render_metrics", "request_id", "root_span",
    "set_gauges", "span", "trace_id", "unshared",
]  # fmt: skip
