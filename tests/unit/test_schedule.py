"""AWS schedule expressions."""

from datetime import UTC, datetime

import pytest

from common.errors import ConfigurationError
from functions.local.emulator.schedule import parse_schedule
from functions.local.emulator.scheduler import build_scheduled_event

START = datetime(2026, 2, 27, 23, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(1 minute)", "2026-02-28T00:00"),
        ("rate(6 hours)", "2026-02-28T00:00"),
        ("rate(1 day)", "2026-02-28T00:00"),
        ("cron(0 * * * ? *)", "2026-02-28T00:00"),
        ("cron(15 10 ? * MON-FRI *)", "2026-03-02T10:15"),
        ("cron(0/15 3 * * ? *)", "2026-02-28T03:00"),
        ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00"),
        ("cron(30 8,20 1 JAN,JUL ? 2027)", "2027-01-01T08:30"),
        ("cron(0 12 ? * 1 *)", "2026-03-01T12:00"),
        ("cron(0 0 1 1 ? 2028-2030)", "2028-01-01T00:00"),
        ("cron(0 0 1 1 ? 2025/2)", "2027-01-01T00:00"),
    ],
)
def test_the_next_time_is_the_one_aws_would_choose(expression: str, due: str) -> None:
    found = parse_schedule(expression).next_after(START)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == due


def test_a_time_is_never_due_twice() -> None:
    hourly = parse_schedule("cron(0 * * * ? *)")
    first = hourly.next_after(START)
    assert first is not None
    second = hourly.next_after(first)
    assert second is not None
    assert (second - first).total_seconds() == 3600


def test_a_schedule_in_the_past_is_never_due() -> None:
    assert parse_schedule("cron(0 0 1 1 ? 2020)").next_after(START) is None


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(2 minute)",
        "rate(1 week)",
        "cron(0 * * * *)",
        "cron(0 * * * * *)",
        "cron(0 * ? * ? *)",
        "cron(60 * * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(5-1 0 * * ? *)",
        "cron(0/0 0 * * ? *)",
        "cron(x 0 * * ? *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 1W * ? *)",
        "cron(0 0 ? * 2#1 *)",
        "cron(0 0 ? * 0 *)",
        "cron(0 0 1 1 ? 2200)",
        "cron(0 0 1 1 ? 2030-2028)",
        "every hour",
    ],
)
def test_what_aws_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_schedule(expression)


def test_a_scheduled_event_carries_the_time_it_was_due_not_the_time_it_was_sent() -> None:
    event = build_scheduled_event("EveryHour", datetime(2026, 3, 1, 4, tzinfo=UTC))
    assert (event["time"], event["detail-type"]) == ("2026-03-01T04:00:00Z", "Scheduled Event")
