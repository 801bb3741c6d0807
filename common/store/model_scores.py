"""What the nights said of each model version, in `ml."ModelScore"`: one row a day."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import encode_rows, no_later_than_today

KEPT_DAYS = 400


@dataclass(frozen=True, slots=True)
class ModelScoreRow:
    """`told` is JSON."""

    model_id: str
    metric: str
    model_version: str
    day: date
    told: Mapping[str, Any]


SAVE = text("""
    INSERT INTO ml."ModelScore" ("modelId", "metric", "modelVersion", "day", "told")
    SELECT "modelId", "metric", "modelVersion", "day", "told"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(
        "modelId" text, "metric" text, "modelVersion" text, "day" date, "told" jsonb
    )
    ON CONFLICT ("modelId", "metric", "modelVersion", "day") DO UPDATE SET "told" = excluded."told"
""")
EXPIRE = text(f"""
    DELETE FROM ml."ModelScore" WHERE "day" < {no_later_than_today("CAST(:day AS date)")} - {KEPT_DAYS}
""")
READ = text("""
    SELECT "modelId", "metric", "modelVersion", "day", "told"::text FROM ml."ModelScore"
    WHERE "modelId" = :model AND "day" >= :since ORDER BY "modelVersion", "day"
""")


def save_model_scores(connection: Connection, rows: Sequence[ModelScoreRow], day: date) -> None:
    """Write a day's judgements, again if need be, and remove those that are too old."""
    told = [
        {
            "modelId": row.model_id,
            "metric": row.metric,
            "modelVersion": row.model_version,
            "day": row.day.isoformat(),
            "told": row.told,
        }
        for row in rows
    ]
    connection.execute(SAVE, {"rows": encode_rows(told)})
    connection.execute(EXPIRE, {"day": day})


def read_model_scores(connection: Connection, model_id: str, since: date) -> list[ModelScoreRow]:
    """Of every version of a model, oldest first."""
    rows = connection.execute(READ, {"model": check_text(model_id), "since": since})
    return [ModelScoreRow(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]
