"""What the night forecast and what came of it, for judging models: one row per person, metric and night."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE ml."Trial" (
        "userId" TEXT NOT NULL,
        "targetDate" DATE NOT NULL,
        "metric" TEXT NOT NULL,
        "modelId" TEXT NOT NULL,
        "modelVersion" TEXT NOT NULL,
        "device" TEXT NOT NULL,
        "value" DOUBLE PRECISION NOT NULL,
        "baseline" DOUBLE PRECISION NOT NULL,
        "lower" DOUBLE PRECISION NOT NULL,
        "upper" DOUBLE PRECISION NOT NULL,
        "actual" DOUBLE PRECISION,
        PRIMARY KEY ("userId", "targetDate", "metric", "modelId", "modelVersion")
    );
    CREATE INDEX "Trial_targetDate_idx" ON ml."Trial" ("targetDate");
"""

FORGET = """
    CREATE OR REPLACE FUNCTION ml.forget_departed(after text, up_to text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    BEGIN
        {deletions}
    END
    $$;
"""
DELETION = """
        DELETE FROM ml."{table}" AS mine
        WHERE mine."userId" > after AND (up_to = '' OR mine."userId" <= up_to)
            AND NOT EXISTS (SELECT FROM public."User" AS owner WHERE owner."id" = mine."userId");
"""


def forget_in(*tables: str) -> str:
    return FORGET.format(deletions="".join(DELETION.format(table=table) for table in tables))


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(forget_in("Night", "Quarantine", "Trial"))


def downgrade() -> None:
    op.execute(forget_in("Night", "Quarantine"))
    op.execute('DROP TABLE ml."Trial"')
