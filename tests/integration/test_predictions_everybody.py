"""Everybody is answered: HRV by either method, sleep and scores, a week ahead, and a range of past nights."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.store.engine import transaction
from common.store.predictions import PredictionRow, save_predictions
from tests.fixtures.backend import Backend
from tests.fixtures.calls import get, post
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)
MEASURES = {
    "HEART_RATE_VARIABILITY_SDNN": (55.0, "ms"),
    "RESTING_HEART_RATE": (60.0, "bpm"),
    "SLEEP_DURATION": (430.0, "min"),
    "RECOVERY_SCORE": (66.0, "score"),
    "READINESS_SCORE": (78.0, "score"),
}


def morning_of(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=7)


@pytest.fixture(scope="module", autouse=True)
def _people(_servers: None) -> None:
    add_person("anna", days=150, last=TODAY)


@pytest.fixture(scope="module")
def watch(backend: Backend) -> str:
    """A watch that gives SDNN, and much besides, for 60 nights."""
    backend.add_user("watch", timezone="UTC")
    for n in range(60):
        morning = morning_of(TODAY - timedelta(days=n))
        for metric, (level, unit) in MEASURES.items():
            backend.add_reading("watch", morning, metric, level + n % 7, unit=unit)
    return "watch"


def test_a_watch_of_sdnn_is_answered_and_says_so(watch: str) -> None:
    answer = post("/api/predictions/hrv", {"userId": watch}).body
    assert (answer["metric"], answer["method"], answer["answeredBy"]) == ("hrv", "sdnn", "rule")
    assert answer["modelId"] == "own_level"
    assert 52 < answer["predictionRange"]["lower"] < answer["value"] < answer["predictionRange"]["upper"] < 66
    by_name = post("/api/predictions/targets/hrv_sdnn", {"userId": watch}).body
    assert (by_name["metric"], by_name["value"]) == ("hrv_sdnn", answer["value"])


def test_one_request_answers_every_measure_a_person_has(watch: str) -> None:
    answer = get(f"/api/predictions/{watch}/{TOMORROW}").body
    metrics = {p["metric"]: p for p in answer["predictions"]}
    assert list(metrics) == ["rhr", "hrv", "sleep_duration", "recovery_score", "readiness_score"]
    assert answer["unavailable"] == []
    assert metrics["rhr"]["answeredBy"] == "model"
    assert metrics["sleep_duration"]["unit"] == "min"
    assert 430 < metrics["sleep_duration"]["value"] < 437
    assert all(p["predictionRange"]["upper"] <= 100 for m, p in metrics.items() if m.endswith("_score"))


def test_what_is_issued_for_tomorrow_is_stored_by_its_own_kind(watch: str, backend: Backend) -> None:
    get(f"/api/predictions/{watch}/{TOMORROW}")
    select = 'SELECT "targetMetric"::text, "modelId" FROM "MLPrediction" WHERE "userId" = :u'
    stored = dict(map(tuple, backend.run(select, u=watch)))
    assert stored.keys() == MEASURES.keys()
    assert stored["HEART_RATE_VARIABILITY_SDNN"] == "own_level"


def test_a_device_of_each_method_is_answered_by_the_latest(backend: Backend) -> None:
    backend.add_user("both", timezone="UTC")
    for n in range(60):
        metric = f"HEART_RATE_VARIABILITY_{'SDNN' if n < 10 else 'RMSSD'}"
        backend.add_reading("both", morning_of(TODAY - timedelta(days=n)), metric, 50.0 + n % 5, unit="ms")
    assert post("/api/predictions/hrv", {"userId": "both"}).body["method"] == "sdnn"
    before = post("/api/predictions/hrv", {"userId": "both", "date": str(TODAY - timedelta(days=12))}).body
    assert before["method"] == "rmssd"


def test_intervals_widen_over_the_week() -> None:
    widths = []
    for horizon in range(1, 8):
        answer = post("/api/predictions/rhr", {"userId": "anna", "horizon": horizon}).body
        assert (answer["horizon"], answer["targetDate"]) == (horizon, str(TODAY + timedelta(days=horizon)))
        widths.append(answer["predictionRange"]["upper"] - answer["predictionRange"]["lower"])
    assert widths[6] > widths[1]


def test_a_night_further_ahead_than_the_horizon_is_refused() -> None:
    ahead = TODAY + timedelta(days=4)
    assert get(f"/api/predictions/anna/{ahead}").status == 422
    assert get(f"/api/predictions/anna/{ahead}", "horizon=4").body["predictions"][0]["horizon"] == 4
    assert get(f"/api/predictions/anna/{ahead}", "horizon=8").status == 422


def test_a_week_ahead_knows_nothing_of_the_days_between() -> None:
    """As of a week ago, said then or now, the night is forecast alike."""
    week_ago = TODAY - timedelta(days=9)
    night = week_ago + timedelta(days=7)
    as_of = post("/api/predictions/rhr", {"userId": "anna", "date": str(week_ago), "horizon": 7}).body
    by_target = post("/api/predictions/rhr", {"userId": "anna", "targetDate": str(night), "horizon": 7}).body
    assert as_of["value"] == by_target["value"]
    assert as_of["asOf"][:10] == str(week_ago + timedelta(days=1))


def test_a_batch_answers_every_metric_and_horizon(watch: str) -> None:
    items = [
        {"userId": watch, "metric": metric, "horizon": horizon}
        for metric in ("hrv", "sleep_minutes", "recovery", "readiness")
        for horizon in (1, 5)
    ]
    answer = post("/api/predictions/batch", {"items": items}).body
    assert (answer["answered"], answer["refused"]) == (len(items), 0)
    alone = post("/api/predictions/hrv", {"userId": watch, "horizon": 5}).body
    assert answer["results"][1]["prediction"]["value"] == alone["value"]


def nights_of(user: str, query: str) -> dict[str, Any]:
    answer = get(f"/api/predictions/{user}/back-test", query).body
    return {night["targetDate"]: night for night in answer["nights"]}


@pytest.mark.parametrize("horizon", [1, 3])
def test_a_back_test_says_of_each_night_what_asking_for_it_says(horizon: int) -> None:
    first = TODAY - timedelta(days=20)
    nights = nights_of("anna", f"metric=rhr&from={first}&to={TODAY}&horizon={horizon}")
    assert len(nights) == 21
    for night in (first, TODAY - timedelta(days=7), TODAY):
        asked = {"userId": "anna", "targetDate": str(night), "horizon": horizon}
        alone = post("/api/predictions/rhr", asked).body
        found = nights[str(night)]
        assert (found["value"], found["predictionRange"]) == (alone["value"], alone["predictionRange"])


def test_a_back_test_holds_what_was_really_told() -> None:
    night = TODAY - timedelta(days=3)
    row = PredictionRow("RESTING_HEART_RATE", night, 61.5, 0.9, (58.0, 65.0), "rhr_lstm", "1.old", {})
    with transaction() as connection:
        save_predictions(connection, "anna", [row])
    body = get("/api/predictions/anna/back-test", "metric=rhr").body
    assert len(body["nights"]) == 90
    told = [n for n in body["nights"] if n["issued"]]
    assert [(n["targetDate"], n["issued"]["value"], n["issued"]["modelVersion"]) for n in told] == [
        (str(night), 61.5, "1.old")
    ]
    assert body["score"]["nights"] > 60
    assert body["issuedScore"]["nights"] == 1


@pytest.mark.parametrize("query", ["from=2025-01-01&to=2025-09-01", "from=2025-02-01&to=2025-01-01"])
def test_a_range_that_is_none_or_too_long_is_refused(query: str) -> None:
    reply = get("/api/predictions/anna/back-test", f"metric=rhr&{query}")
    assert (reply.status, reply.body["code"]) == (422, "invalid_range")


def test_a_person_of_no_nights_is_told_what_is_missing(backend: Backend) -> None:
    backend.add_user("nothing", timezone="UTC")
    for metric in ("rhr", "hrv", "hrv_sdnn", "sleep_duration"):
        reply = post(f"/api/predictions/targets/{metric}", {"userId": "nothing"})
        assert (reply.status, reply.body["code"]) == (422, "insufficient_data")


def test_an_unknown_version_of_the_rule_is_refused(watch: str) -> None:
    asked = {"userId": watch, "modelVersion": "1.nothing"}
    reply = post("/api/predictions/targets/sleep_duration", asked)
    assert (reply.status, reply.body["code"]) == (422, "unknown_model_version")
