"""What people say of their insights: taken, counted, read as what everybody finds helpful. Knows no HTTP."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache

from pydantic import ConfigDict, TypeAdapter, ValidationError

from common.cache import get_cache
from common.compute.insights import Taste, Votes
from common.compute.insights.taste import DISMISSED_WEIGHT, KindAndTemplate
from common.errors import InvalidInput, NotFound, Problem
from common.schemas.feedback import FeedbackAnswer, FeedbackRequest, FeedbackSummary, TemplateFeedback
from common.settings import get_settings
from common.store.engine import reading, transaction
from common.store.feedback import Count, count_feedback, set_feedback
from common.store.writing import lock_person

REMEMBERED_DAYS = 180
"""Feedback on insights first told longer ago says little of today's sentences."""
COUNTED_FOR_SECONDS = 86_400

_KEPT = TypeAdapter(list[tuple[str, str, float, float]], config=ConfigDict(strict=True))


def give_feedback(user_id: str, insight_id: str, request: FeedbackRequest) -> FeedbackAnswer:
    """Set what was sent and leave the rest; twice the same is once. Raises NotFound and InvalidInput."""
    if not request.model_fields_set:
        problem = Problem("", "nothing_said", "must have viewed, dismissed or helpful")
        raise InvalidInput("The feedback says nothing.", [problem])
    with transaction() as connection:
        # a feed being saved at the same time reads what was said before or after, not in between
        lock_person(connection, user_id)
        done = set_feedback(
            connection,
            user_id,
            insight_id,
            viewed=request.viewed,
            dismissed=request.dismissed,
            rated="helpful" in request.model_fields_set,
            helpful=request.helpful,
        )
    if done is None:
        raise NotFound("no such insight")
    return FeedbackAnswer(id=insight_id, viewed=done.viewed, dismissed=done.dismissed, helpful=done.helpful)


def summarise_feedback(since: date | None, *, now: datetime) -> FeedbackSummary:
    """Over all people; no answer to it tells of one."""
    first = since or now.date() - timedelta(days=REMEMBERED_DAYS)
    with reading() as connection:
        counts = count_feedback(connection, first)
    taste = Taste({}, _votes(counts))
    return FeedbackSummary(
        since=first,
        templates=[
            TemplateFeedback(
                type=count.insight_type,
                template=count.template,
                told=count.told,
                viewed=count.viewed,
                dismissed=count.dismissed,
                helpful=count.helpful,
                unhelpful=count.unhelpful,
                weight=round(taste.of(count.insight_type, count.template), 4),
            )
            for count in counts
        ],
    )


def votes_of_everybody(today: date) -> Mapping[KindAndTemplate, Votes]:
    """Return the votes by kind, counted once a day and cached, so that a day's feeds are ordered alike."""
    key = f"votes:{today}"
    known = get_cache().get(key)
    if known is not None:
        with suppress(ValidationError):  # another build's form
            return {(kind, template): Votes(*votes) for kind, template, *votes in _KEPT.validate_json(known)}
    votes = _count_once(today, str(get_settings().database_url))
    told = [(kind, template, v.helpful, v.unhelpful) for (kind, template), v in votes.items()]
    get_cache().set(key, _KEPT.dump_json(told), COUNTED_FOR_SECONDS)
    return votes


@lru_cache(maxsize=2)
def _count_once(today: date, database: str) -> Mapping[KindAndTemplate, Votes]:
    del database  # another one has other votes
    with reading() as connection:
        return _votes(count_feedback(connection, today - timedelta(days=REMEMBERED_DAYS)))


def _votes(counts: list[Count]) -> dict[KindAndTemplate, Votes]:
    return {
        (c.insight_type, c.template): Votes(c.helpful, c.unhelpful + DISMISSED_WEIGHT * c.silently_dismissed)
        for c in counts
    }
