"""Past days keep the zone they were lived in; the zones on record can be stated."""

from datetime import timedelta
from typing import Any

from tests.fixtures.backend import Backend
from tests.fixtures.calls import call, get
from tests.integration.people import add_person
from tests.people import LAST_DAY

DAY = LAST_DAY - timedelta(days=30)


def last_meal(user: str) -> Any:
    return get(f"/api/features/{user}/{DAY}").body["features"]["timing"]["last_meal_time"]


def state(user: str, *zones: tuple[str, str]) -> Any:
    body = {"timezones": [{"since": since, "timezone": zone} for since, zone in zones]}
    return call("insights", "PUT", f"/api/users/{user}/timezones", body=body)


def on_record(user: str) -> list[str]:
    answer = call("insights", "GET", f"/api/users/{user}/timezones")
    assert answer.status == 200
    return [lived["timezone"] for lived in answer.body["timezones"]]


def test_a_zone_that_changes_is_noted_and_leaves_past_days_alone(backend: Backend) -> None:
    add_person("anna")
    before = last_meal("anna")
    assert on_record("anna") == ["UTC"]
    backend.run("""UPDATE "User" SET timezone = 'Asia/Tokyo' WHERE id = 'anna'""")
    assert last_meal("anna") == before
    assert on_record("anna") == ["UTC", "Asia/Tokyo"]


def test_stated_zones_replace_what_is_on_record_and_move_the_days_they_are_about() -> None:
    add_person("ben")
    before = last_meal("ben")
    answer = state("ben", ("2020-01-01T00:00:00Z", "Europe/Berlin"), ("2025-06-20T12:00:00Z", "UTC"))
    assert answer.status == 200
    assert last_meal("ben") == before + 2
    assert on_record("ben") == ["Europe/Berlin", "UTC"]
    rows = call("insights", "GET", "/api/users/ben/export").body["tables"]["Timezone"]
    assert [row["timezone"] for row in rows] == ["Europe/Berlin", "UTC"]


def test_what_is_no_history_is_refused() -> None:
    add_person("cleo")
    good, later = "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"
    assert state("cleo", (good, "Mars/Olympus")).status == 422
    assert state("cleo", (later, "UTC"), (good, "Europe/Berlin")).status == 422
    assert state("cleo", ("2100-01-01T00:00:00Z", "UTC")).status == 422
    assert state("cleo").status == 422
    assert state("nobody", (good, "UTC")).status == 404


def test_an_id_that_comes_back_is_somebody_new(backend: Backend) -> None:
    add_person("dora")
    state("dora", ("2020-01-01T00:00:00Z", "Asia/Tokyo"), ("2025-06-20T12:00:00Z", "UTC"))
    backend.run("""UPDATE "User" SET "createdAt" = "createdAt" + interval '1 day' WHERE id = 'dora'""")
    last_meal("dora")
    assert on_record("dora") == ["UTC"]
