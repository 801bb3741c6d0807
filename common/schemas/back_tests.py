"""Answers of the back-test: what would have been forecast of past nights, and what came."""

import datetime as dt
from typing import Literal

from common.schemas.model import ApiModel
from common.schemas.predictions import Interval, Method
from common.schemas.quality import Computed, DataQuality


class IssuedForecast(ApiModel):
    """What was really told before that night."""

    value: float
    """The forecast, in the metric's unit."""
    prediction_range: Interval | None
    """Its 80% interval; null where none was stored."""
    model_id: str
    """The model that answered."""
    model_version: str
    """Its version."""
    made_at: dt.datetime
    """When it was made (UTC)."""


class BackTestedNight(ApiModel):
    target_date: dt.date
    """The local day the night ends on."""
    actual: float | None
    """None where the night was not measured."""
    value: float | None
    """What this build forecasts from what is known of the days before; None where nothing is."""
    prediction_range: Interval | None
    """80%."""
    baseline: float | None
    """What the simple rule alone forecasts."""
    answered_by: Literal["model", "rule"] | None
    """A learned model or the rule of the person's own level; null where nothing is forecast."""
    issued: IssuedForecast | None
    """What was really told before that night; null where nothing was."""


class BackTestScore(ApiModel):
    """Of the nights that were forecast and measured; errors in the metric's unit."""

    nights: int
    """How many nights."""
    mean_absolute_error: float
    """Of the forecasts."""
    baseline_error: float
    """Of the simple rule."""
    coverage: float
    """Share of nights inside the 80% interval."""


class BackTestAnswer(Computed):
    user_id: str
    """Whose nights."""
    metric: str
    """Which measure."""
    method: Method | None
    """Of HRV: what the person's device measures now."""
    unit: str
    """The metric's unit."""
    horizon: int
    """Nights ahead each forecast was made."""
    nights: list[BackTestedNight]
    """One for each night asked for, oldest first."""
    score: BackTestScore | None
    """None where no night was both forecast and measured."""
    issued_score: BackTestScore | None
    """The same of what was really told; `baselineError` is of the simple rule on the same nights."""
    model_id: str
    """The model that answers now."""
    model_version: str
    """Its version."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""
