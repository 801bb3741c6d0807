"""Writing "MLPrediction": one row per metric, night, model and version of the model."""

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


SAVE_SQL = f"""
    INSERT INTO public."MLPrediction"
        ("id", "userId", "targetMetric", "targetDate", "predictedValue", "confidence", "predictionRange",
        "modelId", "modelVersion", "featureImportance", "createdAt")
    SELECT "id", :user_id, "targetMetric"::public."HealthMetricType", "targetDate", "predictedValue",
        "confidence", "predictionRange", "modelId", "modelVersion", "featureImportance", {NOW}
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(
        "id" text, "targetMetric" text, "targetDate" timestamp, "predictedValue" float8, "confidence" float8,
        "predictionRange" jsonb, "modelId" text, "modelVersion" text, "featureImportance" jsonb
    )
    ON CONFLICT ("id") DO UPDATE
    SET "predictedValue" = excluded."predictedValue",
        "confidence" = excluded."confidence",
        "predictionRange" = excluded."predictionRange",
        "featureImportance" = excluded."featureImportance"
    WHERE "MLPrediction"."userId" = excluded."userId" AND "MLPrediction"."actualValue" IS NULL
"""
SAVE = text(SAVE_SQL)


def save_predictions(connection: Connection, user_id: str, rows: Sequence[PredictionRow]) -> None:
    """Write the forecasts. One that was made before is replaced, unless what happened is known already."""
    connection.execute(SAVE, {"user_id": check_text(user_id), "rows": encode_predictions(user_id, rows)})


def encode_predictions(user_id: str, rows: Sequence[PredictionRow]) -> str:
    """The `rows` of SAVE_SQL."""
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
