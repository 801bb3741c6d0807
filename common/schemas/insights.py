"""Requests and answers of the insights group, and the feed as it is kept: as facts, without words."""

import datetime as dt
from enum import StrEnum
from typing import Any

from pydantic import Field

from common.schemas.correlations import Needed
from common.schemas.fields import Day
from common.schemas.model import ApiModel, ApiRequest
from common.schemas.quality import Computed


class InsightType(StrEnum):
    CORRELATION = "CORRELATION"
    PREDICTION = "PREDICTION"
    ANOMALY = "ANOMALY"
    RECOMMENDATION = "RECOMMENDATION"
    GOAL_PROGRESS = "GOAL_PROGRESS"
    PATTERN_DETECTED = "PATTERN_DETECTED"


class Priority(StrEnum):
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class InsightsStatus(StrEnum):
    OK = "ok"
    NOTHING_RELIABLE = "nothing_reliable"
    INSUFFICIENT_DATA = "insufficient_data"


class UnitSystem(StrEnum):
    METRIC = "metric"
    IMPERIAL = "imperial"


class GenerateRequest(ApiRequest):
    date: Day | None = None


class FactAnswer(ApiModel):
    value: float | str
    unit: str


class InsightState(ApiModel):
    """What is the same of an insight in every language."""

    id: str
    type: InsightType
    template: str
    """Which sentences say it."""
    priority: Priority
    subject: str
    """What it is about: input and metric, a goal, a pattern, or metric and night."""
    direction: str
    since: dt.date
    """First day of the episode it belongs to; with type, subject and direction it makes the id."""
    told_on: dt.date
    """First day of this telling: later than `since` where it changed and was told again."""
    data_points: int
    correlation: float | None
    confidence: float
    rank_reason: str
    expires_at: dt.datetime
    viewed: bool = False
    dismissed: bool = False
    helpful: bool | None = None


class Wording(ApiModel):
    """An insight as it was worded when it was stored: in English and metric units."""

    title: str
    description: str
    recommendation: str
    evidence: str
    """How many days it rests on; empty where the build that stored it kept none."""
    caveat: str


class KeptInsight(InsightState):
    version: str = ""
    """INSIGHTS_VERSION of the build that made it; empty of one that kept none."""
    words: Wording | None = None
    """None in a feed of a build that kept none."""
    stored: dict[str, Any] | None = None
    """Metadata of the row it was read from; None: it was made now."""
    found_on: dt.date
    """Last day it held."""
    facts: dict[str, FactAnswer]
    notes: list[str]
    magnitude: float
    plotted: list[str]
    plotted_days: int
    lag_days: int


class Feed(Computed):
    """One person's insights of one day as cached and stored, in no language."""

    user_id: str
    date: dt.date
    status: InsightsStatus
    insights: list[KeptInsight]
    quiet: list[KeptInsight]
    """Told before and still so: said already, dismissed, or behind weightier ones."""
    withdrawn: list[KeptInsight]
    """Told in the last days and no longer so."""
    foreign: list[KeptInsight] = Field(default_factory=list)
    """Told by another build in a way this one cannot judge: shown as stored until they expire."""
    needed: list[Needed]


class InsightAnswer(InsightState):
    title: str
    description: str
    """What was found, what it rests on, and what it does not mean."""
    recommendation: str
    caveat: str
    evidence: dict[str, float | str]
    """Every figure of the text, by name, in metric units and unrounded."""
    evidence_units: dict[str, str]


class InsightsAnswer(Computed):
    user_id: str
    date: dt.date
    status: InsightsStatus
    explanation: str
    locale: str
    units: UnitSystem
    insights: list[InsightAnswer]
    new: list[str]
    """Ids told on this day for the first time, or told again because they changed."""
    expired: list[str]
    needed: list[Needed]
    """Days of each measure, had and wanted, before more can be told."""
    next_cursor: str | None = Field(default=None)
