"""What the backend has besides the contract's tables: water, weight, glucose, supplements, lifestyle.

Each is read where it exists, has the columns and was granted to the owner of these functions; where it is
not, nothing is read and nothing fails. Glucose, measured every five minutes, comes as sums of half hours.
A disabled account (`User.isActive` is false) is as unknown as one that does not exist.
"""

from collections.abc import Mapping

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DEFINED = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
PERSON_COLUMNS = (
    *("goalCalories", "goalProtein", "goalCarbs", "goalFat", "currentWeight", "goalWeight", "height"),
    *("activityLevel", "timezone", "dateOfBirth", "biologicalSex", "updatedAt"),
)
ALIVE = """NOT EXISTS (
            SELECT FROM ml."Tombstone" AS stone
            WHERE stone."userId" = owner."id" AND stone."resumedAt" IS NULL
        )"""
ACTIVE = "(fields ->> 'isActive') IS DISTINCT FROM 'false'"


def person(condition: str) -> str:
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
        WHERE owner."id" = wanted AND {condition};
    END
    $$;
    """


# table: (columns read, what is read, its version). $1 the person, $2 and $3 the span of event times
SPAN = '"userId" = $1 AND "{0}" >= $2 AND "{0}" < $3'
ROWS_VERSION = (
    "count(*)::text || ':' || COALESCE(sum(hashint8extended(xmin::text::bigint, 0)::numeric), 0)::text"
)
TAKEN = SPAN.format("takenAt").replace('"userId"', 'log."userId"').replace('"takenAt"', 'log."takenAt"')
Read = tuple[tuple[str, ...], str, str]
READ: dict[str, Read] = {
    "WaterIntake": (
        ("userId", "amount", "recordedAt"),
        f"""SELECT 'water_ml', "recordedAt"::timestamp, '', "amount"::float8
            FROM public."WaterIntake" WHERE {SPAN.format("recordedAt")}""",
        f"""SELECT {ROWS_VERSION} FROM public."WaterIntake" WHERE {SPAN.format("recordedAt")}""",
    ),
    "WeightRecord": (
        ("userId", "weight", "recordedAt"),
        f"""SELECT 'weight_kg', "recordedAt"::timestamp, '', "weight"::float8
            FROM public."WeightRecord" WHERE {SPAN.format("recordedAt")}""",
        f"""SELECT {ROWS_VERSION} FROM public."WeightRecord" WHERE {SPAN.format("recordedAt")}""",
    ),
    "GlucoseReading": (
        ("userId", "value", "unit", "recordedAt"),
        f"""SELECT sums.kind, half.at, '', sums.value FROM (
                SELECT date_bin('30 minutes', "recordedAt"::timestamp, TIMESTAMP '2000-01-01') AS at,
                    count(*)::float8 AS n, sum(mg) AS mg, sum(mg * mg) AS squares,
                    (count(*) FILTER (WHERE mg BETWEEN 70 AND 180))::float8 AS within
                FROM (
                    SELECT "recordedAt", CASE WHEN "unit"::text ILIKE 'mmol%' THEN "value" * 18.016
                        ELSE "value" END::float8 AS mg
                    FROM public."GlucoseReading" WHERE {SPAN.format("recordedAt")}
                ) AS reading WHERE mg BETWEEN 20 AND 600 GROUP BY 1
            ) AS half CROSS JOIN LATERAL (VALUES ('glucose_n', n), ('glucose_sum', mg),
                ('glucose_squares', squares), ('glucose_within', within)) AS sums(kind, value)""",
        # of an index alone: rows that come and go are seen, a value edited in place is not
        f"""SELECT count(*)::text || ':' || COALESCE(sum(EXTRACT(EPOCH FROM "recordedAt")), 0)::text
            FROM public."GlucoseReading" WHERE {SPAN.format("recordedAt")}""",
    ),
    "Supplement": (
        ("id", "userId", "name"),
        "",
        f'SELECT {ROWS_VERSION} FROM public."Supplement" WHERE "userId" = $1',
    ),
    "SupplementLog": (
        ("userId", "supplementId", "takenAt", "skipped"),
        f"""SELECT 'supplement', log."takenAt"::timestamp, kept."name"::text, (NOT log."skipped")::int::float8
            FROM public."SupplementLog" AS log
            JOIN public."Supplement" AS kept
                ON kept."id" = log."supplementId" AND kept."userId" = log."userId"
            WHERE {TAKEN}""",
        f"""SELECT {ROWS_VERSION} FROM public."SupplementLog" WHERE {SPAN.format("takenAt")}""",
    ),
    "UserLifestyle": (
        ("userId", "workSchedule"),
        """SELECT 'work_schedule', NULL::timestamp, "workSchedule"::text, NULL::float8
            FROM public."UserLifestyle" WHERE "userId" = $1 AND "workSchedule" IS NOT NULL""",
        f'SELECT {ROWS_VERSION} FROM public."UserLifestyle" WHERE "userId" = $1',
    ),
}  # fmt: skip
NEEDS = {"SupplementLog": ("Supplement",)}


def readable(table: str, read: Mapping[str, Read]) -> str:
    tables = (table, *NEEDS.get(table, ()))
    return " AND ".join(
        f"ml.may_read('{name}', ARRAY[{', '.join(repr(column) for column in read[name][0])}])"
        for name in tables
    )


def functions(read: Mapping[str, Read]) -> str:
    """Return the functions that read these tables, and what may be read, as statements."""
    body = "".join(
        f"""
        IF {readable(table, read)} THEN
            RETURN QUERY EXECUTE $query${rows}$query$ USING wanted, since, until;
        END IF;"""
        for table, (_, rows, _) in read.items()
        if rows
    )
    versions = "".join(
        f"""
        IF {readable(table, read)} THEN
            EXECUTE $query${version}$query$ INTO told USING wanted, since, until;
            version := version || '{table}:' || told || ';';
        END IF;"""
        for table, (_, _, version) in read.items()
    )
    return f"""
    CREATE OR REPLACE FUNCTION ml.may_read(wanted text, columns text[]) RETURNS boolean
    LANGUAGE sql STABLE {DEFINED}
    AS $$
        SELECT to_regclass(format('public.%I', wanted)) IS NOT NULL AND (
            SELECT bool_and(EXISTS (
                SELECT FROM pg_attribute
                WHERE attrelid = to_regclass(format('public.%I', wanted)) AND attname = name
                    AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'SELECT')
            )) FROM unnest(columns) AS name
        )
    $$;
    CREATE OR REPLACE FUNCTION ml.extra_rows(wanted text, since timestamp, until timestamp)
    RETURNS TABLE ("kind" text, "at" timestamp, "name" text, "value" float8)
    LANGUAGE plpgsql STABLE {DEFINED}
    AS $$
    #variable_conflict use_column
    BEGIN{body}
    END
    $$;
    CREATE OR REPLACE FUNCTION ml.extra_version(wanted text, since timestamp, until timestamp) RETURNS text
    LANGUAGE plpgsql STABLE {DEFINED}
    AS $$
    #variable_conflict use_column
    DECLARE
        told text;
        version text := '';
    BEGIN{versions}
        RETURN version;
    END
    $$;
    REVOKE ALL ON FUNCTION ml.may_read(text, text[]), ml.extra_rows(text, timestamp, timestamp),
        ml.extra_version(text, timestamp, timestamp) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(person(f"{ALIVE} AND {ACTIVE}"))
    op.execute(functions(READ))


def downgrade() -> None:
    op.execute("""
        DROP FUNCTION ml.extra_version(text, timestamp, timestamp);
        DROP FUNCTION ml.extra_rows(text, timestamp, timestamp);
        DROP FUNCTION ml.may_read(text, text[]);
    """)
    op.execute(person(ALIVE))
