"""Whatever the backend writes, the next answer knows it: nobody tells the service."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from common.services.features import read_features
from tests.fixtures.backend import Backend
from tests.fixtures.calls import get
from tests.integration.people import add_person
from tests.people import LAST_DAY

DAY = LAST_DAY - timedelta(days=2)
LONG_AGO = DAY - timedelta(days=20)


@pytest.fixture(scope="module", autouse=True)
def clara(_servers: None) -> str:
    return add_person("clara", seed=3)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - the tables hold UTC without zone


def first_id(backend: Backend, table: str, time: str, day: date) -> str:
    rows = backend.run(
        f'SELECT min(id) FROM "{table}" WHERE "userId" = :u AND "{time}" >= :a AND "{time}" < :b',
        u="clara",
        a=at(day, 0),
        b=at(day + timedelta(days=1), 0),
    )
    found: str = rows[0][0]
    return found


WRITES: dict[str, Callable[[Backend], object]] = {
    "a new meal": lambda b: b.add_meal("clara", at(DAY, 15), "Cake", "snack", calories=400.0),
    "a back-dated meal": lambda b: b.add_meal("clara", at(LONG_AGO, 15), "Cake", "snack"),
    "an edited meal": lambda b: b.update("Meal", first_id(b, "Meal", "consumedAt", DAY), calories=1234.0),
    "a deleted meal": lambda b: b.delete("Meal", first_id(b, "Meal", "consumedAt", DAY)),
    "a new reading": lambda b: b.add_reading("clara", at(DAY, 6), value=71.0),
    "a back-dated reading": lambda b: b.add_reading("clara", at(LONG_AGO, 6), value=72.0),
    "an edited reading": lambda b: b.update(
        "HealthMetric", first_id(b, "HealthMetric", "recordedAt", DAY), value=64.0
    ),
    "a deleted reading": lambda b: b.delete("HealthMetric", first_id(b, "HealthMetric", "recordedAt", DAY)),
    "a new workout": lambda b: b.add_workout("clara", at(DAY, 17), at(DAY, 18)),
    "a back-dated workout": lambda b: b.add_workout("clara", at(LONG_AGO, 17), at(LONG_AGO, 18)),
    "another goal": lambda b: b.update("User", "clara", goalCalories=1800),
    "another time zone": lambda b: b.update("User", "clara", timezone="Asia/Tokyo"),
}


@pytest.mark.parametrize("what", WRITES)
def test_the_next_answer_after_a_write_is_fresh(backend: Backend, what: str) -> None:
    path = f"/api/features/clara/{DAY}"
    get(path)
    before = get(path).body
    assert before["cached"]
    WRITES[what](backend)
    after = get(path).body
    assert after["cached"] is False
    assert after["dataVersion"] != before["dataVersion"]
    # days that were lived in one zone keep it, wherever somebody moves
    assert (after["features"] != before["features"]) is (what != "another time zone")


def test_a_row_after_the_day_changes_no_feature_of_it(backend: Backend) -> None:
    past = DAY - timedelta(days=30)
    path = f"/api/features/clara/{past}"
    before = get(path).body
    backend.add_meal("clara", at(past + timedelta(days=1), 12), "Feast", "lunch", calories=4000.0)
    backend.add_reading("clara", at(past + timedelta(days=1), 9), value=99.0)
    assert get(path).body["features"] == before["features"]


def test_another_persons_row_changes_nothing(backend: Backend) -> None:
    add_person("dora", seed=4, days=10)
    path = f"/api/features/clara/{DAY}"
    version = get(path).body["dataVersion"]
    backend.add_meal("dora", at(DAY, 15))
    assert get(path).body["cached"]
    assert get(path).body["dataVersion"] == version


def test_a_meal_planned_for_later_counts_once_its_time_has_come(backend: Backend) -> None:
    """The rows do not change when it does, so the version must be of the rows up to now, not of all."""
    backend.add_user("emil", timezone="UTC")
    backend.add_meal("emil", at(DAY, 8))
    backend.add_meal("emil", at(DAY, 18), calories=900.0)

    def calories(hour: int) -> float:
        now = at(DAY, hour).replace(tzinfo=UTC)
        body = json.loads(read_features("emil", None, None, now=now).body)
        value: float = body["features"]["nutrition"]["calories_daily"]
        return value

    assert (calories(12), calories(12), calories(20)) == (500.0, 500.0, 1400.0)


def test_a_date_stamp_ahead_of_utc_counts_and_a_change_of_it_is_noticed(backend: Backend) -> None:
    """East of Greenwich a day begins before its date stamp (00:00 UTC) has come."""
    backend.add_user("fumi", timezone="Pacific/Auckland")
    stamp = backend.add_reading("fumi", at(DAY, 0), value=55.0)

    def rhr() -> float:
        now = at(DAY, 0).replace(tzinfo=UTC) - timedelta(hours=4)
        value: float = json.loads(read_features("fumi", None, None, now=now).body)["features"]["health"][
            "rhr"
        ]
        return value

    assert (rhr(), rhr()) == (55.0, 55.0)
    backend.update("HealthMetric", stamp, value=60.0)
    assert rhr() == 60.0
