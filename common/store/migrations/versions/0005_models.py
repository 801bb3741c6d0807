"""The model registry: what training published, which of it serves, and how a champion is withdrawn.

The service reads it. Only `ml.withdraw_model` lets it change anything: back to the champion before.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UTC_NOW = "date_trunc('milliseconds', now() AT TIME ZONE 'UTC')"

TABLE = f"""
    CREATE TABLE ml."Model" (
        "modelId" TEXT NOT NULL,
        "version" TEXT NOT NULL,
        "metric" TEXT NOT NULL,
        "content" BYTEA NOT NULL,
        "sha256" TEXT NOT NULL,
        "manifest" TEXT NOT NULL,
        "manifestSha256" TEXT NOT NULL,
        "metrics" JSONB NOT NULL,
        "alias" TEXT CHECK ("alias" IN ('champion', 'challenger')),
        "trafficShare" DOUBLE PRECISION NOT NULL DEFAULT 0 CHECK ("trafficShare" BETWEEN 0 AND 1),
        "publishedAt" TIMESTAMP(3) NOT NULL DEFAULT {UTC_NOW},
        "promotedAt" TIMESTAMP(3),
        "withdrawnAt" TIMESTAMP(3),
        "withdrawnFor" TEXT,
        PRIMARY KEY ("modelId", "version")
    );
    CREATE UNIQUE INDEX "Model_metric_version_key" ON ml."Model" ("metric", "version");
    CREATE UNIQUE INDEX "Model_metric_alias_key" ON ml."Model" ("metric", "alias");
"""

# The champion before is the one promoted last among those that were not withdrawn.
FUNCTION = f"""
    CREATE FUNCTION ml.withdraw_model(of_metric text, of_version text, reason text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    BEGIN
        UPDATE ml."Model" SET "alias" = NULL, "withdrawnAt" = {UTC_NOW}, "withdrawnFor" = reason
        WHERE "metric" = of_metric AND "version" = of_version AND "alias" = 'champion';
        IF NOT FOUND THEN
            RETURN false;
        END IF;
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
    REVOKE ALL ON FUNCTION ml.withdraw_model(text, text, text) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute("DROP FUNCTION ml.withdraw_model(text, text, text)")
    op.execute('DROP TABLE ml."Model"')
