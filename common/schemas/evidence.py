"""The series behind one insight, ready to plot."""

import datetime as dt

from common.schemas.insights import InsightAnswer
from common.schemas.model import ApiModel
from common.schemas.quality import Computed


class PlottedSeries(ApiModel):
    name: str
    """A feature of the catalogue."""
    unit: str
    values: list[float | None]
    """One a day of `days`; null where unknown or left out."""


class Pair(ApiModel):
    input_day: dt.date
    outcome_day: dt.date
    input: float
    outcome: float


class EvidenceAnswer(Computed):
    user_id: str
    insight: InsightAnswer
    text: str
    """How many days it rests on, over which period."""
    days: list[dt.date]
    series: list[PlottedSeries]
    lag_days: int
    pairs: list[Pair]
    """Days on which both are known, of an insight about an input and an outcome."""
