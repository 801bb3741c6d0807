"""Whose night is done: of many people by id, and of everybody since the last answer. Knows no HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from common.compute.series.calendar import resolve_zone
from common.errors import InvalidInput, NotFound, Problem
from common.schemas.many_people import (
    FinishedNight,
    FinishedNights,
    NightKnown,
    NightRefused,
    NightsAnswer,
    Refusal,
)
from common.services.due import last_night
from common.store.engine import reading
from common.store.finished_nights import Finished, KnownNight, list_finished, read_nights

BEGINNING: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as the database keeps times


def read_finished(user_ids: Sequence[str], *, now: datetime) -> NightsAnswer:
    """Of each person whether the latest night is done. Raises Unavailable; nobody's absence is an error."""
    with reading() as connection:
        known = {night.user_id: night for night in read_nights(connection, list(dict.fromkeys(user_ids)))}
    return NightsAnswer(results=[_describe(user_id, known.get(user_id), now) for user_id in user_ids])


def list_finished_since(after: str | None, limit: int) -> FinishedNights:
    """Return everybody's last nights in the order they were stored, from a place in the list on.

    Raises InvalidInput for an `after` that no answer gave, and Unavailable.
    """
    place = (BEGINNING, "") if after is None else _parse_place(after)
    with reading() as connection:
        found = list_finished(connection, place, limit + 1)
    page = found[:limit]
    return FinishedNights(
        nights=[
            FinishedNight(user_id=one.user_id, day=one.day, done_at=one.done_at.replace(tzinfo=UTC))
            for one in page
        ],
        next=_place_of(page[-1]) if page else after or f"{BEGINNING.isoformat()}~",
        more=len(found) > limit,
    )


def _describe(user_id: str, night: KnownNight | None, now: datetime) -> NightKnown | NightRefused:
    if night is None:
        refusal = Refusal.of(NotFound("no such user"))
        return NightRefused(user_id=user_id, refusal=refusal)
    due = last_night(resolve_zone(night.timezone)[0], now.replace(tzinfo=None))
    return NightKnown(
        user_id=user_id,
        done=night.day is not None and night.day >= due.day,
        day=night.day,
        done_at=None if night.done_at is None else night.done_at.replace(tzinfo=UTC),
    )


def _place_of(night: Finished) -> str:
    return f"{night.done_at.isoformat()}~{night.user_id}"


def _parse_place(after: str) -> tuple[datetime, str]:
    moment, _, user_id = after.partition("~")
    try:
        done_at = datetime.fromisoformat(moment)
    except ValueError:
        done_at = None
    if done_at is None or done_at.tzinfo is not None:
        problem = Problem("/after", "invalid_cursor", "must be the `next` of an earlier answer")
        raise InvalidInput("This is no place in the list.", [problem], code="invalid_cursor")
    return done_at, user_id
