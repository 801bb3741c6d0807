"""The correlation engine: what moves this person, and how sure we are. `engine.find` is its one question.

Importing this package loads `scipy.special`; nothing else of the service does.
"""

from common.compute.correlations.engine import CORRELATION_VERSION, DEFAULT_LOOKBACK_DAYS, Rules, find
from common.compute.correlations.quantities import metrics_named
from common.compute.correlations.report import Effect, Finding, Need, Refusal, Report, Status, Tier

__all__ = [
    "CORRELATION_VERSION",
    "DEFAULT_LOOKBACK_DAYS",
    "Effect",
    "Finding",
    "Need",
    "Refusal",
    "Report",
    "Rules",
    "Status",
    "Tier",
    "find",
    "metrics_named",
]
