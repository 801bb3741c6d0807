"""The series behind one insight, ready to plot."""

import datetime as dt

from common.schemas.insights import InsightAnswer
from common.schemas.model import ApiModel
from common.schemas.quality import Computed


class PlottedSeries(ApiModel):
    name: str
    """A feature of the catalogue."""
    unit: str
    """Unit of the values."""
    values: list[float | None]
    """One a day of `days`; null where unknown or left out."""


class Pair(ApiModel):
    input_day: dt.date
    """The day of the input."""
    outcome_day: dt.date
    """The day of the outcome."""
    input: float
    """The input's value."""
    outcome: float
    """The outcome's value."""


class EvidenceAnswer(Computed):
    user_id: str
    """Whose insight."""
    insight: InsightAnswer
    """The insight, worded as asked."""
    text: str
    """How many days it rests on, over which period."""
    days: list[dt.date]
    """The days of every series, oldest first."""
    series: list[PlottedSeries]
    """What to plot."""
    lag_days: int
    """Days from the input's day to the outcome's; 0 where there is no pair."""
    pairs: list[Pair]
    """Days on which both are known, of an insight about an input and an outcome."""
