"""What the correlation engine answers, as plain values. Owns no computation."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    NOTHING_RELIABLE = "nothing_reliable"
    INSUFFICIENT_DATA = "insufficient_data"


class Tier(StrEnum):
    PUBLISHED = "published"
    EARLY_SIGNAL = "early_signal"
    EXPLORATORY = "exploratory"


class Refusal(StrEnum):
    """Why a pair was not tested, for machines to read."""

    TOO_FEW_DAYS = "too_few_days"
    NO_VARIATION = "no_variation"
    SAME_QUANTITY = "same_quantity"
    COMPOSITE_OUTCOME = "composite_outcome"
    WEAR_TIME = "wear_time"
    SOURCE_CHANGED = "source_changed"


@dataclass(frozen=True, slots=True)
class Effect:
    """`change` of the outcome in `unit` for `step` more of the input; [lower, upper] is its 90% interval."""

    step: float
    step_unit: str
    change: float
    unit: str
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Finding:
    feature: str
    metric: str
    lag_days: int
    tier: Tier
    n: int
    effective_n: float
    pearson: float
    spearman: float
    p_value: float
    q_value: float
    effect: Effect
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """Paired days the outcome has, and how many a moderate effect would take to show with power 0.8."""

    metric: str
    days_have: int
    days_needed: int


@dataclass(frozen=True, slots=True)
class Report:
    status: Status
    tested: int
    refused: int
    false_discovery_rate: float
    findings: tuple[Finding, ...] = ()
    needed: tuple[Need, ...] = ()
