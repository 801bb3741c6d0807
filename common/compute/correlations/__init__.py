"""The correlation engine: what moves this person, and how sure we are. `engine.find` is its one question.

Importing this package loads `scipy.special`; nothing else of the service does.
"""

from common.compute.correlations.control import Rules
from common.compute.correlations.engine import (
    DEFAULT_LOOKBACK_DAYS,
    LOOK_BACK_DAYS,
    find,
    profile_lags,
)
from common.compute.correlations.quantities import metrics_named
from common.compute.correlations.report import (
    Effect,
    Finding,
    Granger,
    GrangerRefusal,
    Need,
    PairResult,
    Refusal,
    Report,
    Status,
    Thirds,
    Tier,
)

__all__ = [
    "DEFAULT_LOOKBACK_DAYS",
    "LOOK_BACK_DAYS",
    "Effect",
    "Finding",
    "Granger",
    "GrangerRefusal",
    "Need",
    "PairResult",
    "Refusal",
    "Report",
    "Rules",
    "Status",
    "Thirds",
    "Tier",
    "find",
    "metrics_named",
    "profile_lags",
]
