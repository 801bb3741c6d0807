"""The four ML tables where the backend's own migration has not made them, and how a person is read.

A table or type that is there already is adopted: not touched now, and not dropped by a downgrade. Those made
here carry a comment that says so: a table on its primary key, for Alembic compares comments on tables.
"""

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MARK = "made by the Nutri ML Service"

TYPES = {
    "MLFeatureCategory": """
        'NUTRITION_DAILY', 'NUTRITION_WEEKLY', 'NUTRITION_TEMPORAL', 'ACTIVITY_DAILY', 'ACTIVITY_WEEKLY',
        'HEALTH_DAILY', 'HEALTH_WEEKLY', 'COMBINED_FEATURES'
    """,
    "MLInsightType": """
        'CORRELATION', 'PREDICTION', 'ANOMALY', 'RECOMMENDATION', 'GOAL_PROGRESS', 'PATTERN_DETECTED'
    """,
    "InsightPriority": "'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'",
}

COLUMNS = {
    "MLFeature": """
        "date" TIMESTAMP(3) NOT NULL,
        "category" public."MLFeatureCategory" NOT NULL,
        "features" JSONB NOT NULL,
        "version" TEXT NOT NULL,
        "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
        "updatedAt" TIMESTAMP(3) NOT NULL
    """,
    "MLPrediction": """
        "targetMetric" public."HealthMetricType" NOT NULL,
        "targetDate" TIMESTAMP(3) NOT NULL,
        "predictedValue" DOUBLE PRECISION NOT NULL,
        "confidence" DOUBLE PRECISION NOT NULL,
        "predictionRange" JSONB NOT NULL,
        "modelId" TEXT NOT NULL,
        "modelVersion" TEXT NOT NULL,
        "featureImportance" JSONB NOT NULL,
        "actualValue" DOUBLE PRECISION,
        "predictionError" DOUBLE PRECISION,
        "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
    """,
    "MLInsight": """
        "insightType" public."MLInsightType" NOT NULL,
        "priority" public."InsightPriority" NOT NULL,
        "title" TEXT NOT NULL,
        "description" TEXT NOT NULL,
        "recommendation" TEXT NOT NULL,
        "correlation" DOUBLE PRECISION,
        "confidence" DOUBLE PRECISION NOT NULL,
        "dataPoints" INTEGER NOT NULL,
        "metadata" JSONB,
        "viewed" BOOLEAN NOT NULL DEFAULT false,
        "viewedAt" TIMESTAMP(3),
        "dismissed" BOOLEAN NOT NULL DEFAULT false,
        "dismissedAt" TIMESTAMP(3),
        "helpful" BOOLEAN,
        "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
        "expiresAt" TIMESTAMP(3)
    """,
    "UserMLProfile": """
        "totalDataPoints" INTEGER NOT NULL,
        "dataQualityScore" DOUBLE PRECISION NOT NULL,
        "hasMinimumNutritionData" BOOLEAN NOT NULL,
        "hasMinimumHealthData" BOOLEAN NOT NULL,
        "hasMinimumActivityData" BOOLEAN NOT NULL,
        "modelsAvailable" JSONB NOT NULL,
        "lastTrainingDate" TIMESTAMP(3),
        "enablePredictions" BOOLEAN NOT NULL DEFAULT true,
        "enableInsights" BOOLEAN NOT NULL DEFAULT true,
        "insightFrequency" TEXT NOT NULL DEFAULT 'daily',
        "shareDataForResearch" BOOLEAN NOT NULL DEFAULT false,
        "dataRetentionDays" INTEGER NOT NULL DEFAULT 365,
        "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
        "updatedAt" TIMESTAMP(3) NOT NULL
    """,
}

