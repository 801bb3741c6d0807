"""Answers of the back-test: what would have been forecast of past nights, and what came."""

import datetime as dt
from typing import Literal

from common.schemas.model import ApiModel
from common.schemas.predictions import Interval
from common.schemas.quality import Computed, DataQuality


class IssuedForecast(ApiModel):
    """What was really told before that night."""

    value: float
    prediction_range: Interval | None
    model_id: str
    model_version: str
    made_at: dt.datetime


class BackTestedNight(ApiModel):
    target_date: dt.date
    actual: float | None
    """None where the night was not measured."""
    value: float | None
    """What this build forecasts from what is known of the days before; None where nothing is."""
    prediction_range: Interval | None
    """80%."""
    baseline: float | None
    """What the simple rule alone forecasts."""
    answered_by: Literal["model", "rule"] | None
    issued: IssuedForecast | None


class BackTestScore(ApiModel):
    """Of the nights that were forecast and measured; errors in the metric's unit."""

    nights: int
    mean_absolute_error: float
    baseline_error: float
    coverage: float
    """Share of nights inside the 80% interval."""


class BackTestAnswer(Computed):
    user_id: str
    metric: str
    method: Literal["rmssd", "sdnn"] | None
    """Of HRV: what the person's device measures now."""
    unit: str
    horizon: int
    nights: list[BackTestedNight]
    score: BackTestScore | None
    """None where no night was both forecast and measured."""
    issued_score: BackTestScore | None
    """The same of what was really told; `baselineError` is of the simple rule on the same nights."""
    model_id: str
    model_version: str
    data_quality: DataQuality
