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
    """As of this local day; absent: the person's today."""


class FactAnswer(ApiModel):
    value: float | str
    """A figure or a word."""
    unit: str
    """Its unit; empty where it has none."""


class InsightState(ApiModel):
    """What is the same of an insight in every language."""

    id: str
    """Stable through its episode."""
    type: InsightType
    """Kind of insight."""
    template: str
    """Which sentences say it."""
    priority: Priority
    """How much it matters now."""
    subject: str
    """What it is about: input and metric, a goal, a pattern, or metric and night."""
    direction: str
    """Which way it points; with type and subject it makes the id."""
    since: dt.date
    """First day of the episode it belongs to; with type, subject and direction it makes the id."""
    told_on: dt.date
    """First day of this telling: later than `since` where it changed and was told again."""
    data_points: int
    """Days it rests on."""
    correlation: float | None
    """Spearman's coefficient where it speaks of a pair; else null."""
    confidence: float
    """0 to 1: how sure the finding is, not how useful."""
    rank_reason: str
    """Why it stands where it does."""
    expires_at: dt.datetime
    """When it is no longer shown (UTC)."""
    viewed: bool = False
    """Whether the person saw it."""
    dismissed: bool = False
    """Whether the person put it away."""
    helpful: bool | None = None
    """The person's rating; null where there is none."""


class Wording(ApiModel):
    """An insight as it was worded when it was stored: in English and metric units."""

    title: str
    """A short headline."""
    description: str
    """What was found."""
    recommendation: str
    """What could be tried; empty where nothing should."""
    evidence: str
    """How many days it rests on; empty where the build that stored it kept none."""
    caveat: str
    """What to keep in mind."""


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
    ranks: list[str] = Field(default_factory=list)
    """Keys of `rankReason`."""
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
    """A short headline."""
    description: str
    """What was found, what it rests on, and what it does not mean."""
    recommendation: str
    """What could be tried; empty where nothing should."""
    caveat: str
    """What to keep in mind; empty where nothing is."""
    evidence: dict[str, float | str]
    """Every figure of the text, by name, in metric units and unrounded."""
    evidence_units: dict[str, str]
    """Units of the figures of `evidence`, by name."""


class FeedTotals(ApiModel):
    """Counts over all pages. But for `matching` they are the same whatever is filtered for."""

    shown: int
    """Insights that stand, without the dismissed unless they were asked for."""
    unviewed: int
    """Of these, those the person has not seen."""
    matching: int
    """Of these, those the filters let through."""
    by_type: dict[InsightType, int]
    """Insights that stand, by type; a type without any is left out."""
    by_priority: dict[Priority, int]
    """Insights that stand, by priority; a priority without any is left out."""


class InsightsAnswer(Computed):
    user_id: str
    """Whose feed."""
    date: dt.date
    """The local day it is as of."""
    status: InsightsStatus
    """Whether anything is told, and if not, why."""
    explanation: str
    """The same in a sentence."""
    locale: str
    """The language it is worded in."""
    units: UnitSystem
    """The units it is worded in."""
    insights: list[InsightAnswer]
    """The most useful first."""
    new: list[str]
    """Ids told on this day for the first time, or told again because they changed."""
    expired: list[str]
    """Ids that were told lately and no longer hold."""
    needed: list[Needed]
    """Days of each measure, had and wanted, before more can be told."""
    totals: FeedTotals
    """How many there are, for badges and tabs."""
    next_cursor: str | None = Field(default=None)
    """Where the next page begins; null on the last."""


class OneInsightAnswer(ApiModel):
    user_id: str
    """Whose insight."""
    insight: InsightAnswer
    """The insight, worded as asked."""
    expired: bool
    """Whether its time is over, or it no longer holds: the feed does not list it."""
