"""What is worth telling one person today, stored as their feed: gather -> choose -> save -> put into words.

The feed is computed, cached and stored as facts; words, units and what the person did with each insight are
added on the way out. The engines are loaded only when something is computed. Knows no HTTP and no SQL.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from pydantic import ValidationError
from sqlalchemy import Connection

from common.compute.features import FEATURE_VERSION
from common.compute.forecasts.model_inputs import INPUTS_VERSION
from common.compute.insights import (
    INSIGHTS_VERSION,
    TEMPLATES,
    Candidate,
    Insight,
    Taste,
    choose,
    decide_telling,
    explain_rank,
    missing_supplies,
    novelty,
)
from common.errors import Unavailable
from common.schemas.correlations import Needed, Status
from common.schemas.insights import FactAnswer, Feed, InsightsStatus, InsightType, KeptInsight, Priority
from common.services.answers import Answer, Prepared, Question, answer_question, prepare_answer, stale_answer
from common.services.blocklist import require_enabled
from common.services.feedback import votes_of_everybody
from common.services.presenting import View, present
from common.services.registry import get_registry
from common.services.reported import Memory, as_row, remember, trials_of
from common.services.snapshot import Opened, Snapshot, open_snapshot, recent_days
from common.services.wording import cautions_for, may_be_shown, word_new
from common.settings import get_settings
from common.store.engine import reading
from common.store.feedback import Feedback
from common.store.insights import InsightRow, find_stored, list_told, upsert_insights
from common.store.writing import stable_id
from common.version import CORRELATION_VERSION

HISTORY_DAYS = 456
"""What the engine that looks back furthest needs."""
TOLD_LATELY = timedelta(days=7)
"""What ended within so many days is listed as expired."""


def read_insights(user_id: str, day: date | None, view: View, *, now: datetime) -> Answer:
    """Return the feed as of `day` (default: the person's today), generated where it is missing or out of
    date.

    Raises NotFound, DisabledByUser, InvalidInput (a future day, an unknown cursor), and Unavailable where
    PostgreSQL or a model is away and nothing is cached.
    """
    return _feed(user_id, day, view, now, force=False)


def generate_insights(user_id: str, day: date | None, view: View, *, now: datetime) -> Answer:
    """Return the same, computed anew: the same insights under the same ids unless the person's rows
    changed.
    """
    return _feed(user_id, day, view, now, force=True)


def _feed(user_id: str, day: date | None, view: View, now: datetime, *, force: bool) -> Answer:
    try:
        snapshot = open_snapshot(user_id, day, HISTORY_DAYS, now)
        require_enabled(user_id, snapshot.head.insights_enabled, "insights")
        answer, feed, feedback = _answer(snapshot, force)
        if gone := _find_gone(snapshot, feed, feedback):
            # the backend deletes rows too: what still holds is told, and stored, anew
            answer, feed, feedback = _answer(snapshot, force=True)
            gone = _find_gone(snapshot, feed, feedback)
        return present(answer, _without(feed, gone), view, feedback)
    except Unavailable as away:
        if force:
            raise
        keys = [feed_key(user_id, known) for known in recent_days(day, now)]
        stale = stale_answer(user_id, keys, _parameters(), away)
        try:
            return present(stale, Feed.model_validate_json(stale.body), view, {})
        except ValidationError:  # kept by a build whose feeds this one cannot read
            raise away from None


def _answer(opened: Opened, force: bool) -> tuple[Answer, Feed, Mapping[str, Feedback]]:
    answer = answer_question(
        opened,
        _question(opened),
        insights_for,
        save=_save if opened.as_of.open else None,
        force=force,
    )
    return answer, Feed.model_validate_json(answer.body), _memory(opened).feedback


def _find_gone(opened: Opened, feed: Feed, stored: Mapping[str, Feedback]) -> frozenset[str]:
    """Return ids in an open day's feed that have no row."""
    named = (*feed.insights, *feed.quiet, *feed.withdrawn, *feed.foreign)
    missing = {insight.id for insight in named} - stored.keys()
    if not missing or not opened.as_of.open:
        return frozenset()
    with reading() as connection:
        return frozenset(missing - find_stored(connection, opened.user_id, missing))


def _without(feed: Feed, gone: frozenset[str]) -> Feed:
    parts = ("insights", "quiet", "withdrawn", "foreign")
    kept = {part: [one for one in getattr(feed, part) if one.id not in gone] for part in parts}
    return feed.model_copy(update=kept) if gone else feed


def prepare_insights(snapshot: Snapshot, feed: Feed) -> Prepared:
    """Return a feed as it will be asked for. The snapshot looks back HISTORY_DAYS."""
    return prepare_answer(snapshot, _question(snapshot), feed)


def insights_for(snapshot: Snapshot) -> Feed:
    """Return what is worth telling as of the snapshot's day. The snapshot must reach back HISTORY_DAYS."""
    # loaded here, so that a request the cache answers pays for neither scipy nor onnxruntime
    from common.services.candidates import gather_insights  # noqa: PLC0415

    memory = _memory(snapshot)
    today = snapshot.as_of.date
    insights, report = gather_insights(snapshot, trials_of(memory, snapshot.user_id))
    taste = Taste(memory.votes, votes_of_everybody(today) if snapshot.as_of.open else {})
    candidates = [_weigh(insight, memory, taste, today) for insight in insights]
    shown = [_keep(snapshot.user_id, candidate, today) for candidate in choose(candidates)]
    chosen = {(insight.type, insight.subject, insight.direction) for insight in shown}
    quiet = [
        _keep(snapshot.user_id, candidate, today, ended=not candidate.dismissed)
        for candidate in candidates
        if candidate.insight.identity not in chosen and memory.knows(candidate.insight)
    ]
    kept = {insight.id for insight in (*shown, *quiet)}
    foreign = [old for old in memory.told if _is_foreign(old, snapshot)]
    kept |= {old.id for old in foreign}
    # by the run of a later day, which ended what was over
    judged_since = any(old.found_on > today for old in memory.told if old.template in TEMPLATES)
    withdrawn = [
        old.model_copy(update={"expires_at": min(old.expires_at, _start(today))})
        for old in memory.told
        if old.id not in kept and not judged_since and old.expires_at > _start(today - TOLD_LATELY)
    ]
    status = InsightsStatus.OK if insights else InsightsStatus.NOTHING_RELIABLE
    if not insights and report.status.value == Status.INSUFFICIENT_DATA:
        status = InsightsStatus.INSUFFICIENT_DATA
    return Feed(
        user_id=snapshot.user_id,
        date=today,
        status=status,
        insights=shown,
        quiet=quiet,
        withdrawn=withdrawn,
        foreign=foreign,
        needed=[
            *(
                Needed.model_validate(need, from_attributes=True)
                for need in report.needed
                if need.days_have < need.days_needed
            ),
            *(
                Needed(metric=s.metric, days_have=s.days_have, days_needed=s.days_need)
                for s in missing_supplies(snapshot.series)
            ),
        ],
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _is_foreign(old: KeptInsight, snapshot: Snapshot) -> bool:
    """Whether another build told it in a way this one cannot judge, so that it stands until it expires."""
    if old.template in TEMPLATES or old.expires_at <= _start(snapshot.as_of.date) or old.words is None:
        return False
    return may_be_shown(old, old.words, cautions_for(snapshot))


def _weigh(insight: Insight, memory: Memory, taste: Taste, today: date) -> Candidate:
    before = memory.of(insight)
    telling = decide_telling(insight, before, today)
    dismissed = before is not None and before.dismissed and telling.told_on == before.told_on
    liked = taste.of(insight.kind, insight.template)
    return Candidate(insight, telling, novelty(telling, before, today), liked, dismissed)


def _keep(user_id: str, candidate: Candidate, today: date, *, ended: bool = False) -> KeptInsight:
    """Return the insight as it is stored: told again within its episode it keeps its id and feedback."""
    insight, telling = candidate.insight, candidate.telling
    expires_at = _start(telling.expires_on + timedelta(days=1))
    return KeptInsight(
        id=stable_id(user_id, insight.kind, insight.subject, insight.direction, telling.since),
        type=InsightType(insight.kind),
        template=insight.template,
        priority=Priority(insight.priority),
        subject=insight.subject,
        direction=insight.direction,
        since=telling.since,
        told_on=telling.told_on,
        found_on=today,
        data_points=insight.data_points,
        correlation=insight.correlation,
        confidence=round(insight.weight.confidence, 4),
        rank_reason=explain_rank(candidate.ranks),
        ranks=list(candidate.ranks),
        expires_at=min(expires_at, _start(today)) if ended else expires_at,
        facts={name: FactAnswer(value=fact.value, unit=fact.unit) for name, fact in insight.facts.items()},
        notes=list(insight.notes),
        version=INSIGHTS_VERSION,
        words=word_new(insight),
        magnitude=telling.magnitude,
        plotted=list(insight.plotted),
        plotted_days=insight.plotted_days,
        lag_days=insight.lag_days,
    )


def keep_insight(user_id: str, insight: Insight, memory: Memory, today: date) -> KeptInsight:
    """Return an insight as it is kept where no ranking is asked for."""
    telling = decide_telling(insight, memory.of(insight), today)
    return _keep(user_id, Candidate(insight, telling, 1.0, 1.0), today)


def feed_key(user_id: str, day: date) -> str:
    return f"insights:{user_id}:{day}"


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _memory(snapshot: Opened) -> Memory:
    """Return what was told before; of a past day nothing, for it is answered as if asked first."""
    if not snapshot.as_of.open:
        return Memory.empty()
    with reading() as connection:
        return remember(list_told(connection, snapshot.user_id))


def insight_rows(feed: Feed) -> list[InsightRow]:
    """Return rows to upsert: what is told, what still holds in silence, and what is over."""
    return [as_row(insight) for insight in (*feed.insights, *feed.quiet, *feed.withdrawn)]


def _save(connection: Connection, feed: Feed) -> None:
    upsert_insights(connection, feed.user_id, insight_rows(feed))


def _parameters() -> str:
    settings = get_settings()
    rules = (
        settings.min_data_points_for_ml,
        settings.correlation_publish_days,
        settings.correlation_false_discovery_rate,
        settings.correlation_any_dependence,
    )
    return ":".join(map(str, rules))


def _question(opened: Opened) -> Question:
    engines = INSIGHTS_VERSION, CORRELATION_VERSION, FEATURE_VERSION, INPUTS_VERSION
    return Question(
        key=feed_key(opened.user_id, opened.as_of.date),
        parameters=_parameters(),
        engine_version="/".join((*engines, *get_registry().versions(), str(opened.head.population))),
        ttl_seconds=get_settings().cache_ttl_insights,
    )
