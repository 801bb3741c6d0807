"""`nutri demo` against a database shaped like the real backend's: loaded for one day, then for the next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.compute.series.rows import PersonRows
from common.errors import ConfigurationError, Unavailable
from common.store.engine import reading
from common.store.person import load_person
from functions.local.cli.app import app
from functions.local.data.cohort import COHORT, DemoPerson, make_person
from functions.local.data.demo import load_demo
from functions.local.data.loading import Change
from tests.conftest import MakeDatabase
from tests.fixtures.backend import Backend, create_backend_schema

YESTERDAY, TODAY = date(2026, 3, 30), date(2026, 3, 31)
HAND_MADE = "made-by-hand"
TABLES = ("User", "HealthMetric", "Meal", "Activity", "UserMLProfile")

Contents = dict[str, set[tuple[str, str]]]


@dataclass
class Refresh:
    before: Contents
    changes: dict[str, Change]
    after: Contents
    switched_off_at_first: list[list[str]]


@pytest.fixture(scope="module", autouse=True)
def refresh(database_url: str, backend: Backend) -> Refresh:
    load_demo(database_url, YESTERDAY)
    switched_off = switched_off_predictions(backend)
    backend.run("""UPDATE public."UserMLProfile" SET "enablePredictions" = true""")
    backend.add_meal("demo-anna", datetime(2026, 3, 1, 12), id=HAND_MADE)  # noqa: DTZ001
    before = contents(backend)
    changes = load_demo(database_url, TODAY)
    return Refresh(before, changes, contents(backend), switched_off)


def switched_off_predictions(backend: Backend) -> list[list[str]]:
    found: list[list[str]] = backend.run(
        'SELECT "userId" FROM public."UserMLProfile" WHERE NOT "enablePredictions"'
    )
    return found


def contents(backend: Backend) -> Contents:
    return {
        table: {tuple(row) for row in backend.run(f'SELECT id, xmin::text FROM public."{table}"')}
        for table in TABLES
    }


def load(user_id: str) -> PersonRows:
    with reading() as connection:
        found = load_person(connection, user_id, datetime(2020, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001
    assert found is not None
    return found[1]


def series_of(rows: PersonRows) -> DailySeries:
    zone, _ = resolve_zone(rows.profile.timezone)
    as_of = resolve_as_of(zone, TODAY, datetime(2026, 4, 3))  # noqa: DTZ001
    return build_series(rows, TODAY - timedelta(days=120), TODAY, as_of)


def test_every_demo_person_is_there_and_labelled_synthetic(backend: Backend) -> None:
    rows = backend.run('SELECT id, name, email FROM public."User" ORDER BY id')
    assert [row[0] for row in rows] == sorted(p.user_id for p in COHORT)
    assert all(name.startswith("Synthetic ") and email.endswith(".invalid") for _, name, email in rows)


@pytest.mark.parametrize("person", [p for p in COHORT if p.key != "anna"], ids=lambda person: person.key)
def test_what_is_served_from_the_database_is_what_was_made(person: DemoPerson) -> None:
    made, stored = make_person(person, TODAY), load(person.user_id)
    assert stored.profile == made.profile
    # rows come back in another order, and sums of a day's meals may differ in the last bit
    np.testing.assert_allclose(series_of(stored).values, series_of(made).values, rtol=1e-12)
    assert series_of(stored).dropped == series_of(made).dropped


def test_loading_again_for_the_same_day_touches_no_row(
    database_url: str, backend: Backend, refresh: Refresh
) -> None:
    assert load_demo(database_url, TODAY) == {}
    assert contents(backend) == refresh.after


def test_a_new_day_adds_and_drops_days_and_touches_nothing_between(refresh: Refresh) -> None:
    for table in ("HealthMetric", "Meal"):
        kept = refresh.before[table] & refresh.after[table]
        change = refresh.changes[table]
        assert len(refresh.before[table]) - len(kept) == change.removed < 0.02 * len(kept)
        assert len(refresh.after[table]) - len(kept) == change.added > 0
        assert change.changed == 0
    assert refresh.after["User"] == refresh.before["User"]


def test_rows_a_developer_added_by_hand_survive_a_refresh(refresh: Refresh) -> None:
    assert HAND_MADE in {row[0] for row in refresh.after["Meal"]}


def test_one_person_has_switched_predictions_off_until_a_developer_says_otherwise(
    backend: Backend, refresh: Refresh
) -> None:
    assert refresh.switched_off_at_first == [["demo-lena"]]
    assert switched_off_predictions(backend) == []


def test_no_row_was_written_before_its_event(backend: Backend) -> None:
    for table, event in (("HealthMetric", "recordedAt"), ("Meal", "consumedAt"), ("Activity", "endedAt")):
        early = f'SELECT id FROM public."{table}" WHERE "createdAt" <= "{event}"'
        assert backend.run(early) == []


def test_the_command_says_who_was_loaded(database_url: str) -> None:
    result = CliRunner().invoke(app, ["demo", "--until", str(TODAY), "--database-url", database_url])
    assert result.exit_code == 0
    assert "Already up to date" in result.stdout
    assert all(person.user_id in result.stdout for person in COHORT)


def test_an_older_backend_without_time_zones_is_refused_by_name(make_database: MakeDatabase) -> None:
    url = make_database("template0")
    create_backend_schema(url, ("backend.sql",))
    with pytest.raises(ConfigurationError, match="timezone"):
        load_demo(url, TODAY)


def test_an_empty_database_is_not_migrated_and_an_absent_one_unavailable(make_database: MakeDatabase) -> None:
    with pytest.raises(ConfigurationError, match="nutri migrate"):
        load_demo(make_database("template0"), TODAY)
    with pytest.raises(Unavailable):
        load_demo("postgresql://nobody@127.0.0.1:9/nothing", TODAY)
