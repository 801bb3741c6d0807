"""Who had their data deleted; and everything that is a person's, found by its column "userId".

A tombstone hides its person from `ml.person`, `ml.people` and `ml.cut_people`, the only ways to people:
whatever reads through them computes nothing more, and cannot forget to ask. Tables are not listed anywhere,
so one added later is exported, deleted and swept like the others.
"""

from importlib import import_module

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DEFINED = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

TABLE = """
    CREATE TABLE ml."Tombstone" (
        "userId" TEXT PRIMARY KEY,
        "deletedAt" TIMESTAMP(3) NOT NULL,
        "resumedAt" TIMESTAMP(3)
    );
"""

PERSON_COLUMNS = (
    *("goalCalories", "goalProtein", "goalCarbs", "goalFat", "currentWeight", "goalWeight", "height"),
    *("activityLevel", "timezone", "dateOfBirth", "biologicalSex", "updatedAt"),
)
ALIVE = """NOT EXISTS (
            SELECT FROM ml."Tombstone" AS stone
            WHERE stone."userId" = owner."id" AND stone."resumedAt" IS NULL
        )"""


def readers(listed: str) -> str:
    """Return the functions that read people, of those only for whom the condition `listed` holds."""
    return f"""
    CREATE OR REPLACE FUNCTION ml.person(wanted text)
    RETURNS TABLE ("id" text, {", ".join(f'"{name}" text' for name in PERSON_COLUMNS)})
    LANGUAGE plpgsql STABLE {DEFINED} ROWS 1
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        SELECT owner."id", {", ".join(f"fields ->> '{name}'" for name in PERSON_COLUMNS)}
        FROM public."User" AS owner
        CROSS JOIN LATERAL (SELECT to_jsonb(owner) AS fields OFFSET 0) AS converted
        WHERE owner."id" = wanted AND {listed};
    END
    $$;
    CREATE OR REPLACE FUNCTION ml.people(after text, at_most int) RETURNS TABLE ("id" text)
    LANGUAGE plpgsql STABLE {DEFINED}
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        SELECT owner."id" FROM public."User" AS owner
        WHERE owner."id" > after AND {listed} ORDER BY owner."id" LIMIT at_most;
    END
    $$;
    CREATE OR REPLACE FUNCTION ml.cut_people(per_shard int, shards_at_most int)
    RETURNS TABLE ("people" bigint, "bounds" text[])
    LANGUAGE plpgsql STABLE {DEFINED}
    AS $$
    DECLARE
        total bigint;
        size bigint;
    BEGIN
        SELECT count(*) INTO total FROM public."User" AS owner WHERE {listed};
        size := greatest(per_shard, ceil(total::numeric / shards_at_most), 1);
        RETURN QUERY
        SELECT total, ARRAY(
            SELECT numbered."id" FROM (
                SELECT owner."id", row_number() OVER (ORDER BY owner."id") AS n
                FROM public."User" AS owner WHERE {listed}
            ) AS numbered
            WHERE numbered.n % size = 0 AND numbered.n < total ORDER BY numbered.n
        );
    END
    $$;
    """


PERSONAL = f"""
    CREATE FUNCTION ml.personal_tables() RETURNS TABLE ("name" text, "key" text)
    LANGUAGE sql STABLE {DEFINED}
    AS $$
        SELECT relname::text, (
            SELECT string_agg(format('mine.%I', attname), ', ' ORDER BY array_position(indkey, attnum))
            FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
            WHERE indrelid = pg_class.oid AND indisprimary
        )
        FROM pg_class JOIN pg_attribute AS owned ON owned.attrelid = pg_class.oid
        WHERE relnamespace = CAST('ml' AS regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition
            AND owned.attname = 'userId' AND NOT owned.attisdropped
    $$;
    CREATE FUNCTION ml.rows_of(wanted text) RETURNS TABLE ("table" text, "key" text, "row" jsonb)
    LANGUAGE plpgsql STABLE {DEFINED}
    AS $$
    DECLARE
        found record;
    BEGIN
        FOR found IN SELECT * FROM ml.personal_tables() LOOP
            RETURN QUERY EXECUTE format(
                'SELECT %L::text, jsonb_build_array(%s)::text, to_jsonb(mine) FROM ml.%I AS mine '
                'WHERE mine."userId" = $1', found."name", found."key", found."name"
            ) USING wanted;
        END LOOP;
    END
    $$;
    CREATE FUNCTION ml.delete_rows_of(wanted text) RETURNS TABLE ("table" text, "rows" bigint)
    LANGUAGE plpgsql VOLATILE {DEFINED}
    AS $$
    BEGIN
        FOR "table" IN SELECT "name" FROM ml.personal_tables() WHERE "name" <> 'Tombstone' LOOP
            EXECUTE format('DELETE FROM ml.%I WHERE "userId" = $1', "table") USING wanted;
            GET DIAGNOSTICS "rows" = ROW_COUNT;
            RETURN NEXT;
        END LOOP;
    END
    $$;
    REVOKE ALL ON FUNCTION ml.personal_tables(), ml.rows_of(text), ml.delete_rows_of(text) FROM PUBLIC;
"""

FORGET = f"""
    CREATE OR REPLACE FUNCTION ml.forget_departed(after text, up_to text) RETURNS void
    LANGUAGE plpgsql VOLATILE {DEFINED}
    AS $$
    DECLARE
        found record;
    BEGIN
        FOR found IN SELECT * FROM ml.personal_tables() LOOP
            EXECUTE format(
                'DELETE FROM ml.%I AS mine WHERE mine."userId" > $1 AND ($2 = '''' OR mine."userId" <= $2) '
                'AND NOT EXISTS (SELECT FROM public."User" AS owner WHERE owner."id" = mine."userId")',
                found."name"
            ) USING after, up_to;
        END LOOP;
    END
    $$;
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(readers(ALIVE))
    op.execute(PERSONAL)
    op.execute(FORGET)


def downgrade() -> None:
    op.execute(readers("true"))
    looks = import_module("common.store.migrations.versions.0004_looks")
    op.execute(looks.forget_in("Night", "Quarantine", "Trial", "Look"))
    op.execute("DROP FUNCTION ml.personal_tables(), ml.rows_of(text), ml.delete_rows_of(text)")
    op.execute('DROP TABLE ml."Tombstone"')