INDEXES = {
    "MLFeature": """
        CREATE UNIQUE INDEX "MLFeature_userId_date_category_version_key"
        ON public."MLFeature" ("userId", "date", "category", "version");
    """,
    "MLPrediction": """
        CREATE INDEX "MLPrediction_userId_targetDate_targetMetric_idx"
        ON public."MLPrediction" ("userId", "targetDate", "targetMetric");
        CREATE INDEX "MLPrediction_userId_modelId_createdAt_idx"
        ON public."MLPrediction" ("userId", "modelId", "createdAt");
    """,
    "MLInsight": "",
    "UserMLProfile": """
        CREATE UNIQUE INDEX "UserMLProfile_userId_key" ON public."UserMLProfile" ("userId");
    """,
}

MARKED_TABLE = f"""(
    SELECT oid FROM pg_constraint
    WHERE conrelid = to_regclass(:name) AND contype = 'p' AND obj_description(oid, 'pg_constraint') = '{MARK}'
)"""
MARKED_TYPE = f"""(
    SELECT oid FROM pg_type WHERE oid = to_regtype(:name) AND obj_description(oid, 'pg_type') = '{MARK}'
)"""

PERSON_COLUMNS = (
    *("goalCalories", "goalProtein", "goalCarbs", "goalFat", "currentWeight", "goalWeight", "height"),
    *("activityLevel", "timezone", "dateOfBirth", "biologicalSex", "updatedAt"),
)

# Only "id" is named as a column: older backends lack some of the others, newer migrations may alter them.
# Functions, whose text PostgreSQL does not look into, and not a view: a view depends on "User", which stops
# some of the backend's migrations and even changes the order in which pg_dump writes its tables.
PERSON = f"""
    CREATE FUNCTION ml.person(wanted text)
    RETURNS TABLE ("id" text, {", ".join(f'"{name}" text' for name in PERSON_COLUMNS)})
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        SELECT owner."id", {", ".join(f"fields ->> '{name}'" for name in PERSON_COLUMNS)}
        FROM public."User" AS owner
        CROSS JOIN LATERAL (SELECT to_jsonb(owner) AS fields OFFSET 0) AS converted
        WHERE owner."id" = wanted;
    END
    $$;
    CREATE FUNCTION ml.people(after text, at_most int) RETURNS TABLE ("id" text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        SELECT owner."id" FROM public."User" AS owner
        WHERE owner."id" > after ORDER BY owner."id" LIMIT at_most;
    END
    $$;
    REVOKE ALL ON FUNCTION ml.person(text), ml.people(text, int) FROM PUBLIC;
"""


def upgrade() -> None:
    for name, values in TYPES.items():
        if not _found("to_regtype(:name)", name):
            op.execute(f'CREATE TYPE public."{name}" AS ENUM ({values})')
            op.execute(f"""COMMENT ON TYPE public."{name}" IS '{MARK}'""")
    for name, columns in COLUMNS.items():
        if not _found("to_regclass(:name)", name):
            op.execute(f"""
                CREATE TABLE public."{name}" (
                    "id" TEXT NOT NULL,
                    "userId" TEXT NOT NULL,
                    {columns},
                    CONSTRAINT "{name}_pkey" PRIMARY KEY ("id"),
                    CONSTRAINT "{name}_userId_fkey" FOREIGN KEY ("userId") REFERENCES public."User" ("id")
                    ON DELETE CASCADE ON UPDATE CASCADE
                );
                {INDEXES[name]}
                COMMENT ON CONSTRAINT "{name}_pkey" ON public."{name}" IS '{MARK}';
            """)
    op.execute(PERSON)


def downgrade() -> None:
    op.execute("DROP FUNCTION ml.person(text), ml.people(text, int)")
    for name in reversed(COLUMNS):
        if _found(MARKED_TABLE, name):
            op.execute(f'DROP TABLE public."{name}"')
    for name in TYPES:
        if _found(MARKED_TYPE, name):
            op.execute(f'DROP TYPE public."{name}"')


def _found(expression: str, name: str) -> bool:
    statement = text(f"SELECT {expression} IS NOT NULL")
    return bool(op.get_bind().scalar(statement, {"name": f'public."{name}"'}))
