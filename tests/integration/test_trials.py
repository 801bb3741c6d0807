"""A person's own trial over HTTP: asked for, drawn once, followed, refused where it is not safe."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from common.store.engine import transaction
from functions.local.data.cohort import make_cohort
from functions.local.data.loading import save_people
from tests.fixtures.backend import Backend
from tests.fixtures.calls import call, get, post

TODAY = datetime.now(UTC).date()
PATH = "/api/insights/trying/experiments"
TRIAL = {"feature": "last_meal_time", "metric": "rhr"}


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    (bruno,) = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == "demo-bruno"]
    rows = replace(bruno, profile=replace(bruno.profile, user_id="trying", timezone="UTC"))
    with transaction() as connection:
        save_people(connection, [rows], "demo")


def test_a_trial_is_drawn_once_and_shown_in_the_feed() -> None:
    get("/api/insights/trying")
    started = post(PATH, TRIAL)
    assert started.status == 201
    days = len(started.body["days"])
    assert [day["change"] for day in started.body["days"]].count(True) == days / 2
    power = {each["days"]: each["power"] for each in started.body["prospect"]["power"]}
    assert list(power) == [28, 40, 56]
    assert power[28] < power[40] < power[56]
    assert days == min((length for length in power if power[length] >= 0.8), default=56)
    assert started.body["together"] is None
    assert started.body["days"][0]["date"] == str(TODAY + timedelta(days=1))
    assert post(PATH, TRIAL).body == started.body
    (listed,) = get(PATH).body["experiments"]
    assert listed == started.body
    shown = {i["template"]: i for i in get("/api/insights/trying").body["insights"]}
    assert shown["trial_running"]["id"] == started.body["insight"]["id"]


def test_what_to_try_next_is_what_would_be_learnt_most_from() -> None:
    options = get(PATH).body["options"]
    assert 1 <= len(options) <= 5
    assert len({option["feature"] for option in options}) == len(options)
    assert all(option["worth"] >= 0 and option["prospect"]["suspected"] > 0 for option in options)
    assert min(max(each["power"] for each in option["prospect"]["power"]) for option in options) >= 0.3


def test_a_trial_is_described_in_the_language_asked_for() -> None:
    post(PATH, TRIAL)
    (listed,) = get(PATH, "locale=de").body["experiments"]
    assert listed["insight"]["title"] == "Dein Versuch: eine frühere letzte Mahlzeit"


def test_nobody_who_is_underweight_is_helped_to_try_eating_less(backend: Backend) -> None:
    backend.run('UPDATE "User" SET "currentWeight" = 45, "height" = 178 WHERE "id" = \'trying\'')
    try:
        assert post(PATH, {"feature": "late_energy_daily", "metric": "rhr"}).status == 422
        assert post(PATH, {**TRIAL, "startDate": str(TODAY + timedelta(days=2))}).status == 422
        assert get(PATH).body["experiments"] == []
    finally:
        backend.run('UPDATE "User" SET "currentWeight" = 78, "height" = 178 WHERE "id" = \'trying\'')


def test_nobody_who_says_they_are_pregnant_is_helped_to_try_eating_earlier() -> None:
    post(PATH, TRIAL)
    path = f"/api/users/trying/days/{TODAY}/context"
    assert call("insights", "PUT", path, body={"entries": {"pregnancy": True}}).status == 200
    try:
        refused = post(PATH, {**TRIAL, "startDate": str(TODAY + timedelta(days=2))})
        assert (refused.status, refused.body["code"]) == (422, "no_trial")
        assert get(PATH).body["experiments"] == []
    finally:
        assert call("insights", "DELETE", path).status == 200


def test_two_trials_at_once_would_answer_nothing() -> None:
    post(PATH, TRIAL)
    reply = post(PATH, {"feature": "alcohol_drinks_daily", "metric": "rhr"})
    assert (reply.status, reply.body["code"]) == (409, "trial_running")


@pytest.mark.parametrize(
    "body",
    [
        {"feature": "calories_daily", "metric": "rhr"},
        {"feature": "last_meal_time", "metric": "blood_glucose"},
        {"feature": "last_meal_time", "metric": "happiness"},
        {"feature": "nonsense", "metric": "rhr"},
        {**TRIAL, "startDate": str(TODAY)},
        {**TRIAL, "startDate": str(TODAY + timedelta(days=40))},
        {**TRIAL, "days": 14},
        {"metric": "rhr"},
    ],
)
def test_what_cannot_be_tried_safely_is_refused(body: dict[str, str]) -> None:
    assert post(PATH, body).status == 422
