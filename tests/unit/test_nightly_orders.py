"""What the nightly function makes of an event, and what importing it loads."""

import subprocess
import sys
from datetime import date, datetime
from typing import Any

import pytest

from common.errors import InvalidInput
from functions.nightly.orders import read_order
from tests.fixtures.events import load_event, request_event


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
