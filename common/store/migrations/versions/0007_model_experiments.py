"""Models against each other: experiments, forecasts not shown, and what the nights said of each model.

A champion that is withdrawn ends the experiment it was in.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UTC_NOW = "date_trunc('milliseconds', now() AT TIME ZONE 'UTC')"

TABLES = """
    ALTER TABLE ml."Trial" ADD COLUMN "shown" BOOLEAN NOT NULL DEFAULT true, ADD COLUMN "inputs" JSONB;
    CREATE TABLE ml."ModelExperiment" (
        "name" TEXT PRIMARY KEY,
        "metric" TEXT NOT NULL,
        "champion" TEXT NOT NULL,
        "challenger" TEXT NOT NULL,
        "trafficShare" DOUBLE PRECISION NOT NULL CHECK ("trafficShare" BETWEEN 0 AND 1),
        "firstNight" DATE NOT NULL,
        "stoppedAt" TIMESTAMP(3),
        "outcome" TEXT,
        "comparison" JSONB,
        "comparedOn" DATE
    );
    CREATE UNIQUE INDEX "ModelExperiment_metric_key" ON ml."ModelExperiment" ("metric")
        WHERE "stoppedAt" IS NULL;
    CREATE TABLE ml."Judgement" (
        "modelId" TEXT NOT NULL,
        "metric" TEXT NOT NULL,
        "modelVersion" TEXT NOT NULL,
        "day" DATE NOT NULL,
        "told" JSONB NOT NULL,
        PRIMARY KEY ("modelId", "metric", "modelVersion", "day")
    );
"""

ENDING = f"""
        UPDATE ml."ModelExperiment" SET "stoppedAt" = {UTC_NOW}, "outcome" = 'champion withdrawn'
        WHERE "metric" = of_metric AND "stoppedAt" IS NULL;
        UPDATE ml."Model" SET "alias" = NULL, "trafficShare" = 0
        WHERE "metric" = of_metric AND "alias" = 'challenger';
"""


def withdrawing(ending: str) -> str:
    return f"""
    CREATE OR REPLACE FUNCTION ml.withdraw_model(of_metric text, of_version text, reason text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    BEGIN
        UPDATE ml."Model" SET "alias" = NULL, "withdrawnAt" = {UTC_NOW}, "withdrawnFor" = reason
        WHERE "metric" = of_metric AND "version" = of_version AND "alias" = 'champion';
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        {ending}
        UPDATE ml."Model" SET "alias" = 'champion', "trafficShare" = 0
        WHERE ("modelId", "version") = (
            SELECT before."modelId", before."version" FROM ml."Model" AS before
            WHERE before."metric" = of_metric AND before."promotedAt" IS NOT NULL
                AND before."withdrawnAt" IS NULL AND before."alias" IS NULL
            ORDER BY before."promotedAt" DESC LIMIT 1
        );
        RETURN true;
    END
    $$;
    """


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(withdrawing(ENDING))


def downgrade() -> None:
    op.execute(withdrawing(""))
    op.execute('DROP TABLE ml."Judgement", ml."ModelExperiment"')
    op.execute('ALTER TABLE ml."Trial" DROP COLUMN "shown", DROP COLUMN "inputs"')
