"""A person's own trials: what is asked, and how one stands."""

import datetime as dt
from typing import Literal

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
    days: Literal[28, 40, 56] | None = None
    """How long. Absent: the shortest that shows what is suspected in 8 of 10 such trials, else 56."""


class PlannedDay(ApiModel):
    date: dt.date
    """A local day of the trial."""
    change: bool
    """True: make the change. False: as usual."""


class Power(ApiModel):
    """How sure a trial of one length would be."""

    days: int
    """How long it takes."""
    power: float
    """Chance that a trial of so many days is sure of the suspected change, where it is true."""


class Prospect(ApiModel):
    """What a trial is thought to find, as far as this person's days tell beforehand."""

    suspected: float
    """The change of the measure that goes with the habit in the person's days, or the smallest worth telling
    where that is more: a suspicion, which the trial tests."""
    unit: str
    """Of the measure."""
    power: list[Power]
    """By length; empty where too few nights are known to tell."""


class Together(ApiModel):
    """What is thought of the change after the trial: its result and the days before, by their precision."""

    change: float
    """Of the measure, by the change of the habit."""
    lower: float
    """Lower end of its 90% interval."""
    upper: float
    """Upper end of its 90% interval."""
    unit: str
    """Of the measure."""


class TrialOption(ApiModel):
    """A trial that could be started."""

    feature: str
    """The habit to change."""
    metric: str
    """The measure that would tell most."""
    days: int
    """The length it would have."""
    prospect: Prospect
    """What it is thought to find."""
    worth: float
    """How much better off the person is expected to be for knowing the result, in the measure's unit, if what
    their days suggest is the habit's doing: that is what the trial is for, and no more is known of it."""


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
    prospect: Prospect
    """What it is thought to find, from the days before it."""
    together: Together | None
    """Null until the trial has a result, and where nothing was thought before."""
    insight: InsightAnswer
    """How it stands in words: planned, running, or what it found."""


class ExperimentsAnswer(ApiModel):
    user_id: str
    """Whose trials."""
    experiments: list[ExperimentAnswer]
    """The latest first."""
    options: list[TrialOption]
    """What to try next, that which would be learnt most from first, a habit once; at most five, and none that
    would hardly find what is suspected."""
