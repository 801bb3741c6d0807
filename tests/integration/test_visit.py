"""The order of load, compute, save and cache, where two requests and the backend meet."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from common.cache import get_cache
from common.errors import NotFound
from common.services.features import HISTORY_DAYS, feature_rows, read_features
from common.services.visit import Visit, open_visit
from common.store.engine import get_engine
from common.store.features import save_features
from tests.fixtures.backend import Backend
from tests.integration.people import add_person
from tests.people import LAST_DAY

NOW = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC) + timedelta(days=30)
NOON = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12)  # noqa: DTZ001 - the tables hold UTC without zone


@pytest.fixture(scope="module", autouse=True)
def anna(_servers: None) -> str:
    return add_person("anna", days=60)


def visit() -> Visit:
    opened = open_visit("anna", LAST_DAY, HISTORY_DAYS, NOW)
    assert opened.rows
    return opened


def save(opened: Visit) -> bool:
    rows = feature_rows(opened, [LAST_DAY])
    return opened.save(lambda connection: save_features(connection, "anna", rows))


def stored_calories(backend: Backend) -> float:
    ((features,),) = backend.run(
        'SELECT features FROM "MLFeature" WHERE "userId" = :u AND date = :d AND category::text = :c',
        u="anna",
        d=LAST_DAY,
        c="NUTRITION_DAILY",
    )
    calories: float = features["calories_daily"]
    return calories


def test_an_older_computation_never_overwrites_a_newer_one(backend: Backend) -> None:
    older = visit()
    backend.add_meal("anna", NOON, "second lunch", "lunch", calories=777.0)
    newer = visit()
    assert save(newer)
    told = stored_calories(backend)
    assert save(older) is False
    assert stored_calories(backend) == told


def test_rows_and_version_are_one_snapshot_even_if_the_backend_writes_in_between(backend: Backend) -> None:
    opened = open_visit("anna", LAST_DAY, HISTORY_DAYS, NOW)
    seen_first = opened.head.version
    backend.add_meal("anna", NOON + timedelta(minutes=1), "third lunch", "lunch", calories=333.0)
    names = opened.rows.meals.name
    assert "third lunch" in names
    assert opened.head.version != seen_first
    assert save(opened), "the version saved under is that of the rows, not the one read before them"


def test_a_person_deleted_between_version_and_rows_is_not_found(backend: Backend) -> None:
    add_person("leaver", days=5)
    opened = open_visit("leaver", LAST_DAY, HISTORY_DAYS, NOW)
    backend.delete("User", "leaver")
    with pytest.raises(NotFound):
        _ = opened.rows


def test_a_cached_answer_costs_one_statement_and_a_fresh_one_five() -> None:
    statements: list[str] = []
    engine = get_engine()

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = read_features("anna", LAST_DAY, None, now=NOW)
        statements.clear()
        assert read_features("anna", LAST_DAY, None, now=NOW).cached
        assert len(statements) == 1
        get_cache().delete(f"features:anna:{LAST_DAY}:daily")
        statements.clear()
        assert not read_features("anna", LAST_DAY, None, now=NOW).cached
        assert len(statements) <= 5, "version, rows, and lock, version, upsert in the saving transaction"
        assert answer.etag == read_features("anna", LAST_DAY, None, now=NOW).etag
    finally:
        event.remove(engine, "before_cursor_execute", note)
