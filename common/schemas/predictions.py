"""Requests and answers of the predictions group."""

from datetime import date, datetime

from common.schemas.fields import Day, UserId
from common.schemas.model import ApiModel, ApiRequest
from common.schemas.quality import Computed, DataQuality


class PredictRequest(ApiRequest):
    """`target_date` labels the night that ends that morning; absent: the user's tomorrow."""

    user_id: UserId
    target_date: Day | None = None


class Interval(ApiModel):
    lower: float
    upper: float


class Baseline(ApiModel):
    rule: str
    value: float


class Contribution(ApiModel):
    group: str
    change: float


class PredictionAnswer(Computed):
    user_id: str
    metric: str
    target_date: date
    value: float
    unit: str
    intervals: dict[str, Interval]
    """Keyed "50", "80", "95"."""
    prediction_range: Interval
    """The 80% interval."""
    baseline: Baseline
    contributions: list[Contribution]
    """Signed changes by feature group, in the metric's unit."""
    feature_importance: dict[str, float]
    """Absolute shares of the contributions (sum 1; empty where nothing contributes)."""
    confidence: float
    """Back-tested share of comparable forecasts within 3 bpm, or within 15%."""
    provisional: bool
    provisional_reasons: list[str]
    as_of: datetime
    """The instant (UTC) after which nothing was used."""
    explanation: str
    model_id: str
    model_version: str
    feature_version: str
    data_quality: DataQuality


class Unpredicted(ApiModel):
    metric: str
    code: str
    detail: str
    have: int | None = None
    need: int | None = None


class PredictionsAnswer(ApiModel):
    user_id: str
    date: date
    predictions: list[PredictionAnswer]
    unavailable: list[Unpredicted]
    stale: bool = False
