"""Alarms on what callers see, rehearsed: a fault under the emulator, and the expression on its metrics."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from functions.local.emulator.measurements import Measurements, Point
from functions.local.emulator.template import read_template
from tests.fixtures.alarms import ALARMS, BOTH, RESOURCES, in_alarm, metrics_of_dashboard
from tests.fixtures.bundles import ROOT
from tests.fixtures.emulated import Emulated, running_emulator

CALLED = ("features", "correlations", "predictions", "insights")
FAULTS = ("Errors", "FailedAnswers", "Slow", "Throttles")
REHEARSED_HERE = {
    *(f"{name.capitalize()}{fault}" for name in CALLED for fault in FAULTS),
    *("NightlyErrors", "NightFailed", "NightMissing", "NightLong", "FailuresWaiting"),
    *("FailureHour", "FailureFiveMinutes", "FailureSixHours", "FailureHalfHour"),
    *("SlowSixHours", "SlowHalfHour"),
}
REHEARSED_BY_LOGS = {"NightNobody", "NightUnfinished", "StaleAnswers", "DatabaseRefusals"}
HOUR = 3_600


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulated]:
    template = read_template(ROOT / "template.yaml")
    obliging = [sys.executable, "-m", "awslambdaric", "tests.fixtures.obliging.handler"]

    async def at_once(_: float) -> None:
        return

    with running_emulator(
        template, command=lambda _: obliging, retry_seconds=(0.01, 0.01), wait=at_once
    ) as running:
        yield running


@pytest.fixture
def measured(emulated: Emulated) -> Measurements:
    emulated.measurements.points.clear()
    return emulated.measurements


def ask(emulated: Emulated, name: str, fault: str, times: int) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: emulated.call("GET", f"/{fault}", at=name).status, range(times)))


def lasting(points: Measurements, periods: int, seconds: int) -> list[Point]:
    """The same points in each of so many periods up to now."""
    return [
        replace(point, when=point.when - count * seconds)
        for point in points.points
        for count in range(periods)
    ]


def test_every_alarm_is_rehearsed() -> None:
    assert set(ALARMS) == REHEARSED_HERE | REHEARSED_BY_LOGS
    assert {part for parts in BOTH.values() for part in parts} <= set(ALARMS)


def test_every_alarm_but_those_of_a_window_tells_somebody() -> None:
    windows = {part for parts in BOTH.values() for part in parts}
    for name in [*ALARMS, *BOTH]:
        told = RESOURCES[name]["Properties"].get("AlarmActions")
        assert (told is None) == (name in windows), name


def test_an_outage_that_raises_no_error_is_told_until_it_is_over(
    emulated: Emulated, measured: Measurements
) -> None:
    for name in CALLED:
        assert ask(emulated, name, "fail", 5) * 2 == [503] * 10
        ask(emulated, name, "fail", 5)
    now = time.time() + 1
    for name in CALLED:
        assert in_alarm(f"{name.capitalize()}FailedAnswers", measured.points, now)
        assert not in_alarm(f"{name.capitalize()}Errors", measured.points, now)
    assert in_alarm("FailureBurnsFast", measured.points, now)
    assert in_alarm("FailureBurnsSlowly", measured.points, now)
    assert not in_alarm("SlownessBurns", measured.points, now)
    ask(emulated, "features", "well", 4)
    later = now + 301
    over = [*measured.points]
    over += [replace(p, when=later - 1) for p in over if p.metric == "UrlRequestCount"]
    assert not in_alarm("FeaturesFailedAnswers", over, later)
    assert in_alarm("FailureHour", over, later)
    assert not in_alarm("FailureBurnsFast", over, later), "the short window clears it"
    assert in_alarm("FailureBurnsSlowly", over, later)
    assert not in_alarm("FailureBurnsSlowly", over, now + HOUR)


def test_a_failure_among_few_calls_burns_no_budget(emulated: Emulated, measured: Measurements) -> None:
    ask(emulated, "features", "fail", 1)
    ask(emulated, "features", "well", 5)
    now = time.time() + 1
    assert in_alarm("FailureFiveMinutes", measured.points, now)
    assert not in_alarm("FailureBurnsFast", measured.points, now)


def test_one_answer_in_a_thousand_burns_none_either(emulated: Emulated, measured: Measurements) -> None:
    ask(emulated, "features", "fail", 1)
    now = time.time() + 1
    asked = [point for point in measured.points if point.metric == "UrlRequestCount"]
    points = [*measured.points, *(replace(asked[0], when=now - 1) for _ in range(999))]
    assert not in_alarm("FailureHour", points, now)
    assert not in_alarm("FailureBurnsSlowly", points, now)


@pytest.mark.parametrize("name", [*CALLED, "nightly"])
def test_errors_are_told_until_they_end(name: str, emulated: Emulated, measured: Measurements) -> None:
    for _ in range(5):
        emulated.invoke(name, {"action": "raise"})
    now = time.time() + 1
    assert in_alarm(f"{name.capitalize()}Errors", measured.points, now)
    emulated.invoke(name, {"action": "well"})
    assert not in_alarm(f"{name.capitalize()}Errors", measured.points, now + 300)


def test_slow_answers_and_callers_turned_away_are_told_until_they_end(
    emulated: Emulated, measured: Measurements
) -> None:
    with ThreadPoolExecutor(len(CALLED)) as pool:
        statuses = list(pool.map(lambda name: ask(emulated, name, "slow", 20), CALLED))
    assert all(sorted(set(one)) == [200, 429] for one in statuses)
    now = time.time() + 1
    for name in map(str.capitalize, CALLED):
        assert not in_alarm(f"{name}Slow", measured.points, now), "one period may be an accident"
        assert in_alarm(f"{name}Slow", lasting(measured, 3, 300), now)
        assert in_alarm(f"{name}Throttles", lasting(measured, 3, 300), now)
        assert not in_alarm(f"{name}Slow", lasting(measured, 3, 300), now + 300)
        assert not in_alarm(f"{name}Throttles", lasting(measured, 3, 300), now + 300)
    assert in_alarm("SlownessBurns", lasting(measured, 3, 300), now)
    assert not in_alarm("SlownessBurns", lasting(measured, 3, 300), now + HOUR)


def test_a_night_that_fails_for_good_is_told_and_waits_in_the_queue(
    emulated: Emulated, measured: Measurements
) -> None:
    emulated.invoke("nightly", {"action": "raise"}, X_Amz_Invocation_Type="Event")
    until(lambda: in_alarm("FailuresWaiting", measured.points, time.time() + 1))
    assert not in_alarm("FailuresWaiting", [], time.time()), "an empty queue is silent"


def test_a_night_that_does_not_begin_or_not_end_well_is_told(
    emulated: Emulated, measured: Measurements, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_alarm("NightMissing", measured.points, time.time())
    run_night(emulated)  # the obliging function plans no night that could go on
    until(lambda: in_alarm("NightFailed", measured.points, time.time() + 1))
    assert not in_alarm("NightMissing", measured.points, time.time() + 1)
    assert not in_alarm("NightLong", measured.points, time.time() + 1)
    now = time.time()
    assert not in_alarm("NightFailed", measured.points, now + HOUR + 1)
    assert in_alarm("NightMissing", measured.points, now + 4 * HOUR)
    measured.points.clear()
    hours = iter(range(0, 1_000, 4))
    monkeypatch.setattr("time.time", lambda: now + next(hours) * HOUR)
    run_night(emulated)
    until(lambda: any(point.metric == "ExecutionTime" for point in measured.points))
    monkeypatch.undo()
    (ended,) = [point.when for point in measured.points if point.metric == "ExecutionTime"]
    assert in_alarm("NightLong", measured.points, ended)
    assert not in_alarm("NightLong", measured.points, ended + HOUR + 1)


def run_night(emulated: Emulated) -> None:
    machine = "arn:aws:states:us-east-1:000000000000:stateMachine:nutri-night"
    asked = json.dumps({"stateMachineArn": machine, "input": "{}"})
    target = {"x-amz-target": "AWSStepFunctions.StartExecution", "content-type": "application/x-amz-json-1.0"}
    assert emulated.call("POST", "/", asked, target).status == 200


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_dashboard_shows_every_metric_an_alarm_is_on() -> None:
    def metrics(alarm: dict[str, Any]) -> set[tuple[str, str, str]]:
        parts = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
        return {
            (one["Namespace"], one["MetricName"], one["Dimensions"][0]["Name"]) for one in parts or [alarm]
        }

    watched = {metric for alarm in ALARMS.values() for metric in metrics(alarm)}
    assert watched - metrics_of_dashboard() == {("AWS/Lambda", "Errors", "FunctionName")}, "callers see 5xx"
    body = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    (shown,) = [one["properties"]["alarms"] for one in body["widgets"] if one["type"] == "alarm"]
    windows = {part for parts in BOTH.values() for part in parts}
    assert set(shown) == {f"${{{name}.Arn}}" for name in {*ALARMS, *BOTH} - windows}
