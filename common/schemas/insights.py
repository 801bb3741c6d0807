"""Requests and answers of the insights group."""

import datetime as dt
from enum import StrEnum

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


class GenerateRequest(ApiRequest):
    date: Day | None = None


class InsightAnswer(ApiModel):
    id: str
    type: InsightType
    priority: Priority
    title: str
    description: str
    recommendation: str
    subject: str
    """What it is about: input and metric, or metric and night."""
    direction: str
    since: dt.date
    """First day of the episode it belongs to; with subject and direction it makes the id."""
    evidence: dict[str, float | int | str | None]
    data_points: int
    correlation: float | None
    confidence: float
    rank_reason: str
    expires_at: dt.datetime
    viewed: bool = False
    dismissed: bool = False
    helpful: bool | None = None


class InsightsAnswer(Computed):
    user_id: str
    date: dt.date
    status: InsightsStatus
    explanation: str
    insights: list[InsightAnswer]
    needed: list[Needed]
    """Days of each measure, had and wanted, before its correlations can be told."""
