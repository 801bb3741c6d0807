"""The end of an experiment whose nights are over: the service may end one, and neither begin nor win it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UTC_NOW = "date_trunc('milliseconds', now() AT TIME ZONE 'UTC')"

FUNCTION = f"""
    CREATE FUNCTION ml.end_experiment(named text, with_outcome text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    DECLARE
        of_metric text;
    BEGIN
        UPDATE ml."ModelExperiment" SET "stoppedAt" = {UTC_NOW}, "outcome" = with_outcome
        WHERE "name" = named AND "stoppedAt" IS NULL
        RETURNING "metric" INTO of_metric;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        UPDATE ml."Model" SET "alias" = NULL, "trafficShare" = 0
        WHERE "metric" = of_metric AND "alias" = 'challenger';
        RETURN true;
    END
    $$;
    REVOKE ALL ON FUNCTION ml.end_experiment(text, text) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute("DROP FUNCTION ml.end_experiment(text, text)")
