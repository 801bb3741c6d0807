"""Writing "MLFeature": one row per day, category and version of the features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import NOW, encode_rows, stable_id


@dataclass(frozen=True)
class FeatureRow:
    """`category` is a value of "MLFeatureCategory"; `features` has None where a feature is unknown."""

    day: date
    category: str
    version: str
    features: Mapping[str, float | None]


# A row that says the same is left out, for ON CONFLICT would lock it, which writes to its page and the log.
SAVE_SQL = f"""
    INSERT INTO public."MLFeature"
        ("id", "userId", "date", "category", "features", "version", "createdAt", "updatedAt")
    SELECT "id", :user_id, "date", "category"::public."MLFeatureCategory", "features", "version", {NOW}, {NOW}
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS new("id" text, "date" timestamp, "category" text, "features" jsonb, "version" text)
    WHERE NOT EXISTS (
        SELECT FROM public."MLFeature" AS kept
        WHERE kept."userId" = :user_id AND kept."date" = new."date"
            AND kept."category" = new."category"::public."MLFeatureCategory"
            AND kept."version" = new."version" AND kept."features" = new."features"
    )
    ON CONFLICT ("userId", "date", "category", "version") DO UPDATE
    SET "features" = excluded."features", "updatedAt" = excluded."updatedAt"
    WHERE "MLFeature"."features" IS DISTINCT FROM excluded."features"
"""
SAVE = text(SAVE_SQL)


def save_features(connection: Connection, user_id: str, rows: Sequence[FeatureRow]) -> None:
    """Write the rows, replacing what is there for the same day, category and version."""
    connection.execute(SAVE, {"user_id": check_text(user_id), "rows": encode_features(user_id, rows)})


def encode_features(user_id: str, rows: Sequence[FeatureRow]) -> str:
    """Return the `rows` of SAVE_SQL."""
    return encode_rows(
        {
            "id": stable_id("feature", user_id, row.day, row.category, row.version),
            "date": row.day.isoformat(),
            "category": row.category,
            "features": dict(row.features),
            "version": row.version,
        }
        for row in rows
    )
