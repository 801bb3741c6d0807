"""The journal, ml."DayContext": one row per person, local day and name.

A row keeps how often it changed ("version"); saying the same again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from common.compute.journal import Kind, Said
from common.store.engine import check_text
from common.store.owner import read_own
from common.store.writing import NOW, encode_rows


@dataclass(frozen=True, slots=True)
class JournalRow:
    day: date
    name: str
    kind: Kind
    value: float
    version: int
    updated_at: datetime
    """Naive UTC."""


ZONE = text('SELECT "id", "timezone" FROM ml.person(:user_id)')
READ = text("""
    SELECT "userId", "date", "name", "kind", "value", "version", "updatedAt" FROM ml."DayContext"
    WHERE "userId" = :user_id AND "date" >= :first AND "date" <= :last ORDER BY "date", "name" COLLATE "C"
""")
HABITS = text("""
    SELECT DISTINCT ON ("name") "userId", "name", "kind" FROM ml."DayContext"
    WHERE "userId" = :user_id AND starts_with("name", 'habit:') AND "date" <> :day ORDER BY "name"
""")
SAVE = text(f"""
    INSERT INTO ml."DayContext" AS old ("userId", "date", "name", "kind", "value", "createdAt", "updatedAt")
    SELECT :user_id, :day, "name", "kind", "value", {NOW}, {NOW}
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new("name" text, "kind" text, "value" float8)
    ON CONFLICT ("userId", "date", "name") DO UPDATE
    SET "kind" = excluded."kind", "value" = excluded."value", "version" = old."version" + 1,
        "updatedAt" = excluded."updatedAt"
    WHERE (old."kind", old."value") IS DISTINCT FROM (excluded."kind", excluded."value")
""")
REMOVE = text("""
    DELETE FROM ml."DayContext"
    WHERE "userId" = :user_id AND "date" = :day AND "name" = ANY(CAST(:names AS text[]))
""")
CLEAR = text("""DELETE FROM ml."DayContext" WHERE "userId" = :user_id AND "date" = :day""")


def read_zone(connection: Connection, user_id: str) -> tuple[str | None] | None:
    """Return the time zone as stored; None: nobody, or somebody who had their data deleted."""
    rows = read_own(connection, ZONE, user_id)
    return (rows[0][0],) if rows else None


def read_journal(connection: Connection, user_id: str, first: date, last: date) -> list[JournalRow]:
    """By day and name. Raises InvalidInput and Unavailable."""
    rows = read_own(connection, READ, user_id, first=first, last=last)
    return [
        JournalRow(day, name, Kind(kind), value, version, at) for day, name, kind, value, version, at in rows
    ]


def read_habits(connection: Connection, user_id: str, except_on: date) -> dict[str, Kind]:
    """Return the person's own habits and of what kind they are, by what was said on other days."""
    return {name: Kind(kind) for name, kind in read_own(connection, HABITS, user_id, day=except_on)}


def save_entries(
    connection: Connection, user_id: str, day: date, said: Mapping[str, Said], unsaid: Sequence[str]
) -> None:
    """Set what is `said` of a day and take back what is `unsaid`; the rest of the day stays."""
    who = {"user_id": check_text(user_id), "day": day}
    rows = [{"name": name, "kind": each.kind.value, "value": each.value} for name, each in said.items()]
    if rows:
        connection.execute(SAVE, {**who, "rows": encode_rows(rows)})
    if unsaid:
        connection.execute(REMOVE, {**who, "names": list(unsaid)})


def clear_day(connection: Connection, user_id: str, day: date) -> int:
    """Delete everything said of a day, and return how many entries that were."""
    return connection.execute(CLEAR, {"user_id": check_text(user_id), "day": day}).rowcount
