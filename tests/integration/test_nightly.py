"""The night through its handler, on a backend's database."""

import json
import logging
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from common.services.nightly import person as person_night
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.integration.people import add_person

DAY = date(2025, 6, 30)
SCHEDULED = "2025-06-30T03:00:00Z"
TABLES = ("MLFeature", "MLPrediction", "MLInsight", "UserMLProfile")


class Context:
    """A Lambda context that has time for so many looks at the clock."""

    aws_request_id = "run-1"

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def get_remaining_time_in_millis(self) -> int:
        self.looks -= 1
        return 600_000 if self.looks >= 0 else 1_000


def invoke(action: str, *, looks: int = 1_000, **order: Any) -> dict[str, Any]:
    return handler({"action": action, "scheduled": SCHEDULED, **order}, Context(looks))


def count(backend: Backend, table: str, user: str) -> int:
    found: int = backend.run(f'SELECT count(*) FROM "{table}" WHERE "userId" = :u', u=user)[0][0]
    return found


def row(backend: Backend, sql: str, user: str) -> list[Any]:
    (found,) = backend.run(sql, u=user)
    return list(found)


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    backend.run('DELETE FROM "User"')


def test_a_night_writes_everything_there_is_to_know_of_a_person(backend: Backend) -> None:
    add_person("anna", days=150)
    report = invoke("everything")
    assert (report["due"], report["computed"], report["failed"], report["remaining"]) == (1, 1, 0, 0)
    days = backend.run('SELECT DISTINCT date FROM "MLFeature" WHERE "userId" = :u ORDER BY 1', u="anna")
    assert [d[0].date() for d in days] == [DAY - timedelta(days=n) for n in range(14, 0, -1)]
    forecasts = backend.run(
        'SELECT "targetMetric"::text, "targetDate"::date, "modelId" FROM "MLPrediction"'
        ' WHERE "userId" = :u ORDER BY 1',
        u="anna",
    )
    assert [f[:2] for f in forecasts] == [
        ["HEART_RATE_VARIABILITY_RMSSD", DAY + timedelta(days=1)],
        ["RESTING_HEART_RATE", DAY + timedelta(days=1)],
    ]
    profile = row(
        backend,
        'SELECT "totalDataPoints", "dataQualityScore", "hasMinimumNutritionData", "hasMinimumHealthData",'
        ' "hasMinimumActivityData", "modelsAvailable" FROM "UserMLProfile" WHERE "userId" = :u',
        "anna",
    )
    assert profile[0] > 1_000
    assert 0.5 < profile[1] <= 1
    assert profile[2:5] == [True, True, True]
    assert sorted(profile[5]) == sorted(f[2] for f in forecasts)


def test_only_those_whose_midnight_was_three_hours_ago_are_due(backend: Backend) -> None:
    for name, zone in (("berlin", "Europe/Berlin"), ("london", "Etc/GMT"), ("nowhere", "Mars/Olympus")):
        add_person(name, days=40)
        backend.update("User", name, timezone=zone)
    assert invoke("plan")["due"] == 2  # an unknown zone is UTC
    invoke("everything")
    assert [bool(count(backend, "MLFeature", name)) for name in ("berlin", "london", "nowhere")] == [
        False,
        True,
        True,
    ]
    assert handler({"action": "plan", "scheduled": "2025-06-30T01:00:00Z"}, None)["due"] == 1


def test_a_day_asked_for_is_computed_for_everyone_for_whom_it_has_begun(backend: Backend) -> None:
    for name, zone in (("auckland", "Pacific/Auckland"), ("honolulu", "Pacific/Honolulu")):
        add_person(name, days=40)
        backend.update("User", name, timezone=zone)
    report = invoke("everything", date=str(DAY))
    assert (report["due"], report["computed"]) == (1, 1)
    assert count(backend, "MLFeature", "auckland")
    assert invoke("everything", date=str(DAY + timedelta(days=5)))["due"] == 0


def test_a_night_repeated_changes_no_row_but_for_its_time(backend: Backend) -> None:
    add_person("anna", days=150)

    def tables() -> dict[str, Any]:
        stamps = "- 'createdAt' - 'updatedAt'"
        return {t: backend.run(f'SELECT to_jsonb(t) {stamps} FROM "{t}" t ORDER BY id') for t in TABLES}

    invoke("everything")
    first = tables()
    invoke("everything")
    assert tables() == first
    assert first["MLFeature"]


