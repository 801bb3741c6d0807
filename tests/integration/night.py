"""Asking the night's handler, and what tests look at afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import event

from common.store.engine import get_engine
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend, connect_native

DAY = date(2025, 6, 30)
SCHEDULED = "2025-06-30T03:00:00Z"
TABLES = ("MLFeature", "MLPrediction", "MLInsight", "UserMLProfile")
REMEMBERED = (
    *(f'"{table}"' for table in TABLES),
    'ml."Night"',
    'ml."Quarantine"',
    'ml."ForecastLog"',
    'ml."Look"',
    'ml."Attempt"',
    'ml."Tally"',
)
FORGOTTEN = (
    *('"User"', 'ml."Night"', 'ml."Quarantine"', 'ml."ForecastLog"', 'ml."Look"'),
    *('ml."Attempt"', 'ml."Tally"'),
)


def forget_everyone(backend: Backend) -> None:
    for table in FORGOTTEN:
        backend.run(f"DELETE FROM {table}")


class Context:
    """A Lambda context that has time for so many looks at the clock."""

    aws_request_id = "run-1"

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def get_remaining_time_in_millis(self) -> int:
        self.looks -= 1
        return 600_000 if self.looks >= 0 else 1_000


def invoke(action: str, *, looks: int = 1_000, **order: Any) -> dict[str, Any]:
    return handler({"action": action, "scheduled": SCHEDULED, **order}, Context(looks))


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(" ".join(statement.split())[:60])

    event.listen(get_engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(get_engine(), "before_cursor_execute", note)


def count(backend: Backend, table: str, user: str) -> int:
    found: int = backend.run(f'SELECT count(*) FROM "{table}" WHERE "userId" = :u', u=user)[0][0]
    return found


def row(backend: Backend, sql: str, user: str) -> list[Any]:
    (found,) = backend.run(sql, u=user)
    return list(found)


def contents(url: str) -> dict[str, Any]:
    """Every row the night writes, as text, but for when it was written.

    Numbers have twelve digits: a mean that PostgreSQL takes hangs in the last ones on the order of its rows.
    """
    connection = connect_native(url)
    connection.run("SET extra_float_digits = -3")
    row = "(to_jsonb(t) - 'createdAt' - 'updatedAt')::text AS row"
    rows = {table: connection.run(f"SELECT {row} FROM {table} t ORDER BY row") for table in REMEMBERED}
    connection.close()
    return rows


def stored(backend: Backend) -> dict[str, Any]:
    """Everything the night writes, but for when."""
    stamps = "- 'createdAt' - 'updatedAt'"
    order = "COALESCE(to_jsonb(t) ->> 'id', to_jsonb(t) ->> 'userId'), to_jsonb(t)::text"
    return {t: backend.run(f"SELECT to_jsonb(t) {stamps} FROM {t} t ORDER BY {order}") for t in REMEMBERED}
