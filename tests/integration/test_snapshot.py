"""The order of load, compute, save and cache, where two requests and the backend meet."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from common.cache import get_cache
from common.errors import InvalidInput, NotFound
from common.services.features import HISTORY_DAYS, feature_rows, read_features
from common.services.snapshot import Snapshot, open_snapshot
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


def snapshot() -> Snapshot:
    return open_snapshot("anna", LAST_DAY, HISTORY_DAYS, NOW).loaded


def save(opened: Snapshot) -> bool:
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
    older = snapshot()
    backend.add_meal("anna", NOON, "second lunch", "lunch", calories=777.0)
    newer = snapshot()
    assert save(newer)
    told = stored_calories(backend)
    assert save(older) is False
    assert stored_calories(backend) == told


def test_rows_and_version_are_one_snapshot_even_if_the_backend_writes_in_between(backend: Backend) -> None:
    opened = open_snapshot("anna", LAST_DAY, HISTORY_DAYS, NOW)
    seen_first = opened.head.version
    backend.add_meal("anna", NOON + timedelta(minutes=1), "third lunch", "lunch", calories=333.0)
    loaded = opened.loaded
    assert "third lunch" in loaded.rows.meals.name
    assert loaded.head.version != seen_first
    assert opened.head.version == seen_first, "what was seen first stays as it was"
    assert save(loaded), "the version saved under is that of the rows, not the one read before them"


def test_a_person_deleted_between_version_and_rows_is_not_found(backend: Backend) -> None:
    add_person("leaver", days=5)
    opened = open_snapshot("leaver", LAST_DAY, HISTORY_DAYS, NOW)
    backend.delete("User", "leaver")
    with pytest.raises(NotFound):
        _ = opened.loaded


def move(backend: Backend, user: str, zone: str) -> None:
    backend.run('UPDATE "User" SET "timezone" = :zone WHERE "id" = :user', zone=zone, user=user)


@pytest.mark.parametrize("day", [None, date(2025, 7, 30)])
def test_a_person_who_moves_between_version_and_rows_is_answered_in_the_new_zone(
    backend: Backend, day: date | None
) -> None:
    add_person("mover", days=40)
    move(backend, "mover", "Pacific/Auckland")
    opened = open_snapshot("mover", day, HISTORY_DAYS, datetime(2025, 7, 30, 11, tzinfo=UTC))
    assert (opened.as_of.date, opened.as_of.open) == (date(2025, 7, 30), True)
    move(backend, "mover", "Pacific/Kiritimati")
    loaded = opened.loaded
    assert loaded.rows.profile.timezone == "Pacific/Kiritimati"
    assert loaded.zone_name == "Pacific/Kiritimati"
    assert (loaded.as_of.date, loaded.as_of.open) == ((day, False) if day else (date(2025, 7, 31), True))
    assert loaded.series.days[-1].item() == loaded.as_of.date
    assert opened.zone_name == "Pacific/Auckland", "what was opened never changes"


def test_a_day_that_is_yet_to_come_in_the_new_zone_is_refused(backend: Backend) -> None:
    add_person("traveller", days=40)
    move(backend, "traveller", "Pacific/Auckland")
    opened = open_snapshot("traveller", date(2025, 7, 30), HISTORY_DAYS, datetime(2025, 7, 30, 1, tzinfo=UTC))
    move(backend, "traveller", "America/Los_Angeles")
    with pytest.raises(InvalidInput):
        _ = opened.loaded


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