def test_one_person_s_failure_stops_nobody_and_is_logged_without_saying_whose(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("anna", "bela", "carl"):
        add_person(name, days=40)
    real = person_night.compute_findings

    def fail_for_bela(visit: Any, *rest: Any, **named: Any) -> Any:
        if visit.user_id == "bela":
            raise ZeroDivisionError("bela's pulse is 58")
        return real(visit, *rest, **named)

    monkeypatch.setattr(person_night, "compute_findings", fail_for_bela)
    with caplog.at_level(logging.ERROR):
        report = invoke("everything")
    assert (report["due"], report["computed"], report["failed"]) == (3, 2, 1)
    assert [bool(count(backend, "UserMLProfile", name)) for name in ("anna", "bela", "carl")] == [
        True,
        False,
        True,
    ]
    assert "bela" not in "".join(record.getMessage() for record in caplog.records)
    assert "bela" not in json.dumps(report)


def test_nobody_is_begun_close_to_the_deadline_and_the_rest_is_reported(backend: Backend) -> None:
    for name in ("anna", "bela", "carl"):
        add_person(name, days=40)
    report = invoke("everything", looks=1)
    assert (report["computed"], report["remaining"]) == (1, 2)
    (shard,) = invoke("plan")["shards"]
    rest = invoke("recompute", shard=shard)
    assert (rest["computed"], rest["remaining"]) == (3, 0)


def test_what_a_person_switched_off_is_not_computed(backend: Backend) -> None:
    add_person("anna", days=150)
    backend.add_profile("anna", enablePredictions=False, enableInsights=False)
    invoke("everything")
    assert count(backend, "MLFeature", "anna")
    assert count(backend, "MLPrediction", "anna") == count(backend, "MLInsight", "anna") == 0
    switches = 'SELECT "enablePredictions", "enableInsights", "totalDataPoints" > 0 FROM "UserMLProfile"'
    assert row(backend, f'{switches} WHERE "userId" = :u', "anna") == [False, False, True]


@pytest.mark.parametrize(
    ("frequency", "day", "told"),
    [
        ("daily", date(2025, 6, 25), True),
        ("weekly", date(2025, 6, 25), False),
        ("weekly", date(2025, 6, 30), True),
        ("monthly", date(2025, 6, 30), False),
        ("monthly", date(2025, 7, 1), True),
        ("Whenever", date(2025, 6, 25), True),
    ],
)
def test_insights_come_as_often_as_wanted(frequency: str, day: date, told: bool) -> None:
    assert person_night.tells_on(day, frequency) is told


def test_a_person_with_nothing_and_one_of_three_days_are_no_failures(backend: Backend) -> None:
    backend.add_user("empty", timezone="UTC")
    add_person("new", days=3)
    report = invoke("everything")
    assert (report["computed"], report["failed"]) == (2, 0)
    assert count(backend, "MLPrediction", "empty") == 0
    assert count(backend, "UserMLProfile", "empty") == 1


def test_forecasts_learn_what_happened_by_the_label_of_the_night_and_are_then_final(backend: Backend) -> None:
    add_person("anna", days=150, last=DAY)
    target = DAY + timedelta(days=1)
    invoke("everything")
    backend.add_reading("anna", datetime(2025, 6, 30, 22, 0), value=61.0)  # noqa: DTZ001 - after 15:00: the next
    handler({"action": "everything", "scheduled": "2025-07-01T03:00:00Z"}, None)
    sql = (
        'SELECT "predictedValue", "actualValue", "predictionError" FROM "MLPrediction" WHERE "userId" = :u'
        f" AND \"targetDate\" = '{target}' AND \"targetMetric\" = 'RESTING_HEART_RATE'"
    )
    assert row(backend, sql, "anna")[1:] == [None, None]  # that night is not over
    handler({"action": "everything", "scheduled": "2025-07-02T03:00:00Z"}, None)
    predicted, actual, error = row(backend, sql, "anna")
    assert actual == 61.0
    assert error == pytest.approx(predicted - 61.0)
    invoke("everything")  # an old run once more: what was forecast does not change any more
    assert row(backend, sql, "anna") == [predicted, 61.0, error]


def test_evaluation_counts_what_is_known_and_says_how_far_off_it_was(backend: Backend) -> None:
    add_person("anna", days=150, last=DAY + timedelta(days=5))
    for n in range(4):
        handler({"action": "everything", "scheduled": f"{DAY + timedelta(days=n)}T03:00:00Z"}, Context(1_000))
    report = handler({"action": "evaluate", "scheduled": f"{DAY + timedelta(days=3)}T03:00:00Z"}, None)
    assert {one["metric"] for one in report["forecasts"]} == {
        "RESTING_HEART_RATE",
        "HEART_RATE_VARIABILITY_RMSSD",
    }
    for one in report["forecasts"]:
        assert 1 <= one["known"] <= one["made"]
        assert one["meanAbsoluteError"] > 0
        assert 0 <= one["shareInside"] <= 1


def test_a_person_whose_rows_change_while_computed_is_left_to_the_next_run(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=40)
    real = person_night.compute_findings

    def then_a_meal(*given: Any, **named: Any) -> Any:
        findings = real(*given, **named)
        backend.add_meal("anna", datetime(2025, 6, 29, 12))  # noqa: DTZ001
        return findings

    monkeypatch.setattr(person_night, "compute_findings", then_a_meal)
    report = invoke("everything")
    assert (report["computed"], report["changedMeanwhile"]) == (0, 1)
    assert all(count(backend, table, "anna") == 0 for table in TABLES)


def test_a_person_deleted_while_computed_leaves_no_rows(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=40)
    real = person_night.compute_findings

    def then_gone(*given: Any, **named: Any) -> Any:
        findings = real(*given, **named)
        backend.delete("User", "anna")
        return findings

    monkeypatch.setattr(person_night, "compute_findings", then_gone)
    report = invoke("everything")
    assert report["failed"] == 0
    assert all(count(backend, table, "anna") == 0 for table in TABLES)
