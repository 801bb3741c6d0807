"""Reading and writing "MLInsight". What the person did with an insight is the backend's to write."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from common.store.engine import check_text
from common.store.owner import read_own
from common.store.writing import NOW, encode_rows


@dataclass(frozen=True)
class InsightRow:
    """`id` is the same for the same insight in the same episode. Times are naive UTC."""

    id: str
    insight_type: str
    priority: str
    title: str
    description: str
    recommendation: str
    confidence: float
    data_points: int
    correlation: float | None = None
    metadata: Mapping[str, Any] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class StoredInsight:
    row: InsightRow
    created_at: datetime
    viewed: bool
    dismissed: bool
    helpful: bool | None


SAVE_SQL = f"""
    INSERT INTO public."MLInsight"
        ("id", "userId", "insightType", "priority", "title", "description", "recommendation", "correlation",
        "confidence", "dataPoints", "metadata", "expiresAt", "createdAt")
    SELECT "id", :user_id, "insightType"::public."MLInsightType", "priority"::public."InsightPriority",
        "title", "description", "recommendation", "correlation", "confidence", "dataPoints", "metadata",
        "expiresAt", {NOW}
    FROM (
        SELECT *, max("metadata"->>'foundOn') OVER () AS "day"
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told(
            "id" text, "insightType" text, "priority" text, "title" text, "description" text,
            "recommendation" text, "correlation" float8, "confidence" float8, "dataPoints" int,
            "metadata" jsonb, "expiresAt" timestamp
        )
    ) AS new
    WHERE NOT EXISTS (
        SELECT FROM public."MLInsight" AS later
        WHERE later."userId" = :user_id AND later."metadata"->>'foundOn' > new."day"
    )
    ON CONFLICT ("id") DO UPDATE
    SET "insightType" = excluded."insightType",
        "priority" = excluded."priority",
        "title" = excluded."title",
        "description" = excluded."description",
        "recommendation" = excluded."recommendation",
        "correlation" = excluded."correlation",
        "confidence" = excluded."confidence",
        "dataPoints" = excluded."dataPoints",
        "metadata" = excluded."metadata",
        "expiresAt" = excluded."expiresAt"
    WHERE "MLInsight"."userId" = excluded."userId"
        AND COALESCE("MLInsight"."metadata"->>'foundOn', '') <= COALESCE(excluded."metadata"->>'foundOn', '')
"""
UPSERT = text(SAVE_SQL)

LIST = text("""
    SELECT "userId", "id", "insightType"::text, "priority"::text, "title", "description", "recommendation",
        "confidence", "dataPoints", "correlation", "metadata", "expiresAt",
        "createdAt", "viewed", "dismissed", "helpful"
    FROM public."MLInsight"
    WHERE "userId" = :user_id AND ("expiresAt" IS NULL OR "expiresAt" > :now)
    ORDER BY "MLInsight"."priority" DESC, "createdAt" DESC, "id"
    LIMIT :limit
""")
LIST_TOLD = text("""
    SELECT "userId", "id", "insightType"::text, "priority"::text, "title", "description", "recommendation",
        "confidence", "dataPoints", "correlation", "metadata", "expiresAt",
        "createdAt", "viewed", "dismissed", "helpful"
    FROM public."MLInsight"
    WHERE "userId" = :user_id
    ORDER BY "createdAt" DESC, "id"
    LIMIT :limit
""")

FIND_TOLD = text("""
    SELECT "userId", "id", "insightType"::text, "priority"::text, "title", "description", "recommendation",
        "confidence", "dataPoints", "correlation", "metadata", "expiresAt",
        "createdAt", "viewed", "dismissed", "helpful"
    FROM public."MLInsight"
    WHERE "userId" = :user_id AND "id" = :id
""")

FIND = text("""
    SELECT "userId", "id" FROM public."MLInsight"
    WHERE "userId" = :user_id AND "id" = ANY(CAST(:ids AS text[]))
""")


def upsert_insights(connection: Connection, user_id: str, rows: Sequence[InsightRow]) -> None:
    """Write the insights; those that exist keep when they were made and what the person did with them.

    Nothing is written where a later day was judged already: what it found, and what it ended, stands.
    """
    connection.execute(UPSERT, {"user_id": check_text(user_id), "rows": encode_insights(rows)})


def encode_insights(rows: Sequence[InsightRow]) -> str:
    """Return the `rows` of SAVE_SQL."""
    return encode_rows(
        {
            "id": row.id,
            "insightType": row.insight_type,
            "priority": row.priority,
            "title": row.title,
            "description": row.description,
            "recommendation": row.recommendation,
            "correlation": row.correlation,
            "confidence": row.confidence,
            "dataPoints": row.data_points,
            "metadata": None if row.metadata is None else dict(row.metadata),
            "expiresAt": None if row.expires_at is None else row.expires_at.isoformat(),
        }
        for row in rows
    )


def list_insights(
    connection: Connection, user_id: str, now: datetime, limit: int = 100
) -> list[StoredInsight]:
    """Return the person's insights that have not expired at `now` (naive UTC), the most pressing first."""
    return _read(connection, LIST, user_id, now=now, limit=limit)


def find_stored(connection: Connection, user_id: str, ids: Collection[str]) -> set[str]:
    """Those of the ids under which the person has an insight."""
    return {str(row[0]) for row in read_own(connection, FIND, user_id, ids=list(ids))}


def find_told(connection: Connection, user_id: str, insight_id: str) -> StoredInsight | None:
    """Return the insight under the id; None where the person has none there."""
    return next(iter(_read(connection, FIND_TOLD, user_id, id=check_text(insight_id))), None)


def list_told(connection: Connection, user_id: str, limit: int = 300) -> list[StoredInsight]:
    """Everything the person was told, whether or not it stands, the latest first."""
    return _read(connection, LIST_TOLD, user_id, limit=limit)


def _read(
    connection: Connection, statement: TextClause, user_id: str, **parameters: Any
) -> list[StoredInsight]:
    return [
        StoredInsight(InsightRow(*columns[:11]), *columns[11:])
        for columns in read_own(connection, statement, user_id, **parameters)
    ]
