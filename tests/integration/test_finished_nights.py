"""Whose night is done, as the backend asks in the morning: by id, and since it asked last."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.services.due import last_night
from common.services.finished_nights import list_finished_since
from common.store.engine import transaction
from common.store.nights import Mark, save_night
from functions.local.data.cohort import make_cohort
from functions.local.data.loading import save_people
from tests.fixtures.backend import Backend
from tests.fixtures.calls import call, get, post
from tests.integration.test_statement_plans import ROWS

NOW = datetime.now(UTC)
PEOPLE = ("demo-anna", "demo-emi", "demo-kofi")


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    with transaction() as connection:
        save_people(connection, [p for p in make_cohort(NOW.date()) if p.profile.user_id in PEOPLE], "demo")


@pytest.fixture(autouse=True)
def no_nights(backend: Backend) -> None:
    backend.run('DELETE FROM ml."Night"')


def store(backend: Backend, user: str, day: Any, seconds_ago: int) -> None:
    backend.run(
        """INSERT INTO ml."Night" VALUES (:u, :d, 'v', 'e',
        clock_timestamp() AT TIME ZONE 'UTC' - :s * interval '1 second')""",
        u=user,
        d=day,
        s=seconds_ago,
    )


def test_a_night_is_done_when_the_latest_that_is_over_was_computed(backend: Backend) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    due = last_night(ZoneInfo("Europe/London"), datetime.now(UTC).replace(tzinfo=None)).day
    store(backend, "demo-anna", due, 60)
    store(backend, "demo-emi", due - timedelta(days=3), 60)
    asked = ["demo-emi", "nobody", "demo-anna", "demo-kofi"]
    found = post("/api/insights/nights", {"userIds": asked}).body["results"]
    assert [one["userId"] for one in found] == asked
    assert [one["done"] for one in found] == [False, False, True, False]
    assert [one["refusal"] and one["refusal"]["code"] for one in found] == [None, "not_found", None, None]
    assert (found[2]["day"], found[3]["day"], found[3]["doneAt"]) == (str(due), None, None)


def test_each_night_is_listed_once_and_in_order_and_only_when_it_is_settled(backend: Backend) -> None:
    for user, seconds in zip(PEOPLE, (50, 90, 1), strict=True):
        store(backend, user, NOW.date(), seconds)
    first = get("/api/insights/nights", "limit=1").body
    assert ([one["userId"] for one in first["nights"]], first["more"]) == (["demo-emi"], True)
    second = get("/api/insights/nights", f"after={first['next']}").body
    assert ([one["userId"] for one in second["nights"]], second["more"]) == (["demo-anna"], False)
    third = get("/api/insights/nights", f"after={second['next']}").body
    assert (third["nights"], third["next"]) == ([], second["next"])
    store_time = """UPDATE ml."Night" SET "updatedAt" = clock_timestamp() AT TIME ZONE 'UTC' - interval '40 s'
        WHERE "userId" = 'demo-kofi'"""
    backend.run(store_time)
    assert [one.user_id for one in list_finished_since(third["next"], 10).nights] == ["demo-kofi"]


def test_a_night_stored_again_is_listed_again(backend: Backend) -> None:
    store(backend, "demo-anna", NOW.date() - timedelta(days=1), 3_600)
    before = backend.run('SELECT "updatedAt" FROM ml."Night"')
    with transaction() as connection:
        assert save_night(connection, "demo-anna", Mark(NOW.date(), "data", "engine"), ROWS)
    assert backend.run('SELECT "updatedAt" FROM ml."Night"') > before


def test_an_empty_list_says_where_to_go_on_from() -> None:
    empty = get("/api/insights/nights").body
    assert (empty["nights"], empty["more"]) == ([], False)
    assert get("/api/insights/nights", f"after={empty['next']}").body == empty


@pytest.mark.parametrize("after", ["x", "2025-01-01T00:00:00Z~anna", "~", "12"])
def test_a_place_no_answer_gave_is_refused(after: str) -> None:
    refusal = call("insights", "GET", "/api/insights/nights", query=f"after={after}")
    assert (refusal.status, refusal.body["code"]) == (422, "invalid_cursor")
