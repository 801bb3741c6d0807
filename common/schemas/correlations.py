"""Answers of the correlations group."""

from datetime import date
from enum import StrEnum

from common.schemas.fields import Figure
from common.schemas.model import ApiModel
from common.schemas.quality import Computed, DataQuality


class Status(StrEnum):
    OK = "ok"
    NOTHING_RELIABLE = "nothing_reliable"
    INSUFFICIENT_DATA = "insufficient_data"


class Tier(StrEnum):
    PUBLISHED = "published"
    EARLY_SIGNAL = "early_signal"
    EXPLORATORY = "exploratory"


class EffectSize(ApiModel):
    """What a natural step of the input goes with, in the outcome's unit."""

    step: Figure
    step_unit: str
    change: Figure
    unit: str
    lower: Figure
    upper: Figure


class FindingAnswer(ApiModel):
    feature: str
    metric: str
    lag_days: int
    tier: Tier
    n: int
    effective_n: Figure
    pearson: Figure
    spearman: Figure
    p_value: Figure
    q_value: Figure
    effect: EffectSize | None
    caveats: list[str]


class Needed(ApiModel):
    """How many paired days a metric has, and how many the next tier wants."""

    metric: str
    days_have: int
    days_needed: int


class CorrelationsAnswer(Computed):
    user_id: str
    date: date
    status: Status
    explanation: str
    metric: str | None
    lookback_days: int
    tested: int
    false_discovery_rate: float
    findings: list[FindingAnswer]
    needed: list[Needed]
    data_quality: DataQuality
    feature_version: str
    engine_version: str
