"""Answers about models rather than people: which there are, and how their forecasts fared."""

import datetime as dt
from typing import Any, Literal

from pydantic import ConfigDict

from common.schemas.model import ApiModel


class ModelAnswer(ApiModel):
    """One version. `alias` says whether it serves; while nothing is promoted, the image's own does."""

    metric: str
    """What it forecasts."""
    model_id: str
    """Which model."""
    model_version: str
    """Which version of it."""
    source: Literal["registry", "image"]
    """Where its bytes are."""
    alias: str | None
    """champion, challenger or null."""
    traffic_share: float
    """Of people who are shown it as the challenger."""
    experiment: str | None
    """The experiment it runs in, if any."""
    sha256: str
    """Hash of its bytes."""
    published_at: dt.datetime | None = None
    """When it was published (UTC)."""
    promoted_at: dt.datetime | None = None
    """When it became the champion (UTC)."""
    withdrawn_at: dt.datetime | None = None
    """When it was withdrawn (UTC)."""
    withdrawn_for: str | None = None
    """Why it was withdrawn."""


class ExperimentState(ApiModel):
    """Champion against challenger, both scored for everyone, each person shown one."""

    name: str
    """The experiment."""
    metric: str
    """What the models forecast."""
    champion: str
    """Version that serves."""
    challenger: str
    """Version compared with it."""
    traffic_share: float
    """Share of people shown the challenger."""
    first_night: dt.date
    """First night that counts."""
    stopped_at: dt.datetime | None
    """When it ended (UTC); null while it runs."""
    outcome: str | None
    """How it ended; null while it runs."""
    comparison: dict[str, Any] | None
    """Challenger with champion, as of `comparedOn`: gain with its always-valid interval, and verdict."""
    compared_on: dt.date | None
    """The day of the latest comparison."""


class ModelsAnswer(ApiModel):
    models: list[ModelAnswer]
    """Every version of every model."""
    experiments: list[ExperimentState]
    """The latest first."""


class FromComputed(ApiModel):
    """Read from what computed it."""

    model_config = ConfigDict(from_attributes=True)


class EstimateAnswer(FromComputed):
    """With its 95% interval, people being the independent units."""

    value: float
    """The estimate."""
    lower: float | None
    """Lower end of the interval; null with too few people."""
    upper: float | None
    """Upper end of the interval; null with too few people."""


class ScoreAnswer(FromComputed):
    people: int
    """People scored."""
    forecasts: int
    """Nights scored."""
    mean_absolute_error: float
    """In the metric's unit."""
    skill: EstimateAnswer
    """1 minus the error as a share of the simple rule's."""
    coverage: EstimateAnswer
    """Share of outcomes inside the 80% interval."""


class DriftAnswer(FromComputed):
    """Population stability index, and what it exceeds by chance once in a thousand times."""

    index: float
    """Population stability index."""
    by_chance: float
    """What chance exceeds once in a thousand times."""
    found: bool
    """Whether the index exceeds that."""


class Judgement(FromComputed):
    """What one night's evaluation said of a model version: the last four weeks, and the eight before them."""

    metric: str
    """What it forecasts."""
    model_id: str
    """Which model."""
    model_version: str
    """Which version."""
    day: dt.date
    """The day of the evaluation."""
    score: ScoreAnswer | None
    """Of the last four weeks; null without forecasts."""
    score_before: ScoreAnswer | None
    """Of the eight weeks before."""
    by_device: dict[str, ScoreAnswer]
    """Score of each kind of device."""
    outcome_drift: DriftAnswer | None
    """Whether what is measured has changed."""
    input_drift: dict[str, DriftAnswer]
    """Whether inputs have changed, by input."""
    should_retrain: bool
    """Whether it should be trained again."""
    reasons: list[str]
    """Why."""


class PastScore(ApiModel):
    day: dt.date
    """The day of the evaluation."""
    skill: float | None
    """1 minus the error as a share of the simple rule's."""
    coverage: float | None
    """Share of outcomes inside the 80% interval."""
    mean_absolute_error: float | None
    """In the metric's unit."""


class VersionPerformance(ApiModel):
    model_version: str
    """Which version."""
    latest: Judgement
    """Its latest evaluation."""
    history: list[PastScore]
    """One a day, oldest first."""


class PerformanceAnswer(ApiModel):
    """`status` is `not_evaluated` until a night has scored forecasts of this model."""

    model_id: str
    """Which model."""
    status: Literal["evaluated", "not_evaluated"]
    """Whether it was evaluated yet."""
    versions: list[VersionPerformance]
    """The one judged last first."""
    should_retrain: bool
    """Whether it should be trained again."""
    reasons: list[str]
    """Of the version that serves, or was judged last."""
