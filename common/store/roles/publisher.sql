-- The rights of whoever publishes and promotes models (`nutri models`, `nutri train`), and no others.
-- Run after every migration, by the migrating role or a superuser; may be repeated.
--   CREATE ROLE nutri_ml_trainer LOGIN PASSWORD '...' IN ROLE nutri_ml_publisher;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nutri_ml_publisher') THEN
        CREATE ROLE nutri_ml_publisher NOLOGIN;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA ml TO nutri_ml_publisher;
GRANT SELECT, INSERT, UPDATE ON ml."Model", ml."ModelExperiment" TO nutri_ml_publisher;
GRANT EXECUTE ON FUNCTION ml.withdraw_model(text, text, text) TO nutri_ml_publisher;
