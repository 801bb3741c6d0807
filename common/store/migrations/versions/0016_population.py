"""What other people say of each pair, by fold of people; and whether somebody's days may be part of it.

The backend's "UserConsent" says so where it exists: whoever has not granted RESEARCH there takes no part,
whatever their switch says.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ml."Population" (
            "fold" INTEGER NOT NULL PRIMARY KEY,
            "week" DATE NOT NULL,
            "engineVersion" TEXT NOT NULL,
            "version" TEXT NOT NULL,
            "pairs" JSONB NOT NULL
        )
    """)
    op.execute("""
        CREATE FUNCTION ml.consents_to_research(wanted text) RETURNS boolean
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$
        DECLARE
            granted boolean;
        BEGIN
            IF to_regclass('public."UserConsent"') IS NULL THEN
                RETURN true;
            END IF;
            EXECUTE 'SELECT EXISTS (SELECT FROM public."UserConsent" WHERE "userId" = $1 '
                'AND "purpose"::text = ''RESEARCH'' AND "granted")' INTO granted USING wanted;
            RETURN granted;
        EXCEPTION WHEN insufficient_privilege OR undefined_column THEN
            RETURN false;
        END
        $$
    """)
    op.execute("REVOKE ALL ON FUNCTION ml.consents_to_research(text) FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION ml.consents_to_research(text)")
    op.execute('DROP TABLE ml."Population"')
