"""Writing "UserMLProfile": how much a person's data can support. The switches in it are the backend's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import NOW, encode_rows, stable_id


@dataclass(frozen=True)
class MLProfileRow:
    total_data_points: int
    data_quality_score: float
    has_minimum_nutrition_data: bool
    has_minimum_health_data: bool
    has_minimum_activity_data: bool
    models_available: Sequence[str]


SAVE_SQL = f"""
    INSERT INTO public."UserMLProfile"
        ("id", "userId", "totalDataPoints", "dataQualityScore", "hasMinimumNutritionData",
        "hasMinimumHealthData", "hasMinimumActivityData", "modelsAvailable", "createdAt", "updatedAt")
    SELECT "id", :user_id, "points", "quality", "nutrition", "health", "activity", "models", {NOW}, {NOW}
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(
        "id" text, "points" int, "quality" float8, "nutrition" bool, "health" bool, "activity" bool,
        "models" jsonb
    )
    ON CONFLICT ("userId") DO UPDATE
    SET "totalDataPoints" = excluded."totalDataPoints",
        "dataQualityScore" = excluded."dataQualityScore",
        "hasMinimumNutritionData" = excluded."hasMinimumNutritionData",
        "hasMinimumHealthData" = excluded."hasMinimumHealthData",
        "hasMinimumActivityData" = excluded."hasMinimumActivityData",
        "modelsAvailable" = excluded."modelsAvailable",
        "updatedAt" = excluded."updatedAt"
"""
UPSERT = text(SAVE_SQL)


def save_profile(connection: Connection, user_id: str, row: MLProfileRow) -> None:
    """Write the counts; the person's switches and wishes stay as they are."""
    connection.execute(UPSERT, {"user_id": check_text(user_id), "rows": encode_profile(user_id, row)})


def encode_profile(user_id: str, row: MLProfileRow) -> str:
    """Return the `rows` of SAVE_SQL: one."""
    return encode_rows(
        [
            {
                "id": stable_id("profile", user_id),
                "points": row.total_data_points,
                "quality": row.data_quality_score,
                "nutrition": row.has_minimum_nutrition_data,
                "health": row.has_minimum_health_data,
                "activity": row.has_minimum_activity_data,
                "models": list(row.models_available),
            }
        ]
    )
