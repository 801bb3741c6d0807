-- The service's rights, and no others: it reads the contract's columns, people only through ml.person(), and
-- writes the four ML tables, but for the switches people set, which it can only delete with all the rest.
-- Run after every migration, by a superuser or by a member of both the backend's and the migrating role; may be
-- repeated. Give the role a way to log in yourself:
--   CREATE ROLE nutri_ml LOGIN PASSWORD '...' IN ROLE nutri_ml_service;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nutri_ml_service') THEN
        CREATE ROLE nutri_ml_service NOLOGIN;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public, ml TO nutri_ml_service;
GRANT SELECT ON ml.alembic_version TO nutri_ml_service;
GRANT EXECUTE ON FUNCTION ml.person(text), ml.people(text, int), ml.cut_people(int, int),
    ml.forget_departed(text, text), ml.withdraw_model(text, text, text), ml.end_experiment(text, text),
    ml.rows_of(text), ml.delete_rows_of(text), ml.account_created_at(text),
    ml.may_read(text, text[]), ml.extra_rows(text, timestamp, timestamp),
    ml.extra_version(text, timestamp, timestamp),
    ml.consents_to_research(text) TO nutri_ml_service;
GRANT SELECT ON ml."Model", ml."ModelExperiment" TO nutri_ml_service;
GRANT UPDATE ("comparison", "comparedOn") ON ml."ModelExperiment" TO nutri_ml_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ml."ModelScore" TO nutri_ml_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ml."Timezone" TO nutri_ml_service;
GRANT SELECT, INSERT, UPDATE ON ml."Population" TO nutri_ml_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ml."Night", ml."Quarantine", ml."ForecastLog", ml."Look", ml."DayContext",
    ml."Attempt", ml."Tally" TO nutri_ml_service;
GRANT SELECT, UPDATE ON ml."NightRun" TO nutri_ml_service;
-- a deletion can be remembered and lifted, and not be forgotten
GRANT SELECT, INSERT, UPDATE ON ml."Tombstone" TO nutri_ml_service;

-- xmin, the transaction that wrote a row, is how a change is noticed.
GRANT SELECT (
    "id", "userId", "name", "mealType", "calories", "protein", "carbs", "fat", "fiber", "sugar",
    "saturatedFat", "transFat", "cholesterol", "sodium", "potassium", "calcium", "iron",
    "magnesium", "zinc", "phosphorus", "vitaminA", "vitaminC", "vitaminD", "vitaminE", "vitaminK",
    "vitaminB6", "vitaminB12", "folate", "thiamin", "riboflavin", "niacin", "consumedAt",
    "createdAt", "updatedAt", xmin
) ON public."Meal" TO nutri_ml_service;
GRANT SELECT (
    "id", "userId", "recordedAt", "metricType", "value", "unit", "source", "createdAt", "updatedAt", xmin
) ON public."HealthMetric" TO nutri_ml_service;
GRANT SELECT (
    "id", "userId", "startedAt", "endedAt", "duration", "activityType", "intensity",
    "caloriesBurned", "averageHeartRate", "maxHeartRate", "distance", "steps", "source",
    "createdAt", "updatedAt", xmin
) ON public."Activity" TO nutri_ml_service;

GRANT SELECT, INSERT ON public."MLFeature", public."MLPrediction", public."MLInsight", public."UserMLProfile"
TO nutri_ml_service;
-- what has outlived the person's retention, and all of it where they want it deleted
GRANT DELETE ON public."MLFeature", public."MLPrediction", public."MLInsight", public."UserMLProfile"
TO nutri_ml_service;
GRANT UPDATE ("features", "updatedAt") ON public."MLFeature" TO nutri_ml_service;
GRANT UPDATE (
    "predictedValue", "confidence", "predictionRange", "featureImportance", "actualValue", "predictionError",
    "createdAt"
) ON public."MLPrediction" TO nutri_ml_service;
GRANT UPDATE (
    "insightType", "priority", "title", "description", "recommendation", "correlation",
    "confidence", "dataPoints", "metadata", "expiresAt",
    "viewed", "viewedAt", "dismissed", "dismissedAt", "helpful"
) ON public."MLInsight" TO nutri_ml_service;
GRANT UPDATE (
    "totalDataPoints", "dataQualityScore", "hasMinimumNutritionData", "hasMinimumHealthData",
    "hasMinimumActivityData", "modelsAvailable", "updatedAt"
) ON public."UserMLProfile" TO nutri_ml_service;
