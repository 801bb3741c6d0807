"""What the nightly recompute remembers of each person, and how it cuts everyone into shards.

No foreign key ties these rows to a user: that would put triggers on the backend's table. Rows of people who
are gone are removed by `ml.forget_departed`, shard by shard.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DEFINED = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

TABLES = """
    CREATE TABLE ml."Night" (
        "userId" TEXT PRIMARY KEY,
        "day" DATE NOT NULL,
        "dataVersion" TEXT NOT NULL,
        "engineVersion" TEXT NOT NULL
    );
    CREATE TABLE ml."Quarantine" (
        "userId" TEXT PRIMARY KEY,
        "failures" INTEGER NOT NULL,
        "reason" TEXT NOT NULL,
        "engineVersion" TEXT NOT NULL,
        "until" DATE NOT NULL
    );
"""

# Counting every id is an index-only scan. The last bound is left out: the last shard has no end.
FUNCTIONS = f"""
    CREATE FUNCTION ml.cut_people(per_shard int, shards_at_most int)
    RETURNS TABLE ("people" bigint, "bounds" text[])
    LANGUAGE plpgsql STABLE {DEFINED}
    AS $$
    DECLARE
        total bigint;
        size bigint;
    BEGIN
        SELECT count(*) INTO total FROM public."User";
        size := greatest(per_shard, ceil(total::numeric / shards_at_most), 1);
        RETURN QUERY
        SELECT total, ARRAY(
            SELECT numbered."id" FROM (
                SELECT owner."id", row_number() OVER (ORDER BY owner."id") AS n FROM public."User" AS owner
            ) AS numbered
            WHERE numbered.n % size = 0 AND numbered.n < total ORDER BY numbered.n
        );
    END
    $$;
    CREATE FUNCTION ml.forget_departed(after text, up_to text) RETURNS void
    LANGUAGE plpgsql VOLATILE {DEFINED}
    AS $$
    BEGIN
        DELETE FROM ml."Night" AS mine
        WHERE mine."userId" > after AND (up_to = '' OR mine."userId" <= up_to)
            AND NOT EXISTS (SELECT FROM public."User" AS owner WHERE owner."id" = mine."userId");
        DELETE FROM ml."Quarantine" AS mine
        WHERE mine."userId" > after AND (up_to = '' OR mine."userId" <= up_to)
            AND NOT EXISTS (SELECT FROM public."User" AS owner WHERE owner."id" = mine."userId");
    END
    $$;
    REVOKE ALL ON FUNCTION ml.cut_people(int, int), ml.forget_departed(text, text) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute("DROP FUNCTION ml.cut_people(int, int), ml.forget_departed(text, text)")
    op.execute('DROP TABLE ml."Night", ml."Quarantine"')
