"""What became of past forecasts: joined, judged, and when it calls for training."""

import json
from datetime import datetime, timedelta

import pytest

from common.services.nightly import evaluation
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.integration.night import (
    DAY,
    SCHEDULED,
    Context,
    forget_everyone,
    invoke,
    row,
)
from tests.integration.people import add_person


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    forget_everyone(backend)


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


def test_evaluation_judges_each_model_by_person_and_device_against_a_simple_rule(backend: Backend) -> None:
    for n in range(3):
        add_person(f"person-{n}", seed=n, days=150, last=DAY + timedelta(days=5))
    for n in range(4):
        handler({"action": "everything", "scheduled": f"{DAY + timedelta(days=n)}T03:00:00Z"}, Context(1_000))
    order = {"action": "evaluate", "scheduled": f"{DAY + timedelta(days=3)}T03:00:00Z"}
    report = handler({**order, "reports": [{"computed": 2}, {"computed": 1, "failed": 1}]}, None)
    assert (report["computed"], report["failed"]) == (3, 1)
    assert {one["metric"] for one in report["forecasts"]} == {
        "RESTING_HEART_RATE",
        "HEART_RATE_VARIABILITY_RMSSD",
        "SLEEP_DURATION",
    }
    made = backend.run(
        'SELECT "metric", avg(abs("value" - "actual")), sum(abs("baseline" - "actual")),'
        ' sum(abs("value" - "actual")), avg(("actual" BETWEEN "lower" AND "upper")::int), count(*)'
        ' FROM ml."ForecastLog" WHERE "actual" IS NOT NULL GROUP BY 1'
    )
    for metric, error, rule, model, inside, known in made:
        (told,) = (one for one in report["forecasts"] if one["metric"] == metric)
        assert (told["score"]["people"], told["score"]["forecasts"]) == (3, known)
        assert told["score"]["meanAbsoluteError"] == pytest.approx(error)
        assert told["score"]["skill"]["value"] == pytest.approx(1 - model / rule)
        assert told["score"]["coverage"]["value"] == pytest.approx(float(inside))
        assert list(told["byDevice"]) == ["oura"]
        assert told["shouldRetrain"] == []
    json.dumps(report, allow_nan=False)


def test_evaluation_of_nothing_is_empty(backend: Backend) -> None:
    assert handler({"action": "evaluate", "scheduled": SCHEDULED}, None)["forecasts"] == []


def test_a_shift_of_what_is_measured_calls_for_training(backend: Backend) -> None:
    for n in range(60):
        for back, value in ((40, 52 + n % 12), (3, 66 + n % 12)):
            backend.run(
                f"""INSERT INTO ml."ForecastLog" VALUES ('p-{n}', '{DAY - timedelta(days=back)}',
                'RESTING_HEART_RATE', 'm', '1', 'night', {value}, {value}, 40, 90, {value})"""
            )
    (told,) = handler({"action": "evaluate", "scheduled": SCHEDULED}, None)["forecasts"]
    assert "outcome_drift" in told["shouldRetrain"]


def add_days(backend: Backend, person: str, days: range, steps: int) -> None:
    """Trials of the nights so many days ago, which had these steps to go by and were forecast well."""
    for back in days:
        backend.run(
            f"""INSERT INTO ml."ForecastLog" VALUES ('{person}', '{DAY - timedelta(days=back)}',
            'RESTING_HEART_RATE', 'm', '1', 'night', 60, 62, 55, 65, 60, true, '{{"steps": {steps}}}')"""
        )


@pytest.mark.parametrize(("everyone", "found"), [(9_000, False), (14_000, True)])
def test_drift_of_inputs_is_of_people_and_not_of_whoever_has_most_days(
    backend: Backend, everyone: int, found: bool
) -> None:
    for n in range(60):
        add_days(backend, f"p-{n}", range(40, 41), 8_000 + 100 * n)
        add_days(backend, f"p-{n}", range(3, 4), everyone - 1_000 + 100 * n)
    add_days(backend, "runner", range(30, 80), 3_000)
    add_days(backend, "runner", range(27), 45_000)
    (told,) = handler({"action": "evaluate", "scheduled": SCHEDULED}, None)["forecasts"]
    assert told["inputDrift"]["steps"]["index"] > 0
    assert ("input_drift" in told["shouldRetrain"]) is found


def test_people_are_read_in_slices_and_told_of_as_a_whole(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(7):
        backend.add_user(f"p-{n * 9}")
    for n in range(60):
        add_days(backend, f"p-{n}", range(1, 60, 1 + n % 5), 8_000 + 100 * n)
    order = {"action": "evaluate", "scheduled": SCHEDULED}
    whole = handler(order, None)
    monkeypatch.setattr(evaluation, "PEOPLE_AT_ONCE", 2)
    assert len(evaluation._cut()) == 4
    assert handler(order, None) == whole
    (told,) = whole["forecasts"]
    assert told["score"]["people"] == 60
    assert told["inputDrift"]["steps"]["index"] == pytest.approx(0, abs=0.2)
