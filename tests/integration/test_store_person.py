"""Reading a person: the version that notices every write, and rows that survive whatever was stored."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from common.compute.series.rows import NUTRIENTS, WORKOUT_MEASURES, PersonRows
from common.errors import InvalidInput
from common.store.engine import reading, transaction
from common.store.migrations import run_migrations
from common.store.nights import list_due_users
from common.store.person import PersonVersion, load_person, read_version
from common.store.profiles import MLProfileRow, save_profile
from tests.conftest import MakeDatabase, forget_singletons
from tests.fixtures.backend import Backend, create_backend_schema

NOON = datetime(2024, 5, 10, 12)  # noqa: DTZ001
START, END = NOON - timedelta(days=30), NOON + timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def person(backend: Backend) -> str:
    """Somebody with one row of each kind inside the window and one of each before it."""
    user = backend.add_user(timezone="Europe/Berlin")
    for time in (NOON, START - timedelta(days=100)):
        backend.add_meal(user, time)
        backend.add_reading(user, time)
        backend.add_workout(user, time, time + HOUR)
    return user


def head(user: str) -> PersonVersion:
    with reading() as connection:
        found = read_version(connection, user, START, END)
    assert found is not None
    return found


def load(user: str) -> tuple[PersonVersion, PersonRows]:
    with reading() as connection:
        found = load_person(connection, user, START, END)
    assert found is not None
    return found


def only(backend: Backend, table: str, user: str, time: str) -> str:
    rows = backend.run(f'SELECT "id" FROM "{table}" WHERE "userId" = :u AND "{time}" >= :s', u=user, s=START)
    (((found,)),) = rows
    return str(found)


def move_into_window(backend: Backend, user: str) -> None:
    (old,) = backend.run('SELECT "id" FROM "Meal" WHERE "userId" = :u AND "consumedAt" < :s', u=user, s=START)
    backend.update("Meal", old[0], consumedAt=NOON - HOUR)


def replace_with_same_id(backend: Backend, user: str) -> None:
    meal = only(backend, "Meal", user, "consumedAt")
    backend.delete("Meal", meal)
    backend.add_meal(user, NOON, id=meal)


def swap(backend: Backend, user: str) -> None:
    """One row out, another in, in one transaction: the counts stay."""
    meal = only(backend, "Meal", user, "consumedAt")
    backend.run("BEGIN")
    backend.delete("Meal", meal)
    backend.add_meal(user, NOON + HOUR)
    backend.run("COMMIT")


Change = Callable[[Backend, str], Any]

CHANGES: dict[str, Change] = {
    "a new meal": lambda b, u: b.add_meal(u, NOON + HOUR),
    "a new reading": lambda b, u: b.add_reading(u, NOON + HOUR),
    "a new workout": lambda b, u: b.add_workout(u, NOON + HOUR, NOON + 2 * HOUR),
    "a back-dated meal": lambda b, u: b.add_meal(u, START),
    "a back-dated reading": lambda b, u: b.add_reading(u, START + HOUR),
    "an edited meal": lambda b, u: b.update("Meal", only(b, "Meal", u, "consumedAt"), calories=1.0),
    "an edited reading": lambda b, u: b.update(
        "HealthMetric", only(b, "HealthMetric", u, "recordedAt"), value=1.0
    ),
    "an edited workout": lambda b, u: b.update(
        "Activity", only(b, "Activity", u, "startedAt"), intensity="LOW"
    ),
    "a meal moved out": lambda b, u: b.update("Meal", only(b, "Meal", u, "consumedAt"), consumedAt=END),
    "a meal moved in": move_into_window,
    "a deleted meal": lambda b, u: b.delete("Meal", only(b, "Meal", u, "consumedAt")),
    "a deleted reading": lambda b, u: b.delete("HealthMetric", only(b, "HealthMetric", u, "recordedAt")),
    "a deleted workout": lambda b, u: b.delete("Activity", only(b, "Activity", u, "startedAt")),
    "an id used again": replace_with_same_id,
    "a swap": swap,
    "a new goal": lambda b, u: b.update("User", u, goalCalories=1_800),
    "a new timezone, set by hand": lambda b, u: b.run(
        """UPDATE "User" SET "timezone" = 'Asia/Tokyo' WHERE "id" = :u""", u=u
    ),
    "predictions switched off": lambda b, u: b.add_profile(u, enablePredictions=False),
    "insights switched off": lambda b, u: b.add_profile(u, enableInsights=False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_write_of_the_backend_changes_the_version(name: str, backend: Backend, person: str) -> None:
    before = head(person)
    assert head(person) == before
    CHANGES[name](backend, person)
    assert head(person).version != before.version


NO_CHANGES: dict[str, Change] = {
    "another person's meal": lambda b, u: b.add_meal(b.add_user(), NOON),
    "a meal before the window": lambda b, u: b.add_meal(u, START - HOUR),
    "a meal at its end": lambda b, u: b.add_meal(u, END),
    "freezing": lambda b, u: b.run("VACUUM (FREEZE)"),
    "rewriting the table": lambda b, u: b.run('VACUUM FULL "Meal"'),
    "a failed write": lambda b, u: b.run('BEGIN; DELETE FROM "Meal"; ROLLBACK'),
    "a profile that says the defaults": lambda b, u: b.add_profile(u),
}


@pytest.mark.parametrize("name", NO_CHANGES)
def test_what_is_not_theirs_does_not_change_the_version(name: str, backend: Backend, person: str) -> None:
    before = head(person)
    NO_CHANGES[name](backend, person)
    assert head(person) == before


def test_our_own_writes_do_not_change_the_version(person: str) -> None:
    before = head(person)
    with transaction() as connection:
        save_profile(connection, person, MLProfileRow(10, 0.5, True, True, False, ["rhr"]))
    assert head(person) == before


def test_the_rows_and_the_version_are_of_one_snapshot(backend: Backend, person: str) -> None:
    loaded, rows = load(person)
    assert loaded == head(person)
    assert rows.profile == loaded.profile
    with transaction() as connection:
        first = load_person(connection, person, START, END)
        backend.add_meal(person, NOON + HOUR)
        second = load_person(connection, person, START, END)
    assert first is not None
    assert second is not None
    assert (len(first[1].meals.name), len(second[1].meals.name)) == (1, 2)
    assert first[0].version != second[0].version


def test_rows_arrive_as_they_were_written(backend: Backend) -> None:
    user = backend.add_user(
        timezone="America/New_York",
        goalCalories=2_300,
        goalProtein=120.5,
        currentWeight=71.5,
        goalWeight=70.0,
        height=180.0,
        activityLevel="active",
        dateOfBirth=datetime(1985, 2, 28),  # noqa: DTZ001
        biologicalSex="FEMALE",
    )
    at = NOON.replace(microsecond=123_000)
    name = 'Käse "fondue", {2} \\ 🧀\n'
    backend.add_meal(user, at, name, "Brunch", calories=812.25, fiber=0.0, niacin=1e-7)
    backend.add_reading(user, at, "HEART_RATE_VARIABILITY_RMSSD", 41.0625, unit="ms", source="oura")
    backend.add_reading(user, at + HOUR, "STEPS", 12_345, unit="steps", source="fitbit")
    backend.add_workout(user, at, at + HOUR, "ROWING", "HIGH", distance=9_876.5, steps=12)
    loaded, rows = load(user)

    assert (loaded.predictions_enabled, loaded.insights_enabled) == (True, True)
    profile = rows.profile
    assert (profile.user_id, profile.timezone) == (user, "America/New_York")
    assert (profile.goal_calories_kcal, profile.goal_protein_g, profile.goal_carbs_g) == (2_300, 120.5, 200)
    assert (profile.weight_kg, profile.goal_weight_kg, profile.height_cm) == (71.5, 70, 180)
    assert (profile.activity_level, profile.biological_sex) == ("active", "FEMALE")
    assert profile.date_of_birth == date(1985, 2, 28)

    assert rows.meals.at.tolist() == [at]
    assert rows.meals.at.dtype == "datetime64[ms]"
    assert (rows.meals.name, rows.meals.meal_type) == ([name], ["Brunch"])
    nutrients = dict(zip(NUTRIENTS, rows.meals.nutrients[0], strict=True))
    assert (nutrients["calories"], nutrients["fiber"], nutrients["niacin"]) == (812.25, 0, 1e-7)
    assert np.isnan(nutrients["zinc"])

    readings = dict(zip(rows.readings.metric, rows.readings.value, strict=True))
    assert readings == {"HEART_RATE_VARIABILITY_RMSSD": 41.0625, "STEPS": 12_345}
    assert dict(zip(rows.readings.unit, rows.readings.source, strict=True)) == {
        "ms": "oura",
        "steps": "fitbit",
    }
    assert sorted(rows.readings.at.tolist()) == [at, at + HOUR]

    assert (rows.workouts.started_at.tolist(), rows.workouts.ended_at.tolist()) == ([at], [at + HOUR])
    assert (rows.workouts.kind, rows.workouts.intensity, rows.workouts.source) == (
        ["ROWING"],
        ["HIGH"],
        ["garmin"],
    )
    measures = dict(zip(WORKOUT_MEASURES, rows.workouts.measures[0], strict=True))
    assert (measures["duration"], measures["distance"], measures["steps"]) == (60, 9_876.5, 12)
    assert np.isnan(measures["maxHeartRate"])


def test_a_person_without_rows_is_a_person(backend: Backend) -> None:
    _, rows = load(backend.add_user())
    assert rows.meals.nutrients.shape == (0, len(NUTRIENTS))
    assert rows.workouts.measures.shape == (0, len(WORKOUT_MEASURES))
    assert (rows.readings.value.shape, rows.readings.metric) == ((0,), [])


def test_the_unknown_user_is_none_and_a_strange_id_never_reaches_the_driver(person: str) -> None:
    with reading() as connection:
        assert read_version(connection, "nobody", START, END) is None
        assert load_person(connection, f"{person}' OR ''='", START, END) is None
        with pytest.raises(InvalidInput):
            load_person(connection, "\ud800", START, END)
    assert load(person)[0].profile.user_id == person


def test_nonsense_in_the_database_becomes_unknown_not_an_error(backend: Backend) -> None:
    user = backend.add_user(
        currentWeight=float("nan"), height=float("inf"), dateOfBirth="infinity", timezone="Mars/Olympus"
    )
    backend.add_meal(user, NOON, calories=float("nan"), protein=float("inf"), fat=float("-inf"))
    for time in ("infinity", "-infinity", "20000-01-01", "0044-03-15 BC"):
        backend.add_meal(user, time)  # type: ignore[arg-type]
        backend.add_reading(user, time)  # type: ignore[arg-type]
    workout = backend.add_workout(user, NOON, NOON + HOUR)
    backend.update("Activity", workout, endedAt="infinity")
    _, rows = load(user)
    assert (rows.profile.weight_kg, rows.profile.height_cm, rows.profile.date_of_birth) == (None, None, None)
    assert rows.profile.timezone == "Mars/Olympus"
    assert rows.meals.at.tolist() == [NOON]
    assert [str(value) for value in rows.meals.nutrients[0, :4]] == ["nan", "inf", "60.0", "-inf"]
    assert len(rows.readings.at) == 0
    assert np.isnat(rows.workouts.ended_at).all()


def test_a_metric_that_a_newer_backend_added_is_read_as_it_is(backend: Backend) -> None:
    backend.run("""ALTER TYPE "HealthMetricType" ADD VALUE IF NOT EXISTS 'GRIP_STRENGTH'""")
    user = backend.add_user()
    backend.add_reading(user, NOON, "GRIP_STRENGTH", 40, unit="kg")
    assert load(user)[1].readings.metric == ["GRIP_STRENGTH"]


def test_the_switches_of_a_person_are_read(backend: Backend) -> None:
    user = backend.add_user()
    backend.add_profile(user, enablePredictions=False, enableInsights=True, insightFrequency="weekly")
    loaded = head(user)
    assert (loaded.predictions_enabled, loaded.insights_enabled) == (False, True)
    with reading() as connection:
        (listed,) = [one for one in list_due_users(connection, "", "", 1_000) if one.user_id == user]
    assert listed.insight_frequency == "weekly"


def test_people_are_listed_in_pages_that_miss_and_repeat_nobody(backend: Backend) -> None:
    for _ in range(5):
        backend.add_user(timezone="UTC")
    seen: list[str] = []
    with reading() as connection:
        while page := list_due_users(connection, seen[-1] if seen else "", "", 2):
            seen += [one.user_id for one in page]
    assert seen == [row[0] for row in backend.run('SELECT "id" FROM "User" ORDER BY "id"')]


def test_a_backend_without_the_newer_columns_is_read_and_so_is_its_next_version(
    make_database: MakeDatabase, settings_env: pytest.MonkeyPatch, database_url: str
) -> None:
    url = make_database("template0")
    create_backend_schema(url, ["backend.sql"])
    run_migrations(url)
    settings_env.setenv("DATABASE_URL", url)
    forget_singletons()
    old = Backend(url)
    try:
        user = old.add_user(goalCalories=1_900)
        profile = load(user)[1].profile
        assert (profile.goal_calories_kcal, profile.timezone, profile.date_of_birth) == (1_900, None, None)
        create_backend_schema(url, ["backend_newer_user.sql"])
        old.update("User", user, timezone="Asia/Kathmandu")
        assert load(user)[1].profile.timezone == "Asia/Kathmandu"
    finally:
        old.close()
        settings_env.setenv("DATABASE_URL", database_url)
        forget_singletons()
