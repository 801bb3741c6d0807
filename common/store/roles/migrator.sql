-- The migrating role's rights: to keep schema ml, to make ML tables that the backend lacks, and to see people.
-- Run by a superuser or the owner of the database before the first migration; may be repeated.
--   CREATE ROLE nutri_ml_admin LOGIN PASSWORD '...' IN ROLE nutri_ml_migrator;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nutri_ml_migrator') THEN
        CREATE ROLE nutri_ml_migrator NOLOGIN;
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO nutri_ml_migrator', current_database());
END
$$;

GRANT USAGE, CREATE ON SCHEMA public TO nutri_ml_migrator;
GRANT SELECT, REFERENCES ON public."User" TO nutri_ml_migrator;

-- what else a backend may have, as far as it has it: read by ml.extra_rows and ml.extra_version alone
DO $$
DECLARE
    extra text;
BEGIN
    FOREACH extra IN ARRAY ARRAY[
        'WaterIntake', 'WeightRecord', 'GlucoseReading', 'Supplement', 'SupplementLog', 'UserLifestyle'
    ] LOOP
        IF to_regclass(format('public.%I', extra)) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON public.%I TO nutri_ml_migrator', extra);
        END IF;
    END LOOP;
END
$$;
