"""The service's database role can do the service's work, and nothing else."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import common.store
from common.store.deletion import delete_person, is_known, list_rows, resume_person
from common.store.engine import reading, transaction
from common.store.experiments import list_experiments, record_comparison
from common.store.features import FeatureRow, save_features
from common.store.feedback import Feedback, count_feedback, set_feedback
from common.store.insights import InsightRow, list_insights, upsert_insights
from common.store.looks import LookRow, lock_and_read
from common.store.migrations import run_migrations
from common.store.model_scores import ModelScoreRow, read_model_scores, save_model_scores
from common.store.models import read_aliased, withdraw
from common.store.nights import (
    Attempt,
    Mark,
    NightRows,
    Quarantine,
    begin_attempt,
    cut_people,
    end_attempt,
    forget_departed,
    list_due_users,
    read_clock,
    save_night,
    save_quarantine,
)
from common.store.person import load_person, load_written_rows, read_version
from common.store.predictions import PredictionRow, save_predictions
from common.store.profiles import MLProfileRow, save_profile
from common.store.research import list_sharers
from common.store.runs import hold_run, is_evaluated, mark_evaluated, release_run
from common.store.tables import ACTIVITY, HEALTH_METRIC, MEAL
from common.store.tallies import EVERYONE, Watch, sum_gains, tally_missing
from common.store.writing import lock_person
from tests.conftest import MakeDatabase, forget_singletons
from tests.fixtures.backend import Backend, connect_native, create_backend_schema
from tests.integration.versions import nutri, publish

ROLES = Path(next(iter(common.store.__path__))) / "roles"
NOON = datetime(2024, 5, 10, 12)  # noqa: DTZ001
START, END = datetime(2024, 5, 1), datetime(2024, 6, 1)  # noqa: DTZ001


def as_user(url: str, user: str) -> str:
    return url.replace("postgres@", f"{user}@")


@pytest.fixture(scope="module")
def person(backend: Backend) -> str:
    user = backend.add_user(timezone="Europe/Berlin")
    backend.add_meal(user, NOON)
    backend.add_reading(user, NOON)
    backend.add_workout(user, NOON, NOON)
    return user


@pytest.fixture(scope="module", autouse=True)
def _as_service(
    settings_env: pytest.MonkeyPatch, database_url: str, backend: Backend, person: str
) -> Iterator[None]:
    """Everything the module does through the engine it does as the service."""
    for _ in range(2):
        backend.run((ROLES / "service.sql").read_text())
    backend.run("DROP ROLE IF EXISTS a_service; CREATE ROLE a_service LOGIN IN ROLE nutri_ml_service")
    settings_env.setenv("DATABASE_URL", as_user(database_url, "a_service"))
    forget_singletons()
    yield
    settings_env.setenv("DATABASE_URL", database_url)
    forget_singletons()


def test_the_service_can_do_all_of_its_work_twice(person: str) -> None:
    day = date(2024, 5, 10)
    insight = InsightRow("an-insight", "CORRELATION", "LOW", "T", "D", "R", 0.5, 30)
    forecast = PredictionRow("RESTING_HEART_RATE", day, 58, 0.8, (55, 61), "rhr", "1", {})
    with reading() as connection:
        assert read_version(connection, person, START, END) is not None
        assert list_sharers(connection, "", 10) == ([], person)
        assert load_written_rows(connection, person, START, END) is None
        loaded = load_person(connection, person, START, END)
    assert loaded is not None
    assert (len(loaded[1].meals.name), len(loaded[1].readings.at), len(loaded[1].workouts.kind)) == (1, 1, 1)
    for _ in range(2):
        with transaction() as connection:
            lock_person(connection, person)
            save_features(connection, person, [FeatureRow(day, "NUTRITION_DAILY", "1", {"x": 1.0})])
            save_predictions(connection, person, [forecast])
            upsert_insights(connection, person, [insight])
            save_profile(connection, person, MLProfileRow(1, 1.0, True, True, True, []))
            assert len(list_insights(connection, person, NOON)) == 1
            said = {"viewed": True, "dismissed": False, "rated": True, "helpful": True}
            assert set_feedback(connection, person, insight.id, **said) == Feedback(True, False, True)
            assert count_feedback(connection, day) == []
    with reading() as connection:
        assert read_aliased(connection) == []
        assert not withdraw(connection, "rhr", "1", "reason")
        assert list_experiments(connection) == []
        record_comparison(connection, "none", {}, day)
        save_model_scores(connection, [ModelScoreRow("rhr", "rhr", "1", day, {})], day)
        assert len(read_model_scores(connection, "rhr", day)) == 1
        assert sum_gains(connection, Watch("RESTING_HEART_RATE", "1", day), day).people == 0
        assert connection.scalar(text("SELECT version_num FROM ml.alembic_version")) is not None


def test_the_service_can_do_the_night_s_work(person: str) -> None:
    day = date(2024, 5, 10)
    rows = NightRows(
        [], [], NOON, [], [], [], 35, 365, LookRow("digest", "{}"), MLProfileRow(1, 1.0, True, True, True, [])
    )
    with transaction() as connection:
        assert cut_people(connection, 10, 10) == (1, [])
        save_quarantine(connection, person, Quarantine(1, "reason", "engine", day))
        assert [one.user_id for one in list_due_users(connection, "", "", 10)] == [person]
        begin_attempt(connection, person, day, "engine")
        assert list_due_users(connection, "", "", 10)[0].attempt == Attempt(day, "engine", 1)
        assert save_night(connection, person, Mark(day, "data", "engine"), rows)
        end_attempt(connection, person)
        assert read_clock(connection).year > 2024
        assert tally_missing(connection, day, [], EVERYONE) == 0
        assert hold_run(connection, "one", 60)
        assert not hold_run(connection, "another", 60)
        release_run(connection, "one")
        mark_evaluated(connection, day)
        assert is_evaluated(connection, day)
        assert lock_and_read(connection, person) == rows.look
        forget_departed(connection, "", "")


def test_the_service_can_export_and_delete_everything_of_a_person(backend: Backend) -> None:
    person = backend.add_user()
    with transaction() as connection:
        save_features(connection, person, [FeatureRow(date(2024, 5, 10), "NUTRITION_DAILY", "1", {"x": 1.0})])
        assert [row.table for row in list_rows(connection, person, ("", ""), 10)] == ["MLFeature"]
        lock_person(connection, person)
        assert delete_person(connection, person)[1]["MLFeature"] == 1
        assert is_known(connection, person)
        assert resume_person(connection, person)
    backend.delete("User", person)


FORBIDDEN = {
    "read people's secrets": 'SELECT "email", "password" FROM "User"',
    "read people directly": 'SELECT "id" FROM "User"',
    "read what is not in the contract": 'SELECT "notes" FROM "Meal"',
    "read a whole row": 'SELECT * FROM "HealthMetric"',
    "read unrelated tables": 'SELECT * FROM "WaterIntake"',
    "read the migration history": 'SELECT * FROM "_prisma_migrations"',
    "write meals": 'UPDATE "Meal" SET "calories" = 0',
    "delete meals": 'DELETE FROM "Meal"',
    "write readings": 'DELETE FROM "HealthMetric"',
    "give away an insight": """UPDATE "MLInsight" SET "userId" = 'somebody else'""",
    "throw a switch": 'UPDATE "UserMLProfile" SET "enablePredictions" = true',
    "give away a forecast": """UPDATE "MLPrediction" SET "userId" = 'somebody else'""",
    "forget a deletion": 'DELETE FROM ml."Tombstone"',
    "list what is personal": "SELECT * FROM ml.personal_tables()",
    "empty a table": 'TRUNCATE "MLFeature"',
    "make a table": "CREATE TABLE mine (a int)",
    "make a table in ml": "CREATE TABLE ml.mine (a int)",
    "make a schema": "CREATE SCHEMA mine",
    "alter a table": 'ALTER TABLE "MLFeature" ADD COLUMN "mine" int',
    "change how people are read": "DROP FUNCTION ml.person(text)",
    "publish a model": 'INSERT INTO ml."Model" ("modelId") VALUES (1)',
    "promote a model": """UPDATE ml."Model" SET "alias" = 'champion'""",
    "empty what nights remember": 'TRUNCATE ml."Night"',
    "see the deleted": "DROP FUNCTION ml.people(text, int)",
    "start an experiment": """INSERT INTO ml."ModelExperiment" ("name") VALUES ('x')""",
    "end an experiment": """UPDATE ml."ModelExperiment" SET "outcome" = 'x'""",
    "forge a migration": "UPDATE ml.alembic_version SET version_num = 'x'",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_service_cannot(what: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), reading() as connection:
        connection.execute(text(FORBIDDEN[what]))


def test_the_service_reads_no_column_that_is_not_in_the_contract() -> None:
    statement = text("""
        SELECT relname, array_agg(attname::text) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = CAST('public' AS regnamespace) AND relkind = 'r'
        AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege('a_service', attrelid, attnum, 'SELECT') AND relname NOT LIKE '%ML%'
        GROUP BY 1
    """)
    with reading() as connection:
        readable = {name: set(columns) for name, columns in connection.execute(statement)}
    unused = {"sourceId", "metadata"}
    contract = {
        table.name: {column.name for column in table.columns} - unused
        for table in (MEAL, HEALTH_METRIC, ACTIVITY)
    }
    assert readable == contract


def test_a_publisher_can_publish_and_compare_models_and_sees_nobody(
    backend: Backend, database_url: str, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for _ in range(2):
        backend.run((ROLES / "publisher.sql").read_text())
    backend.run("DROP ROLE IF EXISTS a_trainer; CREATE ROLE a_trainer LOGIN IN ROLE nutri_ml_publisher")
    settings_env.setenv("DATABASE_URL", as_user(database_url, "a_trainer"))
    forget_singletons()
    publish(tmp_path, "2.a", "3.b")
    nutri("models", "promote", "rhr", "2.a")
    nutri("experiments", "start", "first", "--metric", "rhr", "--challenger", "3.b", "--share", "0.1")
    nutri("experiments", "promote", "first", "--force")
    assert nutri("models", "rollback", "rhr")["version"] == "2.a"
    for table in ('ml."ForecastLog"', '"MLPrediction"', '"HealthMetric"'):
        with pytest.raises(DBAPIError, match="permission denied"), reading() as connection:
            connection.execute(text(f"SELECT 1 FROM {table}"))
    settings_env.setenv("DATABASE_URL", as_user(database_url, "a_service"))
    forget_singletons()


def test_a_stranger_cannot_use_our_functions(backend: Backend, database_url: str) -> None:
    backend.run(
        "DROP ROLE IF EXISTS a_stranger; CREATE ROLE a_stranger LOGIN; GRANT USAGE ON SCHEMA ml TO a_stranger"
    )
    stranger = connect_native(as_user(database_url, "a_stranger"))
    with pytest.raises(Exception, match="permission denied"):
        stranger.run("SELECT * FROM ml.person('user000001')")
    stranger.close()


def test_the_migrating_role_can_migrate_and_needs_to_own_nothing_of_the_backends(
    make_database: MakeDatabase,
) -> None:
    url = make_database("template0")
    create_backend_schema(url, ["backend.sql"])
    owner = Backend(url)
    owner.run((ROLES / "migrator.sql").read_text())
    owner.run("DROP ROLE IF EXISTS a_migrator; CREATE ROLE a_migrator LOGIN IN ROLE nutri_ml_migrator")
    run_migrations(as_user(url, "a_migrator"))
    user = owner.add_user()
    owner.run((ROLES / "service.sql").read_text())
    service = connect_native(as_user(url, "a_service"))
    assert service.run('SELECT "id", "timezone" FROM ml.person(:u)', u=user) == [[user, None]]
    service.close()
    run_migrations(as_user(url, "a_migrator"), "base")
    owner.close()
