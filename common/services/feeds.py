"""The feeds of many people in one request, and one insight by its id. Knows no HTTP and no SQL."""

import json
import logging
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, Final

from common.errors import NotFound, NutriError, Unavailable
from common.schemas.insights import OneInsightAnswer, UnitSystem
from common.schemas.many_people import Refusal
from common.services.answers import Answer
from common.services.blocklist import require_enabled
from common.services.insights import HISTORY_DAYS, read_insights
from common.services.lease import turn
from common.services.presenting import View, choose_locale, say_insight
from common.services.reported import read_row
from common.services.snapshot import open_snapshot
from common.services.wording import cautions_for, may_be_shown, word
from common.store.engine import reading
from common.store.insights import find_told

SECONDS: Final = 20.0
"""After that whoever is left is refused, to be asked for again: rather a part in time than nothing."""

logger = logging.getLogger(__name__)


def read_feeds(user_ids: Sequence[str], day: date | None, view: View, *, now: datetime) -> bytes:
    """JSON of a FeedsAnswer, everybody's feed computed once. Raises nothing that one person can cause."""
    deadline = time.monotonic() + SECONDS
    results = {
        user_id: _result(user_id, day, view, now, late=time.monotonic() > deadline)
        for user_id in dict.fromkeys(user_ids)
    }
    told = [results[user_id] for user_id in user_ids]
    answered = sum(result["feed"] is not None for result in told)
    answer = {"results": told, "answered": answered, "refused": len(told) - answered}
    return json.dumps(answer, ensure_ascii=False).encode()


def _result(user_id: str, day: date | None, view: View, now: datetime, *, late: bool) -> dict[str, Any]:
    feed = refused = None
    try:
        if late:
            raise Unavailable("There was no time left for this one: ask again.", code="out_of_time")
        feed = json.loads(read_insights(user_id, day, view, now=now).body)
    except NutriError as error:
        refused = error
    except Exception:  # whatever it is, one person's trouble must not be everyone's
        logger.exception("one of many feeds failed")
        refused = NutriError("Something went wrong on our side.")
    refusal = None if refused is None else Refusal.of(refused).model_dump(mode="json")
    return {"userId": user_id, "feed": feed, "refusal": refusal}


def read_insight(user_id: str, insight_id: str, locale: str, units: UnitSystem, *, now: datetime) -> Answer:
    """One insight the person was told, whether or not it still stands.

    Raises NotFound for one they were never told, or that may not be shown to them now; DisabledByUser,
    RateLimited, and Unavailable.
    """
    opened = open_snapshot(user_id, None, HISTORY_DAYS, now)
    require_enabled(user_id, opened.head.insights_enabled, "insights")
    with reading() as connection:
        stored = find_told(connection, user_id, insight_id)
    kept = None if stored is None else read_row(stored)
    words = None if kept is None else word(kept, locale, units)
    if kept is None or words is None:
        raise NotFound("no such insight")
    with turn(user_id, "insights"):
        cautions = cautions_for(opened.loaded)
    if not may_be_shown(kept, words, cautions):
        raise NotFound("no such insight")
    told = OneInsightAnswer(
        user_id=user_id,
        insight=say_insight(kept, words, choose_locale(locale)),
        expired=kept.expires_at <= now.astimezone(UTC),
    )
    body = told.model_dump_json().encode()
    return Answer(body, f'W/"{blake2b(body, digest_size=12).hexdigest()}"')
