"""Answers about models rather than people: which there are, and how their forecasts fared."""

import datetime as dt
from typing import Any, Literal

from pydantic import ConfigDict

from common.schemas.model import ApiModel


class ModelAnswer(ApiModel):
    """One version. `alias` says whether it serves; while nothing is promoted, the image's own does."""

    metric: str
    model_id: str
    model_version: str
    source: Literal["registry", "image"]
    alias: str | None
    traffic_share: float
    """Of people who are shown it as the challenger."""
    experiment: str | None
    sha256: str
    published_at: dt.datetime | None = None
    promoted_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    withdrawn_for: str | None = None


class ExperimentState(ApiModel):
    """Champion against challenger, both scored for everyone, each person shown one."""

    name: str
    metric: str
    champion: str
    challenger: str
    traffic_share: float
    first_night: dt.date
    stopped_at: dt.datetime | None
    outcome: str | None
    comparison: dict[str, Any] | None
    """Challenger with champion, as of `comparedOn`: gain with its always-valid interval, and verdict."""
    compared_on: dt.date | None


class ModelsAnswer(ApiModel):
    models: list[ModelAnswer]
    experiments: list[ExperimentState]


class Told(ApiModel):
    """Read from what computed it."""

    model_config = ConfigDict(from_attributes=True)


class EstimateAnswer(Told):
    """With its 95% interval, people being the independent units."""

    value: float
    lower: float | None
    upper: float | None


class ScoreAnswer(Told):
    people: int
    forecasts: int
    mean_absolute_error: float
    skill: EstimateAnswer
    """1 minus the error as a share of the simple rule's."""
    coverage: EstimateAnswer
    """Share of outcomes inside the 80% interval."""


class DriftAnswer(Told):
    """Population stability index, and what it exceeds by chance once in a thousand times."""

    index: float
    by_chance: float
    found: bool


class Judgement(Told):
    """What one night's evaluation said of a model version: the last four weeks, and the eight before them."""

    metric: str
    model_id: str
    model_version: str
    day: dt.date
    score: ScoreAnswer | None
    score_before: ScoreAnswer | None
    by_device: dict[str, ScoreAnswer]
    outcome_drift: DriftAnswer | None
    input_drift: dict[str, DriftAnswer]
    should_retrain: bool
    reasons: list[str]


class PastScore(ApiModel):
    day: dt.date
    skill: float | None
    coverage: float | None
    mean_absolute_error: float | None


class VersionPerformance(ApiModel):
    model_version: str
    latest: Judgement
    history: list[PastScore]
    """One a day, oldest first."""


class PerformanceAnswer(ApiModel):
    """`status` is `not_evaluated` until a night has scored forecasts of this model."""

    model_id: str
    status: Literal["evaluated", "not_evaluated"]
    versions: list[VersionPerformance]
    """The one judged last first."""
    should_retrain: bool
    reasons: list[str]
    """Of the version that serves, or was judged last."""
