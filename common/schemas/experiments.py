"""A person's own trials: what is asked, and how one stands."""

import datetime as dt

from common.schemas.fields import Day
from common.schemas.insights import InsightAnswer
from common.schemas.model import ApiModel, ApiRequest


class ExperimentRequest(ApiRequest):
    feature: str
    """The habit to change, as correlations name it."""
    metric: str
    """The measure to watch."""
    start_date: Day | None = None
    """Absent: the person's tomorrow."""


class PlannedDay(ApiModel):
    date: dt.date
    """A local day of the trial."""
    change: bool
    """True: make the change. False: as usual."""


class ExperimentAnswer(ApiModel):
    user_id: str
    """Whose trial."""
    feature: str
    """The habit that is changed."""
    metric: str
    """The measure that is watched."""
    days: list[PlannedDay]
    """Every day of the trial, in order."""
    to_log: list[str]
    """Channels each day needs."""
    insight: InsightAnswer
    """How it stands in words: planned, running, or what it found."""


class ExperimentsAnswer(ApiModel):
    user_id: str
    """Whose trials."""
    experiments: list[ExperimentAnswer]
    """The latest first."""
