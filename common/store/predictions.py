"""Writing "MLPrediction": one row per metric and night, of the model that served last before that night.

Its id is of the model and version too, so a forecast by another model takes the place of the one before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import NOW, encode_rows, stable_id


@dataclass(frozen=True)
class PredictionRow:
    """`metric` is a value of "HealthMetricType"; `value` and `interval` are in the metric's unit."""

    metric: str
    target_date: date
    value: float
    confidence: float
    interval: tuple[float, float]
    model_id: str
    model_version: str
    feature_importance: Mapping[str, float]


NEW_ROWS = """
    jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(
        "id" text, "targetMetric" text, "targetDate" timestamp, "predictedValue" float8, "confidence" float8,
        "predictionRange" jsonb, "modelId" text, "modelVersion" text, "featureImportance" jsonb
    )
"""
THE_NIGHT_S = """
    made."userId" = :user_id AND made."targetDate" = new."targetDate"
        AND made."targetMetric"::text = new."targetMetric" AND made."id" <> new."id"
"""

# a night run again, hours later perhaps, is told by what it keeps of its own forecasts
OWN_OF_THE_NIGHT = """
    EXISTS (
        SELECT FROM ml."ForecastLog" AS own
        WHERE own."userId" = made."userId" AND own."targetDate" = CAST(made."targetDate" AS date)
            AND own."metric" = made."targetMetric"::text AND own."modelId" = made."modelId"
            AND own."modelVersion" = made."modelVersion"
            AND abs(own."value" - made."predictedValue") <= 0.005001
    )
"""
# what happened is known, or it was issued by somebody who knew more
STAYS = f"""(
    made."actualValue" IS NOT NULL
    OR (made."createdAt" >= CAST(:issued AS timestamp) AND NOT {OWN_OF_THE_NIGHT})
)"""
# what another model made of the night
REPLACE_SQL = f"""
    DELETE FROM public."MLPrediction" AS made USING {NEW_ROWS}
    WHERE {THE_NIGHT_S} AND NOT {STAYS}
"""
# both work on the rows as they were before, whichever runs first
SAVE_SQL = f"""
    INSERT INTO public."MLPrediction" AS made
        ("id", "userId", "targetMetric", "targetDate", "predictedValue", "confidence", "predictionRange",
        "modelId", "modelVersion", "featureImportance", "createdAt")
    SELECT "id", :user_id, "targetMetric"::public."HealthMetricType", "targetDate", "predictedValue",
        "confidence", "predictionRange", "modelId", "modelVersion", "featureImportance", {NOW}
    FROM {NEW_ROWS}
    WHERE NOT EXISTS (
        SELECT FROM public."MLPrediction" AS made WHERE {THE_NIGHT_S} AND {STAYS}
    )
    ON CONFLICT ("id") DO UPDATE
    SET "predictedValue" = excluded."predictedValue",
        "confidence" = excluded."confidence",
        "predictionRange" = excluded."predictionRange",
        "featureImportance" = excluded."featureImportance",
        "createdAt" = excluded."createdAt"
    WHERE made."userId" = excluded."userId" AND NOT {STAYS}
"""
SAVE = text(f"WITH replaced AS ({REPLACE_SQL}) {SAVE_SQL}")


def save_predictions(connection: Connection, user_id: str, rows: Sequence[PredictionRow]) -> None:
    """Write the forecasts. One made before, by whatever model, is replaced, unless what happened is known.

    The person must be locked, or two models could each leave a row of the same night.
    """
    connection.execute(
        SAVE,
        {
            "user_id": check_text(user_id),
            "rows": encode_predictions(user_id, rows),
            "issued": "infinity",
        },
    )


def encode_predictions(user_id: str, rows: Sequence[PredictionRow]) -> str:
    """Return the `rows` of SAVE_SQL."""
    return encode_rows(
        {
            "id": stable_id(
                "prediction", user_id, row.metric, row.target_date, row.model_id, row.model_version
            ),
            "targetMetric": row.metric,
            "targetDate": row.target_date.isoformat(),
            "predictedValue": row.value,
            "confidence": row.confidence,
            "predictionRange": {"lower": row.interval[0], "upper": row.interval[1]},
            "modelId": row.model_id,
            "modelVersion": row.model_version,
            "featureImportance": dict(row.feature_importance),
        }
        for row in rows
    )
