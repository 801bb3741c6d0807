"""Alarms rehearsed: a fault, the metrics it leaves in the logs, the template's own expression on them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pg8000.exceptions import DatabaseError

from common.services.nightly import person as person_night
from common.settings import get_settings
from common.store.engine import dispose_engine
from functions.local.emulator.measurements import Point
from tests.fixtures import alarms
from tests.fixtures.alarms import ALARMS, points_logged
from tests.fixtures.backend import Backend
from tests.fixtures.calls import get
from tests.integration.night import forget_everyone, invoke
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()


def metric_of(lines: str, name: str) -> list[Point]:
    return [point for point in points_logged(lines) if point.metric == name]


def in_alarm(name: str, points: list[Point], now: float) -> bool:
    return alarms.in_alarm(name, points, now, get_settings().environment)


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
    assert [point.value for point in points] == [0]
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


def test_a_login_that_is_refused_is_told_until_it_is_not(
    settings_env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_person("unlucky", days=60, last=TODAY)
    path = f"/api/features/unlucky/{TODAY - timedelta(days=2)}"
    for _ in range(int(ALARMS["DatabaseRefusals"]["Threshold"])):
        dispose_engine()  # each process asks for a connection of its own
        with pytest.MonkeyPatch.context() as full:
            full.setattr("common.store.engine.connect", refuse)
            assert get(path).status == 503
    points = metric_of(capsys.readouterr().out, "DatabaseRefusals")
    assert in_alarm("DatabaseRefusals", points, time.time() + 1)
    dispose_engine()
    assert get(path).status == 200
    points += metric_of(capsys.readouterr().out, "DatabaseRefusals")
    assert not in_alarm("DatabaseRefusals", points, time.time() + ALARMS["DatabaseRefusals"]["Period"] + 1)


def refuse(*_: Any, **__: Any) -> Any:
    """As PostgreSQL does that has no connection left."""
    raise DatabaseError({"S": "FATAL", "C": "53300", "M": "sorry, too many clients already"})
