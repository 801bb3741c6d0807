"""What a person's last look for correlations found, kept until the look or its data are others."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE ml."Look" (
        "userId" TEXT PRIMARY KEY,
        "digest" TEXT NOT NULL,
        "report" TEXT NOT NULL
    );
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
    op.execute(forget_in("Night", "Quarantine", "Trial", "Look"))


def downgrade() -> None:
    op.execute(forget_in("Night", "Quarantine", "Trial"))
    op.execute('DROP TABLE ml."Look"')
