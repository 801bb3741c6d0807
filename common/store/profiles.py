"""Writing "UserMLProfile": how much a person's data can support. The switches in it are the backend's."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import NOW, stable_id


@dataclass(frozen=True)
class MLProfileRow:
    total_data_points: int
    data_quality_score: float
    has_minimum_nutrition_data: bool
    has_minimum_health_data: bool
    has_minimum_activity_data: bool
    models_available: Sequence[str]


UPSERT = text(f"""
    INSERT INTO public."UserMLProfile"
        ("id", "userId", "totalDataPoints", "dataQualityScore", "hasMinimumNutritionData",
        "hasMinimumHealthData", "hasMinimumActivityData", "modelsAvailable", "createdAt", "updatedAt")
    VALUES (
        :id, :user_id, :points, :quality, :nutrition, :health, :activity, CAST(:models AS jsonb), {NOW}, {NOW}
    )
    ON CONFLICT ("userId") DO UPDATE
    SET "totalDataPoints" = excluded."totalDataPoints",
        "dataQualityScore" = excluded."dataQualityScore",
        "hasMinimumNutritionData" = excluded."hasMinimumNutritionData",
        "hasMinimumHealthData" = excluded."hasMinimumHealthData",
        "hasMinimumActivityData" = excluded."hasMinimumActivityData",
        "modelsAvailable" = excluded."modelsAvailable",
        "updatedAt" = excluded."updatedAt"
""")


def save_profile(connection: Connection, user_id: str, row: MLProfileRow) -> None:
    """Write the counts; the person's switches and wishes stay as they are."""
    connection.execute(
        UPSERT,
        {
            "id": stable_id("profile", user_id),
            "user_id": check_text(user_id),
            "points": row.total_data_points,
            "quality": row.data_quality_score,
            "nutrition": row.has_minimum_nutrition_data,
            "health": row.has_minimum_health_data,
            "activity": row.has_minimum_activity_data,
            "models": json.dumps(list(row.models_available)),
        },
    )
