"""Alarms rehearsed: a fault, the metrics it leaves in the logs, the template's own expression on them."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from operator import ge, lt
from pathlib import Path
from typing import Any

import pytest

from common.services.nightly import person as person_night
from common.store.engine import dispose_engine
from functions.local.emulator.template import read_document
from tests.fixtures.backend import Backend
from tests.fixtures.calls import get
from tests.integration.night import forget_everyone, invoke
from tests.integration.people import add_person

ROOT = Path(__file__).parents[2]
ALARMS = {
    name: one["Properties"]
    for name, one in read_document(ROOT / "template.yaml")["Resources"].items()
    if one["Type"] == "AWS::CloudWatch::Alarm"
}
TODAY = datetime.now(UTC).date()
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "LessThanThreshold": lt,
    "GreaterThanOrEqualToThreshold": ge,
}
Points = list[tuple[float, float]]
"""When (seconds) and how much."""


def metric_of(lines: str, name: str) -> Points:
    """What CloudWatch reads out of log lines in its embedded metric format."""
    points = []
    for line in map(json.loads, lines.splitlines()):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "Nutri"
            assert directive["Dimensions"] == [[]]
            if name in [metric["Name"] for metric in directive["Metrics"]]:
                points.append((line["_aws"]["Timestamp"] / 1_000, line[name]))
    return points


def in_alarm(name: str, points: Points, now: float) -> bool:
    """Whether each of the last periods breaches. Source: AWS, CloudWatch user guide, "Using alarms"."""
    alarm = ALARMS[name]
    assert alarm["Statistic"] == "Sum"
    period, breaches = alarm["Period"], COMPARISONS[alarm["ComparisonOperator"]]
    verdicts = []
    for count in range(alarm["EvaluationPeriods"]):
        end = now - count * period
        values = [value for when, value in points if end - period < when <= end]
        missing = alarm["TreatMissingData"] == "breaching"
        verdicts.append(breaches(sum(values), alarm["Threshold"]) if values else missing)
    return all(verdicts)


@pytest.fixture(autouse=True)
def _one_person(settings_env: pytest.MonkeyPatch, backend: Backend) -> Iterator[None]:
    forget_everyone(backend)
    add_person("anna", days=40)
    yield
    dispose_engine()


def test_a_night_that_computes_nobody_is_told_until_it_computes_somebody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(person_night, "compute_night", fail)
        assert invoke("everything")["failed"] == 1
    points = metric_of(capsys.readouterr().out, "NightComputed")
    assert [value for _, value in points] == [0]
    assert in_alarm("NightNobody", points, time.time() + 1)
    assert invoke("everything", scheduled="2025-07-01T03:00:00Z")["computed"] == 1
    points += metric_of(capsys.readouterr().out, "NightComputed")
    assert not in_alarm("NightNobody", points, time.time() + 1)


def test_a_night_that_does_not_end_is_told_until_one_does(capsys: pytest.CaptureFixture[str]) -> None:
    planned = invoke("plan", execution="stuck")
    reports = [invoke("recompute", execution="stuck", shard=shard) for shard in planned["shards"]]
    waiting = invoke("plan", execution="next")
    assert waiting["people"] == 0
    invoke("evaluate", execution="next", planned=0, reports=[])
    points = metric_of(capsys.readouterr().out, "NightEvaluated")
    assert in_alarm("NightUnfinished", points, time.time() + 1)
    told = [{name: value for name, value in report.items() if isinstance(value, int)} for report in reports]
    invoke("evaluate", execution="stuck", planned=planned["people"], reports=told)
    points += metric_of(capsys.readouterr().out, "NightEvaluated")
    assert not in_alarm("NightUnfinished", points, time.time() + 1)
    assert in_alarm("NightUnfinished", points, time.time() + timedelta(hours=7).total_seconds())


def test_stale_answers_are_told_until_the_database_is_back(
    settings_env: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_person("known", days=60, last=TODAY)
    path = f"/api/features/known/{TODAY - timedelta(days=2)}"
    assert get(path).status == 200
    assert metric_of(capsys.readouterr().out, "StaleAnswers") == []
    with pytest.MonkeyPatch.context() as away:
        away.setattr("common.store.engine._breaker._failures", 1)
        away.setattr("common.store.engine._breaker._closed_after", time.monotonic() + 60)
        for _ in range(int(ALARMS["StaleAnswers"]["Threshold"])):
            assert get(path).body["stale"] is True
    points = metric_of(capsys.readouterr().out, "StaleAnswers")
    assert in_alarm("StaleAnswers", points, time.time() + 1)
    assert get(path).body["stale"] is False
    points += metric_of(capsys.readouterr().out, "StaleAnswers")
    assert not in_alarm("StaleAnswers", points, time.time() + ALARMS["StaleAnswers"]["Period"] + 1)
