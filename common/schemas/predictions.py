"""Requests and answers of the predictions group."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from common.compute.forecasts.model_inputs import METRICS
from common.compute.forecasts.targets import METHODS, NAMES
from common.schemas.fields import Day, ModelVersion, OneOf, UserId
from common.schemas.model import ApiModel, ApiRequest
from common.schemas.quality import Computed, DataQuality

ForecastMetric = Annotated[str, OneOf(NAMES)]
ModelledMetric = Annotated[str, OneOf(tuple(METRICS))]
Method = Annotated[str, OneOf(tuple(METHODS.values()))]
Horizon = Annotated[int, Field(ge=1, le=7)]
"""Nights ahead: the forecast is made so many days before its night ends."""
BATCH_ITEMS_MAX = 100
INPUTS_MAX = 8


class PredictRequest(ApiRequest):
    """Which night: the one that ends on `target_date`, or `horizon` days after the as-of day `date`.

    Neither: `horizon` days after the user's today.
    """

    user_id: UserId
    """Whose night."""
    target_date: Day | None = None
    """The local day the night ends on."""
    date: Day | None = None
    """The local day the night follows, `horizon` days before."""
    horizon: Horizon = 1
    """Nights ahead."""
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
    """Lower bound, in the metric's unit."""
    upper: float
    """Upper bound, in the metric's unit."""


class Baseline(ApiModel):
    """What the simple rule alone forecasts for this person."""

    rule: str
    """Which simple rule."""
    value: float
    """Its forecast, in the metric's unit."""
    deviation: float
    """The forecast minus that, in the metric's unit."""


class Contribution(ApiModel):
    group: str
    """Group of inputs."""
    change: float
    """How far it moves the forecast, in the metric's unit."""


