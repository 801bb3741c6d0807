"""The zones people lived in, each from an instant on: past days keep theirs when a profile's zone changes.

An id may come back as somebody new: what is on record is of the account that was created then.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ml."Timezone" (
            "userId" TEXT NOT NULL,
            "since" TIMESTAMP(3) NOT NULL,
            "timezone" TEXT NOT NULL,
            "accountCreatedAt" TEXT NOT NULL,
            PRIMARY KEY ("userId", "since")
        )
    """)
    op.execute("""
        CREATE FUNCTION ml.account_created_at(wanted text) RETURNS text
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$
        BEGIN
            RETURN (SELECT COALESCE(to_jsonb(owner) ->> 'createdAt', '') FROM public."User" AS owner
                    WHERE owner."id" = wanted);
        END
        $$
    """)
    op.execute("REVOKE ALL ON FUNCTION ml.account_created_at(text) FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION ml.account_created_at(text)")
    op.execute('DROP TABLE ml."Timezone"')
