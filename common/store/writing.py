"""What every write shares: ids that make writing twice an upsert, rows as one parameter, a person's lock."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from common.errors import Conflict
from common.store.driver import sqlstate
from common.store.engine import check_text

# The columns are TIMESTAMP without zone, in UTC, whatever the session's zone is.
NOW = "date_trunc('milliseconds', now() AT TIME ZONE 'UTC')"
TODAY = "CAST(now() AT TIME ZONE 'UTC' AS date)"
UNIQUE_VIOLATION = "23505"
PERSON_LOCK = "pg_advisory_xact_lock(hashtextextended(:user_id, 20))"


def stable_id(*parts: object) -> str:
    """Return the same id for the same parts, in every process: 32 hexadecimal characters."""
    named = json.dumps([str(part) for part in parts])
    return blake2b(named.encode(), digest_size=16).hexdigest()


def encode_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows for `jsonb_to_recordset`: one statement and one parameter however many there are.

    Raises ValueError for NaN and infinities, which JSON cannot say, and InvalidInput for unstorable text.
    """
    return check_text(json.dumps(list(rows), ensure_ascii=False, allow_nan=False))


def no_later_than_today(day: str) -> str:
    """Return SQL: `day`, but no later than the last zone's today by the database's clock, whatever was
    ordered.
    """
    return f"LEAST({day}, {TODAY} + 1)"


@contextmanager
def one_at_a_time(detail: str) -> Iterator[None]:
    """Raise Conflict where a unique index refuses the statement: somebody else's came first."""
    try:
        yield
    except DatabaseError as error:
        if sqlstate(error.orig) == UNIQUE_VIOLATION:
            raise Conflict(detail) from None
        raise


def lock_person(connection: Connection, user_id: str) -> None:
    """Wait until no other transaction holds this person's lock, and hold it to the end of this one."""
    connection.execute(text(f"SELECT {PERSON_LOCK}"), {"user_id": check_text(user_id)})
