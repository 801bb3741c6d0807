"""Whose night has been computed, and when: of many people by id, and of everybody in the order of storing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from common.store.engine import check_text

SETTLED_SECONDS = 30
"""How long a night waits to be listed: one with an earlier time may still be in an open transaction, behind
which only a few short statements follow."""


@dataclass(frozen=True, slots=True)
class KnownNight:
    user_id: str
    timezone: str | None
    day: date | None
    """The local day that was computed last; None: none ever was."""
    done_at: datetime | None
    """Naive UTC."""


@dataclass(frozen=True, slots=True)
class Finished:
    done_at: datetime
    """Naive UTC; with the id the place in the list."""
    user_id: str
    day: date


# LATERAL: each person is looked up by id
KNOWN = text("""
    SELECT person."id", person."timezone", mark."day", mark."updatedAt"
    FROM unnest(CAST(:user_ids AS text[])) AS asked("id")
    CROSS JOIN LATERAL ml.person(asked."id") AS person
    LEFT JOIN LATERAL (SELECT * FROM ml."Night" WHERE "userId" = person."id" LIMIT 1) AS mark ON true
""")

FINISHED = text(f"""
    SELECT mark."updatedAt", mark."userId", mark."day" FROM ml."Night" AS mark
    WHERE (mark."updatedAt", mark."userId") > (CAST(:done_at AS timestamp), CAST(:user_id AS text))
        AND mark."updatedAt" < now() AT TIME ZONE 'UTC' - interval '{SETTLED_SECONDS} seconds'
    ORDER BY mark."updatedAt", mark."userId"
    LIMIT :limit
""")


def read_nights(connection: Connection, user_ids: Sequence[str]) -> list[KnownNight]:
    """Those of the people there are, in no order."""
    asked = [check_text(user_id) for user_id in user_ids]
    return [KnownNight(*row) for row in connection.execute(KNOWN, {"user_ids": asked})]


def list_finished(connection: Connection, after: tuple[datetime, str], limit: int) -> list[Finished]:
    """Return the next nights after a place in the list (naive UTC, id), the oldest first; one of each
    person.
    """
    done_at, user_id = after
    parameters = {"done_at": done_at, "user_id": check_text(user_id), "limit": limit}
    return [Finished(*row) for row in connection.execute(FINISHED, parameters)]
