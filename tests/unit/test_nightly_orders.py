"""What the nightly function makes of an event, and what importing it loads."""

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.errors import InvalidInput
from common.services.nightly.brake import REST_SECONDS_MAX, rest_seconds
from common.services.nightly.runs import run_at
from common.services.nightly.shards import SHARDS_MAX, Shard
from common.store.nights import DueUser
from functions.local.emulator.states import DATA_BYTES_MAX
from functions.nightly.orders import ShardReport, read_order
from tests.fixtures.events import load_event, request_event

ODD_INSTANTS = [
    *(
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
    ),
    *("infinity", "", "1700000000", "-1700000000", "2026-01-17T24:00:00Z", "2026-01-17T02:00:00+25:00"),
    *(7, 0, True, 1e20, float("nan"), 10**400, [], {}),
]


def test_a_schedule_s_event_is_an_order_for_everything_as_of_its_own_time() -> None:
    order = read_order(load_event("scheduled"))
    assert order.action == "everything"
    assert order.run.hour == datetime(2026, 1, 17, 2)  # noqa: DTZ001 - naive UTC inside
    assert order.run.day is None


def test_orders_of_the_same_hour_are_the_same_run() -> None:
    orders = [
        read_order({"action": "plan", "scheduled": f"2026-01-17T0{t}Z"}) for t in ("2:00:01", "2:59:59")
    ]
    assert orders[0].run == orders[1].run


def test_an_explicit_order_keeps_its_offset_its_day_and_its_shard() -> None:
    event = {
        "action": "recompute",
        "scheduled": "2026-01-17T04:00:00+02:00",
        "date": "2026-01-16",
        "shard": {"after": "a", "until": "b"},
    }
    order = read_order(event)
    assert order.run.hour == datetime(2026, 1, 17, 2)  # noqa: DTZ001
    assert order.run.day == date(2026, 1, 16)
    assert (order.people.after, order.people.until) == ("a", "b")


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        [],
        "plan",
        {"action": "drop"},
        {"action": "plan", "scheduled": "2026-01-17T02:00:00"},
        {"action": "plan", "scheduled": "soon"},
        {"action": "plan", "date": "2026-02-30"},
        *({"action": "plan", "scheduled": instant} for instant in ODD_INSTANTS),
        *({"action": "recompute", "began": instant} for instant in ODD_INSTANTS),
        *({"action": "recompute", "date": day} for day in ("0001-01-01", "9999-12-31", 0, "20000", True)),
        {"source": "aws.events", "time": None},
        {"source": "aws.events", "time": 5},
        {"source": "aws.events"},
        {"action": "recompute", "execution": "\ud800"},
        {"action": "plan", "users": ["a"]},
        {"action": "recompute", "shard": {"after": "x" * 500}},
        load_event("sqs"),
        request_event("GET", "/health"),
    ],
)
def test_an_event_that_is_no_order_is_refused_without_repeating_it(event: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_order(event)
    assert refusal.value.code == "unknown_event"
    assert "xxx" not in str(refusal.value)


def test_the_handler_loads_no_web_framework() -> None:
    listing = "import sys, functions.nightly.handler; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", listing],
        capture_output=True,
        text=True,
        check=True,
        env={"ENVIRONMENT": "development", "PATH": ""},
    )
    assert not {"fastapi", "starlette", "mangum"} & set(done.stdout.split())


def test_the_largest_plan_and_its_reports_fit_into_what_a_state_may_hand_on() -> None:
    longest = Shard("x" * 128, "x" * 128, 10**6)
    report = ShardReport(**dict.fromkeys(ShardReport.model_fields, 10**6))
    for one in (asdict(longest), report.model_dump()):
        told = {"plan": {"people": 10**9, "shards": [one] * SHARDS_MAX}, "time": "2026-01-17T02:00:00Z"}
        assert len(json.dumps(told)) < DATA_BYTES_MAX


def test_those_behind_have_a_part_of_their_execution() -> None:
    order = read_order({"action": "recompute", "began": "2026-01-17T02:00:03.123+00:00"})
    assert order.catches_up_until is not None
    assert (
        timedelta(minutes=10)
        < order.catches_up_until - datetime(2026, 1, 17, 2, tzinfo=UTC)
        < timedelta(hours=1)
    )
    assert read_order({"action": "recompute"}).catches_up_until is None


@pytest.mark.parametrize(("hour", "behind"), [(3, False), (5, False), (6, True), (20, True)])
def test_somebody_is_behind_from_six_in_the_morning(hour: int, behind: bool) -> None:
    due_user = DueUser("anna", "UTC", "daily", 365, None, None)
    assert run_at(datetime(2026, 1, 17, hour, tzinfo=UTC)).is_behind(due_user) is behind
    assert not run_at(datetime(2026, 1, 17, hour, tzinfo=UTC), date(2026, 1, 17)).is_behind(due_user)


def test_a_quick_database_is_not_spared_and_a_slow_one_is_more_the_slower() -> None:
    assert rest_seconds(0.02) == 0
    assert 0 < rest_seconds(0.2) < rest_seconds(1.0) < rest_seconds(60.0) == REST_SECONDS_MAX
