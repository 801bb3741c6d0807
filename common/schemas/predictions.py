"""Requests and answers of the predictions group."""

import datetime as dt
from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from common.schemas.fields import Day, ModelVersion, UserId
from common.schemas.model import ApiModel, ApiRequest
from common.schemas.quality import Computed, DataQuality


class PredictRequest(ApiRequest):
    """Which night: the one that ends on `target_date`, or the one after the as-of day `date`.

    Neither: the night that ends on the user's tomorrow.
    """

    user_id: UserId
    target_date: Day | None = None
    date: Day | None = None
    model_version: ModelVersion | None = None
    """A published version, instead of the one that serves; its answer is not stored."""

    @model_validator(mode="after")
    def _one_night(self) -> Self:
        if self.target_date is not None and self.date is not None:
            raise PydanticCustomError("date_and_target", "give date or targetDate, not both")
        return self

    @property
    def night(self) -> dt.date | None:
        """The day whose morning ends the night; None: the user's tomorrow."""
        return self.target_date if self.date is None else self.date + dt.timedelta(days=1)


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
    target_date: dt.date
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
    as_of: dt.datetime
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
    date: dt.date
    predictions: list[PredictionAnswer]
    unavailable: list[Unpredicted]
    stale: bool = False
