"""Correlations, predictions and insights through their handlers: what each says of people of every kind."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fixtures.backend import Backend
from tests.fixtures.calls import get, post
from tests.integration.people import add_person
from tests.people import LAST_DAY

TODAY = datetime.now(UTC).date()
GROUP_PATHS = (
    "/api/features/{user}/2025-06-01",
    "/api/correlations/{user}",
    "/api/correlations/{user}/rhr",
    "/api/predictions/{user}/2025-06-01",
    "/api/insights/{user}",
)


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    add_person("anna", days=150, last=TODAY)
    add_person("new", days=3, last=TODAY)
    add_person("past", days=150)


@pytest.mark.parametrize("path", GROUP_PATHS)
def test_an_unknown_user_is_not_found(path: str) -> None:
    reply = get(path.format(user="nobody"))
    assert (reply.status, reply.body["code"]) == (404, "not_found")


@pytest.mark.parametrize("user", ["a%00b", "%ED%A0%80", "a%2F..%2Fb", "a b", "x" * 200, "'; DROP TABLE"])
@pytest.mark.parametrize("path", GROUP_PATHS)
def test_an_id_that_cannot_be_one_is_refused_before_the_database(path: str, user: str) -> None:
    assert get(path.format(user=user)).status in {404, 422}


def test_correlations_of_three_days_ask_for_more() -> None:
    answer = get("/api/correlations/new").body
    assert (answer["status"], answer["findings"]) == ("insufficient_data", [])
    assert all(need["daysHave"] < need["daysNeeded"] for need in answer["needed"])
    assert answer["needed"]


def test_days_that_the_lookback_does_not_hold_are_said_to_be_out_of_reach() -> None:
    usual = get("/api/correlations/new").body
    assert "more than the" not in usual["explanation"]
    short = get("/api/correlations/new", "lookbackDays=30").body
    assert short["needed"][0]["daysNeeded"] > 30
    assert "more than the 30 looked back on" in short["explanation"]


def test_correlations_without_any_pair_list_none() -> None:
    add_person("unrecorded", days=0)
    assert get("/api/correlations/unrecorded", "include=tested").body["pairs"] == []
    assert get("/api/correlations/unrecorded").body["pairs"] is None


def test_correlations_say_what_was_tested_and_are_cached() -> None:
    answer = get("/api/correlations/past", f"date={LAST_DAY}").body
    assert answer["status"] in {"ok", "nothing_reliable"}
    assert answer["tested"] > 20
    assert get("/api/correlations/past", f"date={LAST_DAY}").body["cached"]


@pytest.mark.parametrize(
    "metric", ["rhr", "hrv", "sleep", "recovery", "RESTING_HEART_RATE", "deep_sleep_minutes"]
)
def test_a_metric_narrows_what_is_shown_and_not_what_is_tested(metric: str) -> None:
    everything = get("/api/correlations/past", f"date={LAST_DAY}").body
    narrowed = get(f"/api/correlations/past/{metric}", f"date={LAST_DAY}").body
    assert narrowed["tested"] == everything["tested"]
    assert narrowed["metric"] == metric


def test_every_pair_asked_is_listed_with_its_figures_or_its_refusal() -> None:
    answer = get("/api/correlations/past", f"date={LAST_DAY}&include=tested").body
    refused = [pair for pair in answer["pairs"] if pair["refusal"]]
    assert len(answer["pairs"]) == answer["tested"] + answer["refused"]
    assert len(refused) == answer["refused"] > 0
    assert all(pair["pValue"] is not None for pair in answer["pairs"] if not pair["refusal"])
    assert get("/api/correlations/past", f"date={LAST_DAY}").body["pairs"] is None


def test_another_lookback_shows_explorations_and_publishes_nothing() -> None:
    answer = get("/api/correlations/past", f"date={LAST_DAY}&lookbackDays=90").body
    assert all(finding["tier"] == "exploratory" for finding in answer["findings"])


def test_the_lags_of_a_pair_are_a_week_and_publish_nothing() -> None:
    answer = get("/api/correlations/past/rhr/lags", f"feature=calories_daily&date={LAST_DAY}").body
    assert [pair["lagDays"] for pair in answer["lags"]] == list(range(1, 8))
    assert {pair["tier"] for pair in answer["lags"]} == {None}
    reply = get("/api/correlations/past/rhr/lags", "feature=day_of_week")
    assert (reply.status, reply.body["code"]) == (422, "never_paired")


def test_an_unknown_metric_is_refused() -> None:
    reply = get("/api/correlations/past/happiness")
    assert (reply.status, reply.body["code"]) == (422, "unknown_metric")


def test_tomorrow_is_forecast_with_nested_intervals_and_stored_for_the_backend(backend: Backend) -> None:
    for metric, stored_as in (("rhr", "RESTING_HEART_RATE"), ("hrv", "HEART_RATE_VARIABILITY_RMSSD")):
        answer = post(f"/api/predictions/{metric}", {"userId": "anna"}).body
        assert answer["targetDate"] == str(TODAY + timedelta(days=1))
        bounds = [answer["intervals"][level] for level in ("95", "80", "50")]
        lower, upper = [b["lower"] for b in bounds], [b["upper"] for b in bounds]
        assert sorted(lower) == lower
        assert sorted(upper, reverse=True) == upper
        assert lower[-1] <= answer["value"] <= upper[-1]
        assert answer["provisional"]
        deviation = answer["value"] - answer["baseline"]["value"]
        assert answer["baseline"]["deviation"] == pytest.approx(deviation, abs=0.011)
        assert 0 <= answer["percentile"] <= 100
        (row,) = backend.run(
            'SELECT "predictedValue", "predictionRange", confidence FROM "MLPrediction"'
            ' WHERE "userId" = :u AND "targetMetric"::text = :m',
            u="anna",
            m=stored_as,
        )
        assert row == [answer["value"], answer["predictionRange"], answer["confidence"]]


def test_a_past_night_is_forecast_without_hindsight_and_not_stored(backend: Backend) -> None:
    target = LAST_DAY - timedelta(days=10)
    before = get(f"/api/predictions/past/{target}").body
    backend.add_reading("past", datetime(target.year, target.month, target.day, 8), value=99.0)  # noqa: DTZ001
    after = get(f"/api/predictions/past/{target}").body
    assert [p["value"] for p in after["predictions"]] == [p["value"] for p in before["predictions"]]
    assert [p["metric"] for p in before["predictions"]] == ["rhr", "hrv", "sleep_duration"]
    assert backend.run('SELECT 1 FROM "MLPrediction" WHERE "userId" = :u', u="past") == []


def test_a_forecast_as_of_a_day_is_of_the_night_after_it() -> None:
    answer = post("/api/predictions/rhr", {"userId": "past", "date": "2025-05-09"}).body
    assert (answer["targetDate"], answer["asOf"]) == ("2025-05-10", "2025-05-10T00:00:00Z")
    both = {"userId": "past", "date": "2025-05-09", "targetDate": "2025-05-10"}
    reply = post("/api/predictions/rhr", both)
    assert (reply.status, reply.body["errors"][0]["code"]) == (422, "date_and_target")


@pytest.mark.parametrize("metric", ["rhr", "hrv"])
def test_a_night_after_tomorrow_cannot_be_forecast(metric: str) -> None:
    target = TODAY + timedelta(days=3)
    reply = post(f"/api/predictions/{metric}", {"userId": "anna", "targetDate": str(target)})
    assert (reply.status, reply.body["code"]) == (422, "future_date")


def test_three_days_give_a_provisional_forecast_with_its_reason() -> None:
    answer = post("/api/predictions/rhr", {"userId": "new"}).body
    assert answer["provisional"]
    assert any("few days" in reason for reason in answer["provisionalReasons"])


def test_no_reading_at_all_is_insufficient_data_with_have_and_need(backend: Backend) -> None:
    backend.add_user("empty", timezone="UTC")
    for reply in (post("/api/predictions/rhr", {"userId": "empty"}), get(f"/api/predictions/empty/{TODAY}")):
        assert (reply.status, reply.body["code"]) == (422, "insufficient_data")
        assert reply.body["have"] == 0
        assert reply.body["need"] >= 1


def test_what_the_person_switched_off_is_refused_even_when_cached(backend: Backend) -> None:
    add_person("private", days=60, last=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert get(f"/api/predictions/private/{tomorrow}").status == 200
    assert get("/api/insights/private").status == 200
    backend.add_profile("private", enablePredictions=False, enableInsights=False)
    for reply in (
        post("/api/predictions/rhr", {"userId": "private"}),
        get(f"/api/predictions/private/{tomorrow}"),
        get("/api/insights/private"),
        post("/api/insights/private/generate", {}),
    ):
        assert (reply.status, reply.body["code"]) == (403, "disabled_by_user")


def test_a_deleted_user_leaves_no_cached_answer(backend: Backend) -> None:
    add_person("leaver", days=40)
    path = f"/api/features/leaver/{LAST_DAY}"
    assert get(path).status == 200
    backend.delete("User", "leaver")
    assert get(path).status == 404


def test_insights_are_the_same_under_the_same_ids_until_rows_change() -> None:
    first = post("/api/insights/anna/generate", {}).body
    second = post("/api/insights/anna/generate", None).body
    assert [i["id"] for i in first["insights"]] == [i["id"] for i in second["insights"]]
    read = get("/api/insights/anna").body
    assert read["cached"]
    assert read["insights"] == first["insights"]


def test_insights_of_a_person_with_nothing_to_tell_say_so_kindly() -> None:
    answer = get("/api/insights/new").body
    assert answer["status"] in {"nothing_reliable", "insufficient_data"}
    assert answer["insights"] == []
    assert answer["explanation"]


def test_insights_of_a_past_day_leave_the_feed_alone(backend: Backend) -> None:
    reply = post("/api/insights/past/generate", {"date": str(LAST_DAY)})
    assert reply.status == 200
    assert backend.run('SELECT 1 FROM "MLInsight" WHERE "userId" = :u', u="past") == []


@pytest.mark.parametrize(
    "body",
    [b'{"userId": NaN}', b'{"userId": "\\ud800"}', b'{"userId": 1e999}', b"\xff\xfe{}", b"[" * 100_000, b""],
)
@pytest.mark.parametrize("path", ["/api/features/engineer", "/api/predictions/rhr", "/api/predictions/hrv"])
def test_a_body_that_is_no_request_is_a_problem_and_not_a_fault(path: str, body: bytes) -> None:
    reply = post(path, body)
    assert reply.status in {400, 422}
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_date_before_everything_and_a_leap_day_are_answered() -> None:
    assert get(f"/api/features/anna/{date(2024, 2, 29)}").status == 200
    assert get(f"/api/features/anna/{date(1970, 1, 1)}").status == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2025-02-30", "yesterday", "20250101x"])
@pytest.mark.parametrize("path", ["/api/features/anna/{day}", "/api/predictions/anna/{day}"])
def test_a_date_that_cannot_be_meant_is_refused(path: str, day: str) -> None:
    assert get(path.format(day=day)).status == 422
