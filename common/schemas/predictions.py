"""Requests and answers of the predictions group."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from common.schemas.fields import Day, ModelVersion, UserId
from common.schemas.model import ApiModel, ApiRequest
from common.schemas.quality import Computed, DataQuality

ForecastMetric = Literal[
    "rhr", "hrv", "hrv_rmssd", "hrv_sdnn", "sleep_duration", "sleep_minutes", "recovery_score", "recovery",
    "readiness_score", "readiness",
]  # fmt: skip
ModelledMetric = Literal["rhr", "hrv"]
Horizon = Annotated[int, Field(ge=1, le=7)]
"""Nights ahead: the forecast is made so many days before its night ends."""
BATCH_ITEMS_MAX = 100
INPUTS_MAX = 8


class PredictRequest(ApiRequest):
    """Which night: the one that ends on `target_date`, or `horizon` days after the as-of day `date`.

    Neither: `horizon` days after the user's today.
    """

    user_id: UserId
    target_date: Day | None = None
    date: Day | None = None
    horizon: Horizon = 1
    model_version: ModelVersion | None = None
    """A published version, instead of the one that serves; its answer is not stored."""

    @model_validator(mode="after")
    def _one_night(self) -> Self:
        if self.target_date is not None and self.date is not None:
            raise PydanticCustomError("date_and_target", "give date or targetDate, not both")
        return self

    @property
    def night(self) -> dt.date | None:
        """The day whose morning ends the night; None: `horizon` days after the user's today."""
        return self.target_date if self.date is None else self.date + dt.timedelta(days=self.horizon)


class Interval(ApiModel):
    lower: float
    upper: float


class Baseline(ApiModel):
    """What the simple rule alone forecasts for this person."""

    rule: str
    value: float
    deviation: float
    """The forecast minus that, in the metric's unit."""


class Contribution(ApiModel):
    group: str
    change: float


class PredictionAnswer(Computed):
    user_id: str
    metric: str
    method: Literal["rmssd", "sdnn"] | None = None
    """Of HRV: what the person's device measures. The two are never compared."""
    target_date: dt.date
    horizon: int = 1
    """Nights ahead."""
    answered_by: Literal["model", "rule"] = "model"
    """A learned model, or the rule of the person's own level, where no model is shown to be better."""
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
    percentile: float
    """Share of the person's known values of the last months that lie below the forecast, in percent."""
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


class BatchItem(ApiRequest):
    """One person, metric and night (default: `horizon` days after the person's today)."""

    user_id: UserId
    metric: ForecastMetric
    target_date: Day | None = None
    horizon: Horizon = 1
    model_version: ModelVersion | None = None


class BatchRequest(ApiRequest):
    items: Annotated[list[BatchItem], Field(min_length=1, max_length=BATCH_ITEMS_MAX)]


class BatchResult(ApiModel):
    """Either a prediction as it would be answered alone, or why there is none."""

    user_id: str
    metric: str
    target_date: dt.date | None
    """As asked."""
    horizon: int
    prediction: PredictionAnswer | None
    refusal: Unpredicted | None


class BatchAnswer(ApiModel):
    """In the order of the items."""

    results: list[BatchResult]
    answered: int
    refused: int


class WhatIfRequest(ApiRequest):
    """A day as it might go, before the night to be forecast."""

    user_id: UserId
    metric: ModelledMetric
    target_date: Day | None = None
    changes: Annotated[dict[str, float], Field(max_length=INPUTS_MAX)] = Field(default_factory=dict)
    """Input -> its supposed value of the day before that night, in the input's unit: not a difference."""
    deltas: Annotated[dict[str, float], Field(max_length=INPUTS_MAX)] = Field(default_factory=dict)
    """Input -> how far it is supposed to lie above the person's usual value, or below, in the same unit."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if not self.changes and not self.deltas:
            raise PydanticCustomError("nothing_supposed", "give changes or deltas")
        if self.changes.keys() & self.deltas.keys():
            raise PydanticCustomError("supposed_twice", "give an input in changes or in deltas, not in both")
        return self


class WhatIfOption(ApiModel):
    """An input of the day, whether it may be supposed for this person, and why not."""

    name: str
    description: str
    unit: str
    lowest: float
    highest: float
    available: bool
    reason: Literal["no_evidence", "too_few_days", "rule_answers"] | None
    """None where it may be supposed."""
    explanation: str
    usual: float | None
    """The person's median of the last four weeks, None where too few days are known."""
    people: int
    """Whose nights bear the direction out, none of them seen by the model then."""


class WhatIfOptions(ApiModel):
    user_id: str
    metric: str
    options: list[WhatIfOption]
    as_of: dt.datetime
    model_id: str
    model_version: str
    computed_at: dt.datetime


class SupposedInput(ApiModel):
    name: str
    value: float
    delta: float
    """`value` minus `usual`."""
    usual: float
    """The person's median of the four weeks before."""
    unit: str
    people: int
    """Whose nights bear the direction out, none of them seen by the model then."""


class WhatIfAnswer(ApiModel):
    """A supposition: computed when asked, never stored and never cached."""

    user_id: str
    metric: str
    target_date: dt.date
    unit: str
    value: float
    """With the inputs as supposed, and nothing else known of that day."""
    prediction_range: Interval
    """80%."""
    usual_value: float
    """The same with those inputs as usual."""
    change: float
    """`value` minus `usualValue`."""
    inputs: list[SupposedInput]
    explanation: str
    as_of: dt.datetime
    model_id: str
    model_version: str
    feature_version: str
    data_version: str
    data_quality: DataQuality
    computed_at: dt.datetime
