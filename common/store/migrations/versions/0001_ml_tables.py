"""The four ML tables where the backend's own migration has not made them, and the view of a person.

A table or type that is there already is adopted: not touched now, and not dropped by a downgrade. Those made
here carry a comment that says so.
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

# Only "id" is named as a column: through to_jsonb the view depends on the table, not on columns that older
# backends lack and newer migrations may alter. OFFSET 0 makes the conversion happen once a row.
PERSON = """
    CREATE VIEW ml."Person" AS
    SELECT
        person."id",
        fields ->> 'goalCalories' AS "goalCalories",
        fields ->> 'goalProtein' AS "goalProtein",
        fields ->> 'goalCarbs' AS "goalCarbs",
        fields ->> 'goalFat' AS "goalFat",
        fields ->> 'currentWeight' AS "currentWeight",
        fields ->> 'goalWeight' AS "goalWeight",
        fields ->> 'height' AS "height",
        fields ->> 'activityLevel' AS "activityLevel",
        fields ->> 'timezone' AS "timezone",
        fields ->> 'dateOfBirth' AS "dateOfBirth",
        fields ->> 'biologicalSex' AS "biologicalSex",
        fields ->> 'updatedAt' AS "updatedAt"
    FROM public."User" AS person
    CROSS JOIN LATERAL (SELECT to_jsonb(person) AS fields OFFSET 0) AS converted
"""


def upgrade() -> None:
    for name, values in TYPES.items():
        if not _exists("to_regtype", name):
            op.execute(f'CREATE TYPE public."{name}" AS ENUM ({values})')
            op.execute(f"""COMMENT ON TYPE public."{name}" IS '{MARK}'""")
    for name, columns in COLUMNS.items():
        if not _exists("to_regclass", name):
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
                COMMENT ON TABLE public."{name}" IS '{MARK}';
            """)
    op.execute(PERSON)


def downgrade() -> None:
    op.execute('DROP VIEW ml."Person"')
    for name in reversed(COLUMNS):
        if _is_ours("to_regclass", "pg_class", name):
            op.execute(f'DROP TABLE public."{name}"')
    for name in TYPES:
        if _is_ours("to_regtype", "pg_type", name):
            op.execute(f'DROP TYPE public."{name}"')


def _exists(lookup: str, name: str) -> bool:
    found = op.get_bind().scalar(text(f"SELECT {lookup}(:name) IS NOT NULL"), {"name": f'public."{name}"'})
    return bool(found)


def _is_ours(lookup: str, catalogue: str, name: str) -> bool:
    comment = f"obj_description(CAST({lookup}(:name) AS oid), '{catalogue}')"
    return bool(op.get_bind().scalar(text(f"SELECT {comment}"), {"name": f'public."{name}"'}) == MARK)
