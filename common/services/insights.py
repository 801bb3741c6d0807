"""What is worth telling one person today: correlations and forecasts in words, stored as their feed.

Load -> compute -> save, like every service; the engines behind it are loaded only when something is computed.
Knows no HTTP and no SQL.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
from sqlalchemy import Connection

from common.compute.correlations import CORRELATION_VERSION
from common.compute.features import FEATURE_VERSION
from common.compute.insights import (
    INSIGHTS_VERSION,
    Forecasted,
    Insight,
    rank,
    tell_correlation,
    tell_forecast,
)
from common.compute.outlook import METRICS, OUTLOOK_VERSION
from common.errors import DisabledByUser, HrvMethodUnsupported, InsufficientData, Unavailable
from common.inference.manifest import read_versions
from common.schemas.correlations import Needed, Status
from common.schemas.insights import InsightAnswer, InsightsAnswer, InsightsStatus, InsightType, Priority
from common.services.visit import Answer, Question, Visit, open_visit, recent_days, stale_answer
from common.settings import get_settings
from common.store.engine import reading
from common.store.insights import InsightRow, StoredInsight, list_insights, upsert_insights
from common.store.writing import stable_id

HISTORY_DAYS = 400
"""What the engine that looks back furthest needs."""
NORMAL_DAYS = 28
EPISODE_GAP = timedelta(days=30)
"""A finding that was absent for longer is news again: another insight, with its own id."""

EXPLANATIONS = {
    InsightsStatus.OK: "What your own data say today, the most useful first.",
    InsightsStatus.NOTHING_RELIABLE: (
        "Nothing reliable to tell today, and that is a good answer too: your measures are as usual, or the "
        "patterns in your data are not clear enough yet to act on."
    ),
    InsightsStatus.INSUFFICIENT_DATA: (
        "There are not enough data yet. `needed` says how many days of which measure it takes."
    ),
}


def read_insights(user_id: str, day: date | None, *, now: datetime) -> Answer:
    """The feed as of `day` (default: the person's today), generated where it is missing or out of date.

    Raises NotFound, DisabledByUser, InvalidInput (a future day), and Unavailable where PostgreSQL or a model
    is away and nothing is cached.
    """
    return _feed(user_id, day, now, force=False)


def generate_insights(user_id: str, day: date | None, *, now: datetime) -> Answer:
    """The same, computed anew: the same insights under the same ids unless the person's rows changed."""
    return _feed(user_id, day, now, force=True)


def _feed(user_id: str, day: date | None, now: datetime, *, force: bool) -> Answer:
    try:
        visit = open_visit(user_id, day, HISTORY_DAYS, now)
        if not visit.head.insights_enabled:
            raise DisabledByUser("This person switched insights off.")
        answer = visit.answer(
            _question(user_id, visit.as_of.date),
            insights_for,
            save=_save if visit.as_of.open else None,
            force=force,
        )
        return _with_feedback(answer, _stored(visit)) if visit.as_of.open else answer
    except Unavailable as away:
        keys = [_question(user_id, known).key for known in recent_days(day, now)]
        return stale_answer(user_id, keys, _parameters(), away)


def insights_for(visit: Visit) -> InsightsAnswer:
    """What is worth telling as of the visit's day. The visit must reach back HISTORY_DAYS."""
    # loaded here, so that a request the cache answers pays for neither scipy nor onnxruntime
    from common.services.correlations import published_for  # noqa: PLC0415

    published, report = published_for(visit)
    told = [tell_correlation(finding, visit.as_of.date) for finding in published]
    forecasts = _forecasts(visit) if visit.head.predictions_enabled else []
    told += [insight for forecast in forecasts if (insight := tell_forecast(forecast)) is not None]
    status = InsightsStatus.OK if told else InsightsStatus.NOTHING_RELIABLE
    if not told and not forecasts and report.status.value == Status.INSUFFICIENT_DATA:
        status = InsightsStatus.INSUFFICIENT_DATA
    return InsightsAnswer(
        user_id=visit.user_id,
        date=visit.as_of.date,
        status=status,
        explanation=EXPLANATIONS[status],
        insights=_identify(visit, rank(told)),
        needed=[Needed.model_validate(need, from_attributes=True) for need in report.needed],
        computed_at=visit.now,
        data_version=visit.head.version,
    )


def _forecasts(visit: Visit) -> list[Forecasted]:
    from common.services.predictions import compute_forecast  # noqa: PLC0415

    forecasts = []
    for name, metric in METRICS.items():
        try:
            made = compute_forecast(visit, name)
        except (InsufficientData, HrvMethodUnsupported):
            continue
        recent = visit.series[metric.channel][-NORMAL_DAYS:]
        known = recent[~np.isnan(recent)]
        if len(known) < NORMAL_DAYS // 2 or "few_days" in made.provisional:
            continue
        forecasts.append(
            Forecasted(
                metric=name,
                target=made.target_day,
                value=made.value,
                unit=made.unit,
                lower_80=made.intervals[80].lower,
                upper_80=made.intervals[80].upper,
                normal=float(np.median(known)),
                normal_days=NORMAL_DAYS,
                known_days=len(known),
                confidence=made.confidence,
            )
        )
    return forecasts


def _identify(visit: Visit, insights: Sequence[Insight]) -> list[InsightAnswer]:
    """An insight told again within its episode keeps its id, and with it what the person did about it."""
    stored = _stored(visit) if visit.as_of.open else []
    episodes = {(item.insight_type, told["subject"], told["direction"]): told for item, told in _told(stored)}
    answers = []
    for insight in insights:
        since = visit.as_of.date
        told = episodes.get((insight.kind, insight.subject, insight.direction))
        if told is not None and since - date.fromisoformat(told["lastTold"]) <= EPISODE_GAP:
            since = date.fromisoformat(told["since"])
        answers.append(_describe(visit.user_id, insight, since))
    return answers


def _describe(user_id: str, insight: Insight, since: date) -> InsightAnswer:
    return InsightAnswer(
        id=stable_id(user_id, insight.kind, insight.subject, insight.direction, since),
        type=InsightType(insight.kind),
        priority=Priority(insight.priority),
        title=insight.title,
        description=insight.description,
        recommendation=insight.recommendation,
        subject=insight.subject,
        direction=insight.direction,
        since=since,
        evidence=insight.evidence,
        data_points=insight.data_points,
        correlation=insight.correlation,
        confidence=round(insight.confidence, 4),
        rank_reason=insight.rank_reason,
        expires_at=datetime.combine(insight.expires_on, time(), UTC) + timedelta(days=1),
    )


def _told(stored: Sequence[StoredInsight]) -> list[tuple[InsightRow, dict[str, Any]]]:
    """Stored insights that carry their identity; another writer's rows may not."""
    keys = {"subject", "direction", "since", "lastTold"}
    return [
        (item.row, dict(item.row.metadata))
        for item in stored
        if item.row.metadata and keys <= set(item.row.metadata)
    ]


def _stored(visit: Visit) -> list[StoredInsight]:
    with reading() as connection:
        return list_insights(connection, visit.user_id, visit.as_of.cut_off - EPISODE_GAP)


def _save(connection: Connection, answer: InsightsAnswer) -> None:
    upsert_insights(connection, answer.user_id, insight_rows(answer))


def insight_rows(answer: InsightsAnswer) -> list[InsightRow]:
    return [
        InsightRow(
            id=insight.id,
            insight_type=insight.type,
            priority=insight.priority,
            title=insight.title,
            description=insight.description,
            recommendation=insight.recommendation,
            confidence=insight.confidence,
            data_points=insight.data_points,
            correlation=insight.correlation,
            metadata={
                "subject": insight.subject,
                "direction": insight.direction,
                "since": insight.since.isoformat(),
                "lastTold": answer.date.isoformat(),
                "evidence": insight.evidence,
                "rankReason": insight.rank_reason,
            },
            expires_at=insight.expires_at.replace(tzinfo=None),
        )
        for insight in answer.insights
    ]


def _with_feedback(answer: Answer, stored: Sequence[StoredInsight]) -> Answer:
    """The answer with what the person did about each insight since, without those they dismissed."""
    feedback = {item.row.id: item for item in stored}
    body = json.loads(answer.body)
    shown = []
    for insight in body["insights"]:
        if (done := feedback.get(insight["id"])) is not None:
            insight |= {"viewed": done.viewed, "dismissed": done.dismissed, "helpful": done.helpful}
        if not insight["dismissed"]:
            shown.append(insight)
    body["insights"] = shown
    told = json.dumps([[i["id"], i["viewed"], i["helpful"]] for i in shown])
    etag = f'{answer.etag[:-1]}-{blake2b(told.encode(), digest_size=6).hexdigest()}"'
    return Answer(json.dumps(body).encode(), etag, answer.cached, answer.stale)


def _parameters() -> str:
    return str(get_settings().min_data_points_for_ml)


def _question(user_id: str, day: date) -> Question:
    models = "/".join(read_versions(get_settings().models))
    return Question(
        key=f"insights:{user_id}:{day}",
        parameters=_parameters(),
        engine_version=f"{INSIGHTS_VERSION}/{CORRELATION_VERSION}/{FEATURE_VERSION}/{OUTLOOK_VERSION}/{models}",
        ttl_seconds=get_settings().cache_ttl_insights,
    )
