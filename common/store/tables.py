"""The backend's tables as SQLAlchemy sees them: those we read and the four that both sides know.

Names of indexes and constraints are Prisma's, so a table we create is the one its migration would have made.
Nothing here runs SQL.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Enum,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from common.compute.measures import REGISTER
from common.compute.series.rows import NUTRIENTS

metadata = MetaData()


def _enum(name: str, *values: str) -> Enum:
    # a newer backend may add values: writing is checked by the server, reading casts to text
    return Enum(*values, name=name, metadata=metadata, validate_strings=False)


HEALTH_METRIC_TYPE = _enum(
    "HealthMetricType", *(measure.stored_as for measure in REGISTER if measure.stored_as)
)
ACTIVITY_TYPE = _enum(
    "ActivityType",
    *("RUNNING", "CYCLING", "SWIMMING", "WALKING", "HIKING", "ROWING", "ELLIPTICAL"),
    *("WEIGHT_TRAINING", "BODYWEIGHT", "CROSSFIT", "POWERLIFTING"),
    *("BASKETBALL", "SOCCER", "TENNIS", "GOLF", "YOGA", "PILATES", "STRETCHING"),
    *("MARTIAL_ARTS", "DANCE", "OTHER"),
)
ACTIVITY_INTENSITY = _enum("ActivityIntensity", "LOW", "MODERATE", "HIGH", "MAXIMUM")
BIOLOGICAL_SEX = _enum("BiologicalSex", "MALE", "FEMALE", "OTHER")
FEATURE_CATEGORY = _enum(
    "MLFeatureCategory",
    *("NUTRITION_DAILY", "NUTRITION_WEEKLY", "NUTRITION_TEMPORAL", "ACTIVITY_DAILY", "ACTIVITY_WEEKLY"),
    *("HEALTH_DAILY", "HEALTH_WEEKLY", "COMBINED_FEATURES"),
)
INSIGHT_TYPE = _enum(
    "MLInsightType",
    *("CORRELATION", "PREDICTION", "ANOMALY", "RECOMMENDATION", "GOAL_PROGRESS", "PATTERN_DETECTED"),
)
INSIGHT_PRIORITY = _enum("InsightPriority", "LOW", "MEDIUM", "HIGH", "CRITICAL")


def _time(name: str, *, optional: bool = False, default: str | None = None) -> Column[Any]:
    return Column(
        name, TIMESTAMP(precision=3), nullable=optional, server_default=text(default) if default else None
    )


def _created() -> Column[Any]:
    return _time("createdAt", default="CURRENT_TIMESTAMP")


def _needed(name: str, kind: Any, default: str | None = None) -> Column[Any]:
    return Column(name, kind, nullable=False, server_default=text(default) if default else None)


def _optional(kind: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, kind, nullable=True) for name in names]


def _table(name: str, *parts: Any) -> Table:
    owned = (
        []
        if name == "User"
        else [
            _needed("userId", Text),
            ForeignKeyConstraint(
                ["userId"], ["User.id"], name=f"{name}_userId_fkey", ondelete="CASCADE", onupdate="CASCADE"
            ),
        ]
    )
    return Table(
        name, metadata, _needed("id", Text), *owned, *parts, PrimaryKeyConstraint("id", name=f"{name}_pkey")
    )


def _index(table: str, *columns: str, unique: bool = False) -> Index:
    return Index(f"{table}_{'_'.join(columns)}_{'key' if unique else 'idx'}", *columns, unique=unique)


USER = _table(
    "User",
    _needed("goalCalories", Integer, "2000"),
    _needed("goalProtein", Float(53), "150"),
    _needed("goalCarbs", Float(53), "200"),
    _needed("goalFat", Float(53), "65"),
    *_optional(Float(53), "currentWeight", "goalWeight", "height"),
    _needed("activityLevel", Text, "'moderate'"),
    Column("timezone", Text),
    _time("dateOfBirth", optional=True),
    Column("biologicalSex", BIOLOGICAL_SEX),
    _created(),
    _time("updatedAt"),
)
MEAL = _table(
    "Meal",
    _needed("name", Text),
    _needed("mealType", Text),
    *(_needed(name, Float(53)) for name in NUTRIENTS[:4]),
    *_optional(Float(53), *NUTRIENTS[4:]),
    _time("consumedAt"),
    _created(),
    _time("updatedAt"),
    _index("Meal", "userId", "consumedAt"),
)
HEALTH_METRIC = _table(
    "HealthMetric",
    _time("recordedAt"),
    _needed("metricType", HEALTH_METRIC_TYPE),
    _needed("value", Float(53)),
    _needed("unit", Text),
    _needed("source", Text),
    Column("sourceId", Text),
    Column("metadata", JSONB),
    _created(),
    _time("updatedAt"),
    _index("HealthMetric", "userId", "metricType", "recordedAt", "source", unique=True),
    _index("HealthMetric", "userId", "metricType", "recordedAt"),
)
ACTIVITY = _table(
    "Activity",
    _time("startedAt"),
    _time("endedAt"),
    _needed("duration", Integer),
    _needed("activityType", ACTIVITY_TYPE),
    _needed("intensity", ACTIVITY_INTENSITY),
    *_optional(Float(53), "caloriesBurned", "averageHeartRate", "maxHeartRate", "distance"),
    Column("steps", Integer),
    _needed("source", Text),
    Column("sourceId", Text),
    _created(),
    _time("updatedAt"),
    _index("Activity", "userId", "startedAt"),
)
ML_FEATURE = _table(
    "MLFeature",
    _time("date"),
    _needed("category", FEATURE_CATEGORY),
    _needed("features", JSONB),
    _needed("version", Text),
    _created(),
    _time("updatedAt"),
    _index("MLFeature", "userId", "date", "category", "version", unique=True),
    _index("MLFeature", "userId", "date", "category"),
)
ML_PREDICTION = _table(
    "MLPrediction",
    _needed("targetMetric", HEALTH_METRIC_TYPE),
    _time("targetDate"),
    _needed("predictedValue", Float(53)),
    _needed("confidence", Float(53)),
    _needed("predictionRange", JSONB),
    _needed("modelId", Text),
    _needed("modelVersion", Text),
    _needed("featureImportance", JSONB),
    *_optional(Float(53), "actualValue", "predictionError"),
    _created(),
    _index("MLPrediction", "userId", "targetDate", "targetMetric"),
    _index("MLPrediction", "userId", "modelId", "createdAt"),
)
ML_INSIGHT = _table(
    "MLInsight",
    _needed("insightType", INSIGHT_TYPE),
    _needed("priority", INSIGHT_PRIORITY),
    _needed("title", Text),
    _needed("description", Text),
    _needed("recommendation", Text),
    Column("correlation", Float(53)),
    _needed("confidence", Float(53)),
    _needed("dataPoints", Integer),
    Column("metadata", JSONB),
    _needed("viewed", Boolean, "false"),
    _time("viewedAt", optional=True),
    _needed("dismissed", Boolean, "false"),
    _time("dismissedAt", optional=True),
    Column("helpful", Boolean),
    _created(),
    _time("expiresAt", optional=True),
    _index("MLInsight", "userId", "createdAt"),
    _index("MLInsight", "userId", "insightType", "priority"),
)
USER_ML_PROFILE = _table(
    "UserMLProfile",
    _needed("totalDataPoints", Integer, "0"),
    _needed("dataQualityScore", Float(53), "0"),
    *(_needed(f"hasMinimum{kind}Data", Boolean, "false") for kind in ("Nutrition", "Health", "Activity")),
    _needed("modelsAvailable", JSONB),
    _time("lastTrainingDate", optional=True),
    _needed("enablePredictions", Boolean, "true"),
    _needed("enableInsights", Boolean, "true"),
    _needed("insightFrequency", Text, "'daily'"),
    _needed("shareDataForResearch", Boolean, "false"),
    _needed("dataRetentionDays", Integer, "365"),
    _created(),
    _time("updatedAt"),
    _index("UserMLProfile", "userId", unique=True),
)

BACKEND_TABLES = (USER, MEAL, HEALTH_METRIC, ACTIVITY)
ML_TABLES = (ML_FEATURE, ML_PREDICTION, ML_INSIGHT, USER_ML_PROFILE)
