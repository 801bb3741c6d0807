"""A supposed day: what moves, what is refused, and that nothing of it is kept."""

import importlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from common.inference.manifest import Evidence
from common.inference.sessions import Model
from common.services import models
from common.store.engine import transaction
from functions.local.data.loading import save_people
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, post
from tests.integration.people import add_person
from tests.people import make_person as make_rows

TODAY = datetime.now(UTC).date()
what_if = importlib.import_module("common.services.what_if")


def evidence(low: float) -> Evidence:
    return Evidence(people=30, nights=900, slope=0.8, slope_low=low, slope_high=1.2)


KNOWN = {
    "night": {"steps": evidence(0.2), "exercise_minutes": evidence(0.1), "sleep_minutes": evidence(-0.1)}
}


@pytest.fixture(scope="module", autouse=True)
def _people(_servers: None) -> None:
    add_person("anna", days=150, last=TODAY)


@pytest.fixture(autouse=True)
def with_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The served model, with evidence for some inputs whatever was measured for it."""

    def served_model(metric: str, user_id: str) -> Model:
        served = models.served_model(metric, user_id)
        return replace(served, manifest=served.manifest.model_copy(update={"what_if": KNOWN}))

    monkeypatch.setattr(what_if, "served_model", served_model)


def suppose(user: str = "anna", metric: str = "rhr", **changes: float) -> Reply:
    return suppose_all(changes, user, metric)


def suppose_all(changes: dict[str, Any], user: str = "anna", metric: str = "rhr") -> Reply:
    return post("/api/predictions/what-if", {"userId": user, "metric": metric, "changes": changes})


def refused(reply: Reply) -> list[tuple[str, str]]:
    assert reply.status == 422, reply.text
    return [(error["pointer"], error["code"]) for error in reply.body["errors"]]


@pytest.mark.parametrize("metric", ["rhr", "hrv"])
def test_the_forecast_moves_against_the_person_s_usual_day(metric: str) -> None:
    told = [suppose(metric=metric, steps=steps).body for steps in (1_000, 30_000)]
    for answer in told:
        assert answer["change"] == pytest.approx(answer["value"] - answer["usualValue"], abs=0.011)
        assert answer["predictionRange"]["lower"] < answer["value"] < answer["predictionRange"]["upper"]
        assert answer["targetDate"] == str(TODAY + timedelta(days=1))
        (steps,) = answer["inputs"]
        assert (steps["name"], steps["people"]) == ("steps", 30)
    assert told[0]["usualValue"] == told[1]["usualValue"]
    assert told[0]["value"] != told[1]["value"]
    usual = told[0]["inputs"][0]["usual"]
    same = suppose(metric=metric, steps=usual).body
    assert abs(same["change"]) <= 0.01
    assert "stays at about" in same["explanation"]


def test_the_sentence_says_what_was_supposed_and_claims_no_cause() -> None:
    sentence = suppose(steps=30_000, exercise_minutes=120).body["explanation"]
    assert "30,000 steps and 120 minutes of exercise" in sentence
    assert "does not show that one brings about the other" in sentence


@pytest.mark.parametrize("food", ["energy_kcal", "alcohol_drinks", "last_meal_hour", "hrv_rmssd_ms"])
def test_what_the_model_does_not_know_the_effect_of_is_refused(food: str) -> None:
    assert refused(suppose_all({food: 5.0})) == [(f"/changes/{food}", "no_evidence")]


def test_an_input_whose_pull_was_not_borne_out_is_refused() -> None:
    assert refused(suppose(sleep_minutes=300)) == [("/changes/sleep_minutes", "no_evidence")]
    assert refused(suppose(steps=9_000, sleep_minutes=300)) == [("/changes/sleep_minutes", "no_evidence")]


@pytest.mark.parametrize("known", [{}, {"steps": evidence(0.2).model_copy(update={"people": 3})}])
def test_without_evidence_from_enough_people_with_such_a_device_nothing_is_claimed(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, Evidence]
) -> None:
    monkeypatch.setitem(KNOWN, "night", known)
    assert refused(suppose(steps=9_000)) == [("/changes/steps", "no_evidence")]


def test_a_name_nobody_knows_is_refused_and_not_repeated() -> None:
    reply = suppose_all({"<script>": 1.0})
    assert refused(reply) == [("/changes", "unknown_input")]
    assert "script" not in reply.text


@pytest.mark.parametrize("value", [-1.0, 1e9])
def test_what_no_day_has_is_refused(value: float) -> None:
    assert refused(suppose(steps=value)) == [("/changes/steps", "out_of_range")]


@pytest.mark.parametrize("changes", [{}, {"steps": "many"}, {f"n{n}": 1 for n in range(9)}])
def test_what_is_no_supposition_is_refused(changes: dict[str, Any]) -> None:
    assert suppose_all(changes).status == 422


@pytest.mark.parametrize(("from_days_ago", "until_days_ago", "have", "need"), [(9, -1, 0, 1), (200, 3, 3, 5)])
def test_a_rule_s_answer_is_moved_by_nothing_and_says_so(
    backend: Backend, from_days_ago: int, until_days_ago: int, have: int, need: int
) -> None:
    """First the last week is unknown, then all before the last three nights that have ended."""
    user = add_person(f"silent-{need}", days=150, last=TODAY - timedelta(days=1))
    backend.run(
        f"""DELETE FROM "HealthMetric" WHERE "userId" = :u AND "metricType"::text = 'RESTING_HEART_RATE'
        AND "recordedAt" > CURRENT_DATE - {from_days_ago}
        AND "recordedAt" < CURRENT_DATE - {until_days_ago}""",
        u=user,
    )
    reply = suppose(user, steps=9_000)
    assert (reply.status, reply.body["code"]) == (422, "insufficient_data")
    assert (reply.body["have"], reply.body["need"]) == (have, need)


def test_without_a_usual_day_there_is_nothing_to_compare_with(backend: Backend) -> None:
    backend.run(
        'DELETE FROM "HealthMetric" WHERE "userId" = \'anna\' AND "metricType"::text = \'EXERCISE_MINUTES\''
    )
    reply = suppose(exercise_minutes=60)
    assert (reply.status, reply.body["code"]) == (422, "insufficient_data")
    assert (reply.body["have"], reply.body["need"]) == (0, 7)


def test_nothing_supposed_is_stored_or_cached(backend: Backend) -> None:
    backend.run('DELETE FROM "MLPrediction"')
    first, second = suppose(steps=20_000).body, suppose(steps=1_000).body
    assert first["value"] != second["value"]
    assert backend.run('SELECT 1 FROM "MLPrediction"') == []
    honest = post("/api/predictions/rhr", {"userId": "anna"}).body
    assert honest["cached"] is False


def test_the_person_who_is_not_there_and_the_one_who_switched_it_off(backend: Backend) -> None:
    assert suppose("nobody", steps=9_000).status == 404
    add_person("off", days=60, last=TODAY)
    backend.add_profile("off", enablePredictions=False)
    assert suppose("off", steps=9_000).body["code"] == "disabled_by_user"


def test_only_the_day_s_totals_that_are_supposed_are_known() -> None:
    from common.compute.forecasts.supposing import suppose as suppose_day  # noqa: PLC0415
    from common.compute.series.channels import CHANNEL_INDEX, CHANNELS  # noqa: PLC0415
    from tests.unit.forecast_people import make_person, make_series  # noqa: PLC0415

    series = make_series(make_person(40), day_open=True)
    told = suppose_day(series, {"steps": 12_345.0})
    late = [CHANNEL_INDEX[name] for name, channel in CHANNELS.items() if not channel.known_at_wake]
    assert told.open_day is None
    assert told["steps"][-1] == 12_345.0
    assert np.isfinite(told.values[late, -1]).sum() == 1
    assert np.array_equal(told.values[:, :-1], series.values[:, :-1], equal_nan=True)
    assert told["rhr_bpm"][-1] == series["rhr_bpm"][-1]


def test_the_served_models_tell_what_their_evidence_supports_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    add_fitbit_person("fitbit")
    answered = 0
    for metric in ("rhr", "hrv"):
        known = models.champion(metric).manifest.what_if
        for name, value in (("steps", 9_000.0), ("total_kcal", 2_600.0), ("sleep_minutes", 420.0)):
            supported = name in known["smoothed"] and known["smoothed"][name].supports
            reply = suppose_all({name: value}, "fitbit", metric)
            assert reply.status == (200 if supported else 422), reply.text
            assert supported or reply.body["code"] == "no_evidence"
            assert refused(suppose_all({name: value}, "anna", metric)) == [
                (f"/changes/{name}", "no_evidence")
            ]
            answered += supported
    assert answered


def add_fitbit_person(user: str) -> None:
    rows = make_rows(seed=3, days=150, timezone="UTC", last=TODAY)
    readings = replace(rows.readings, source=["fitbit"] * len(rows.readings.source))
    profile = replace(rows.profile, user_id=user)
    with transaction() as connection:
        save_people(connection, [replace(rows, profile=profile, readings=readings)], "test")
