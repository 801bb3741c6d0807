"""Everything of ours that is about one person: listed, deleted, and remembered as deleted.

The tables in schema `ml` are found by the database itself (`ml.rows_of`, `ml.delete_rows_of`); here are only
the four that the backend knows too. Rows the backend wrote are never touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from common.store.engine import check_text
from common.store.owner import OWNER, read_own
from common.store.writing import NOW

PUBLIC = ("MLFeature", "MLPrediction", "MLInsight", "UserMLProfile")
"""`tables.ML_TABLES` by name: describing their columns would cost every cold start."""

IS_DELETED = text(f"""
    SELECT {OWNER}, EXISTS (SELECT FROM ml."Tombstone" WHERE "userId" = :user_id AND "resumedAt" IS NULL)
""")

# A second deletion keeps the moment of the first: its person is no longer seen.
BURY = text(f"""
    INSERT INTO ml."Tombstone" ("userId", "deletedAt") SELECT "id", {NOW} FROM ml.person(:user_id)
    ON CONFLICT ("userId") DO UPDATE SET "deletedAt" = excluded."deletedAt", "resumedAt" = NULL
""")
DELETED_AT = text("""SELECT "userId", "deletedAt" FROM ml."Tombstone" WHERE "userId" = :user_id""")

RESUME = text(f"""
    UPDATE ml."Tombstone" SET "resumedAt" = {NOW} WHERE "userId" = :user_id AND "resumedAt" IS NULL
""")
EXISTS = text(f"SELECT {OWNER}, EXISTS (SELECT FROM ml.person(:user_id))")

# What the person chose is theirs and not computed: it outlasts a deletion, and holds again after it.
CHOSEN = """(
    NOT "enablePredictions" OR NOT "enableInsights" OR "shareDataForResearch"
    OR "insightFrequency" <> 'daily' OR "dataRetentionDays" <> 365
)"""
DELETE_PUBLIC = text(
    f"""WITH emptied AS (
        UPDATE public."UserMLProfile"
        SET "totalDataPoints" = 0, "dataQualityScore" = 0, "hasMinimumNutritionData" = false,
            "hasMinimumHealthData" = false, "hasMinimumActivityData" = false, "modelsAvailable" = '[]',
            "updatedAt" = {NOW}
        WHERE "userId" = :user_id AND {CHOSEN}
    ), """
    + ", ".join(
        f"""deleted_{n} AS (DELETE FROM public."{table}" WHERE "userId" = :user_id
            {f"AND NOT {CHOSEN}" if table == "UserMLProfile" else ""} RETURNING 1)"""
        for n, table in enumerate(PUBLIC)
    )
    + " "
    + " UNION ALL ".join(
        f"SELECT '{table}', (SELECT count(*) FROM deleted_{n})" for n, table in enumerate(PUBLIC)
    )
)
DELETE_PRIVATE = text('SELECT "table", "rows" FROM ml.delete_rows_of(:user_id)')

_PUBLIC_ROWS = "".join(
    f"""
        UNION ALL
        SELECT '{table}', mine."id", to_jsonb(mine) FROM public."{table}" AS mine
        WHERE mine."userId" = :user_id"""
    for table in PUBLIC
)
LIST = text(f"""
    SELECT {OWNER}, "table", "key", "row" FROM (
        SELECT * FROM ml.rows_of(:user_id){_PUBLIC_ROWS}
    ) AS everything
    WHERE ("table" COLLATE "C", "key" COLLATE "C") > (:table, :key)
    ORDER BY "table" COLLATE "C", "key" COLLATE "C"
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class StoredRow:
    """`key` orders the rows of a `table`; `values` are as PostgreSQL tells them in JSON."""

    table: str
    key: str
    values: Mapping[str, Any]


def is_deleted(connection: Connection, user_id: str) -> bool:
    return _is(connection, IS_DELETED, user_id)


def delete_person(connection: Connection, user_id: str) -> tuple[datetime | None, dict[str, int]]:
    """When the person was deleted (naive UTC; None: there is no such person), and rows deleted by table.

    The person's lock must be held, so that nothing computed before is saved after.
    """
    who = {"user_id": check_text(user_id)}
    counts = {
        str(table): int(rows)
        for statement in (DELETE_PUBLIC, DELETE_PRIVATE)
        for table, rows in connection.execute(statement, who)
    }
    connection.execute(BURY, who)
    found = read_own(connection, DELETED_AT, user_id)
    return (found[0][0] if found else None), counts


def resume_person(connection: Connection, user_id: str) -> bool:
    """Whether there is such a person, now computed again as one who is new."""
    connection.execute(RESUME, {"user_id": check_text(user_id)})
    return _is(connection, EXISTS, user_id)


def list_rows(connection: Connection, user_id: str, after: tuple[str, str], limit: int) -> list[StoredRow]:
    """Return the next rows about the person after (table, key), in the order of both."""
    table, key = map(check_text, after)
    rows = read_own(connection, LIST, user_id, table=table, key=key, limit=limit)
    return [StoredRow(*row) for row in rows]


def is_known(connection: Connection, user_id: str) -> bool:
    """Whether there is such a person, deleted or not."""
    return _is(connection, EXISTS, user_id) or is_deleted(connection, user_id)


def _is(connection: Connection, statement: TextClause, user_id: str) -> bool:
    ((answer,),) = read_own(connection, statement, user_id)
    return bool(answer)