class PredictionAnswer(Computed):
    user_id: str
    """Whose night."""
    metric: str
    """Which measure."""
    method: Method | None = None
    """Of HRV: what the person's device measures. The two are never compared."""
    target_date: dt.date
    """The local day the night ends on."""
    horizon: int = 1
    """Nights ahead."""
    answered_by: Literal["model", "rule"] = "model"
    """A learned model, or the rule of the person's own level, where no model is shown to be better."""
    value: float
    """The forecast."""
    unit: str
    """Its unit."""
    intervals: Annotated[dict[Literal["50", "80", "95"], Interval], Field(min_length=3)]
    """By the share of nights they should hold, in percent."""
    prediction_range: Interval
    """The 80% interval."""
    baseline: Baseline
    """What the simple rule alone forecasts."""
    contributions: list[Contribution]
    """Signed changes by feature group, in the metric's unit."""
    feature_importance: dict[str, float]
    """Absolute shares of the contributions (sum 1; empty where nothing contributes)."""
    percentile: float
    """Share of the person's known values of the last months that lie below the forecast, in percent."""
    confidence: float
    """Back-tested share of comparable forecasts within 3 bpm, or within 15%."""
    provisional: bool
    """True where little is known yet: show it with care."""
    provisional_reasons: list[str]
    """Why it is provisional; empty where it is not."""
    as_of: dt.datetime
    """The instant (UTC) after which nothing was used."""
    explanation: str
    """The forecast and what drives it, in a sentence."""
    model_id: str
    """The model that answered."""
    model_version: str
    """Its version."""
    feature_version: str
    """Version of the definitions of its inputs."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""


class Unpredicted(ApiModel):
    metric: str
    """Which measure."""
    code: str
    """The code of the problem a request for it alone would have met."""
    detail: str
    """The same in a sentence."""
    have: int | None = None
    """Nights there are; null where more nights would not help."""
    need: int | None = None
    """Nights it takes; null where more nights would not help."""


class PredictionsAnswer(ApiModel):
    user_id: str
    """Whose night."""
    date: dt.date
    """The local day the night ends on."""
    predictions: list[PredictionAnswer]
    """One for each metric that can be forecast."""
    unavailable: list[Unpredicted]
    """The others, and why."""
    stale: bool = False
    """True where PostgreSQL could not be reached and this is the last answer known."""


class BatchItem(ApiRequest):
    """One person, metric and night (default: `horizon` days after the person's today)."""

    user_id: UserId
    """Whose night."""
    metric: ForecastMetric
    """Which measure."""
    target_date: Day | None = None
    """The local day the night ends on; absent: `horizon` days after the person's today."""
    horizon: Horizon = 1
    """Nights ahead."""
    model_version: ModelVersion | None = None
    """A published version, instead of the one that serves."""


class BatchRequest(ApiRequest):
    items: Annotated[list[BatchItem], Field(min_length=1, max_length=BATCH_ITEMS_MAX)]
    """Up to 100, answered in this order."""


class BatchItemAsked(ApiModel):
    user_id: str
    """Whose night."""
    metric: str
    """As asked."""
    target_date: dt.date | None
    """As asked."""
    horizon: int
    """Nights ahead."""


class BatchPrediction(BatchItemAsked):
    """An item that was answered, as it would be alone."""

    prediction: PredictionAnswer
    """The forecast."""
    refusal: None
    """Always null."""


class BatchRefusal(BatchItemAsked):
    """An item that was refused."""

    prediction: None
    """Always null."""
    refusal: Unpredicted
    """Why there is none."""


BatchResult = TypeAliasType("BatchResult", BatchPrediction | BatchRefusal)
"""`refusal === null` tells which."""


class BatchAnswer(ApiModel):
    """In the order of the items."""

    results: list[BatchResult]
    """One for each item, in their order."""
    answered: int
    """How many have a prediction."""
    refused: int
    """How many have none."""


class WhatIfRequest(ApiRequest):
    """A day as it might go, before the night to be forecast."""

    user_id: UserId
    """Whose night."""
    metric: ModelledMetric
    """Which measure."""
    target_date: Day | None = None
    """The local day the night ends on; absent: the person's tomorrow."""
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
    """The input, as `changes` and `deltas` name it."""
    description: str
    """What it is, in a few words."""
    unit: str
    """Its unit."""
    lowest: float
    """The least that may be supposed."""
    highest: float
    """The most that may be supposed."""
    available: bool
    """Whether it may be supposed for this person."""
    reason: Literal["no_evidence", "too_few_days", "rule_answers"] | None
    """None where it may be supposed."""
    explanation: str
    """The same in a sentence."""
    usual: float | None
    """The person's median of the last four weeks, None where too few days are known."""
    people: int
    """Whose nights bear the direction out, none of them seen by the model then."""


class WhatIfOptions(ApiModel):
    user_id: str
    """Whose options."""
    metric: str
    """Which measure."""
    options: list[WhatIfOption]
    """Every input that could be supposed of anybody."""
    as_of: dt.datetime
    """The instant (UTC) after which nothing was used."""
    model_id: str
    """The model that would answer."""
    model_version: str
    """Its version."""
    computed_at: dt.datetime
    """When it was computed (UTC)."""


class SupposedInput(ApiModel):
    name: str
    """The input."""
    value: float
    """What it was supposed to be, in `unit`."""
    delta: float
    """`value` minus `usual`."""
    usual: float
    """The person's median of the four weeks before."""
    unit: str
    """Its unit."""
    people: int
    """Whose nights bear the direction out, none of them seen by the model then."""


class WhatIfAnswer(ApiModel):
    """A supposition: computed when asked, never stored and never cached."""

    user_id: str
    """Whose night."""
    metric: str
    """Which measure."""
    target_date: dt.date
    """The local day the night ends on."""
    unit: str
    """The metric's unit."""
    value: float
    """With the inputs as supposed, and nothing else known of that day."""
    prediction_range: Interval
    """80%."""
    usual_value: float
    """The same with those inputs as usual."""
    change: float
    """`value` minus `usualValue`."""
    inputs: list[SupposedInput]
    """What was supposed, beside what is usual."""
    explanation: str
    """The answer in a sentence."""
    as_of: dt.datetime
    """The instant (UTC) after which nothing was used."""
    model_id: str
    """The model that answered."""
    model_version: str
    """Its version."""
    feature_version: str
    """Version of the definitions of its inputs."""
    data_version: str
    """Changes with every row of the person the answer could depend on."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""
    computed_at: dt.datetime
    """When it was computed (UTC)."""
