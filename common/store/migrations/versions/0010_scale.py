"""What keeps a statement about one person from reading everybody: indexes, and a sweep by person, not by row.

The indexes are the contract's, under Prisma's names. A table the backend made has them already, if its
migration is as the contract says; one that lacks an index gets it. Those made here carry a comment that says
so, and are dropped by a downgrade.
"""

from importlib import import_module

from alembic import op
from sqlalchemy import text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MARK = "made by the Nutri ML Service"

INDEXES = {
    ("MLFeature", "userId", "date", "category"),
    ("MLInsight", "userId", "createdAt"),
    ("MLInsight", "userId", "insightType", "priority"),
}

THERE = text("""
    SELECT EXISTS (
        SELECT FROM pg_index WHERE indrelid = to_regclass(:table) AND indpred IS NULL AND indisvalid
            AND ARRAY(
                SELECT attname::text FROM unnest(indkey) WITH ORDINALITY AS part(number, place)
                JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place
            ) = CAST(:columns AS text[])
    )
""")
OWNED = text("""
    SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(:table)
""")
MADE = text("""
    SELECT relname FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace
        AND obj_description(oid, 'pg_class') = :mark
""")

# Each person is looked up once in each table, by the index that begins with "userId", whatever they have.
FORGET = """
    CREATE OR REPLACE FUNCTION ml.forget_departed(after text, up_to text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    DECLARE
        found record;
    BEGIN
        FOR found IN SELECT * FROM ml.personal_tables() LOOP
            EXECUTE format($sweep$
                WITH RECURSIVE listed AS (
                    (SELECT mine."userId" FROM ml.%1$I AS mine WHERE mine."userId" > $1
                    ORDER BY mine."userId" LIMIT 1)
                    UNION ALL
                    SELECT (SELECT mine."userId" FROM ml.%1$I AS mine WHERE mine."userId" > listed."userId"
                        ORDER BY mine."userId" LIMIT 1)
                    FROM listed WHERE listed."userId" IS NOT NULL AND ($2 = '' OR listed."userId" <= $2)
                )
                DELETE FROM ml.%1$I WHERE "userId" = ANY(ARRAY(
                    SELECT listed."userId" FROM listed
                    WHERE ($2 = '' OR listed."userId" <= $2)
                        AND NOT EXISTS (SELECT FROM public."User" AS owner WHERE owner."id" = listed."userId")
                ))
            $sweep$, found."name") USING after, up_to;
        END LOOP;
    END
    $$;
"""


def upgrade() -> None:
    op.execute(FORGET)
    for table, *columns in sorted(INDEXES):
        connection = op.get_bind()
        named = {"table": f'public."{table}"'}
        # a backend's table is the backend's to index: `nutri doctor` says what is missing
        if connection.scalar(THERE, {**named, "columns": columns}) or not connection.scalar(OWNED, named):
            continue
        name = f"{table}_{'_'.join(columns)}_idx"
        listed = ", ".join(f'"{column}"' for column in columns)
        op.execute(f'CREATE INDEX "{name}" ON public."{table}" ({listed})')
        op.execute(f"""COMMENT ON INDEX public."{name}" IS '{MARK}'""")


def downgrade() -> None:
    op.execute(import_module("common.store.migrations.versions.0006_tombstones").FORGET)
    for name in op.get_bind().scalars(MADE, {"mark": MARK}).all():
        op.execute(f'DROP INDEX public."{name}"')
