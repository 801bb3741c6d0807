"""What the night computes ahead is what the morning asks for, under the tag it asks with."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.cache import CacheTag, get_cache, seal
from common.services.correlations import read_correlations
from common.services.features import read_features
from common.services.insights import read_insights
from common.services.predictions import predict, read_predictions
from common.services.presenting import View
from common.settings import get_settings
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.fixtures.hostile import Hostile, hostile_server, silent
from tests.integration.night import DAY, count, forget_everyone, invoke
from tests.integration.people import YESTERDAY, add_person

MORNING = datetime(2025, 6, 30, 7, 30, tzinfo=UTC)
WHEN_COMPUTED = {"computedAt", "cached", "asOf"}


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    forget_everyone(backend)
    get_cache()._ask(("FLUSHALL",))


def ask_everything(user: str, now: datetime = MORNING, day: date = DAY) -> dict[str, Any]:
    answers = {
        "features": read_features(user, day, None, now=now),
        "correlations": read_correlations(user, None, None, None, now=now),
        "rhr": predict(user, "rhr", None, now=now),
        "hrv": predict(user, "hrv", None, now=now),
        "tomorrow": read_predictions(user, day + timedelta(days=1), now=now),
        "insights": read_insights(user, None, View(), now=now),
    }
    return {name: answer.cached for name, answer in answers.items()} | {
        f"{name} body": without_when(json.loads(answer.body)) for name, answer in answers.items()
    }


def without_when(body: Any) -> Any:
    match body:
        case dict():
            return {name: without_when(part) for name, part in body.items() if name not in WHEN_COMPUTED}
        case list():
            return [without_when(part) for part in body]
    return body


def from_cache(told: dict[str, Any]) -> set[str]:
    return {name for name, value in told.items() if value is True}


GROUPS = {"features", "correlations", "rhr", "hrv", "tomorrow", "insights"}


@pytest.mark.parametrize("days", [40, 150, 470])
def test_the_morning_s_answers_are_cached_and_are_those_it_would_have_computed(days: int) -> None:
    add_person("anna", days=days, last=YESTERDAY)
    assert invoke("everything")["computed"] == 1
    ahead = ask_everything("anna")
    assert from_cache(ahead) == GROUPS
    get_cache()._ask(("FLUSHALL",))
    anew = ask_everything("anna")
    assert from_cache(anew) == set()  # tomorrow's holds sleep too, which was not asked for alone
    assert {name: ahead[name] for name in ahead if name.endswith("body")} == {
        name: anew[name] for name in anew if name.endswith("body")
    }


@pytest.mark.parametrize(
    ("zone", "night", "day"),
    [
        ("Asia/Kolkata", "2025-07-02T22:00:00Z", DAY + timedelta(days=3)),
        ("America/Los_Angeles", "2025-06-30T10:00:00Z", DAY),
    ],
)
def test_they_are_still_cached_when_the_date_of_greenwich_has_changed(
    backend: Backend, zone: str, night: str, day: date
) -> None:
    """But for once a week, when the rows looked at begin a week later."""
    add_person("anna", days=150, last=day - timedelta(days=1))
    backend.update("User", "anna", timezone=zone)
    assert handler({"action": "everything", "scheduled": night}, None)["computed"] == 1
    four_hours_later = datetime.fromisoformat(night) + timedelta(hours=4)
    assert from_cache(ask_everything("anna", four_hours_later, day)) == GROUPS


def test_a_row_that_arrives_later_makes_them_misses(backend: Backend) -> None:
    add_person("anna", days=150, last=YESTERDAY)
    invoke("everything")
    backend.add_meal("anna", datetime(2025, 6, 29, 20), calories=900.0)  # noqa: DTZ001
    assert from_cache(ask_everything("anna")) == set()


def test_they_stay_until_the_morning_is_over() -> None:
    add_person("anna", days=150, last=YESTERDAY)
    invoke("everything")
    (reply,) = get_cache()._ask(("TTL", f"features:anna:{DAY}:daily"))
    assert isinstance(reply, int)
    assert reply > 8 * 3_600 > get_settings().cache_ttl_features


def test_what_a_person_switched_off_is_not_made_ahead_and_the_rest_is(backend: Backend) -> None:
    add_person("anna", days=150, last=YESTERDAY)
    backend.add_profile("anna", enablePredictions=False, enableInsights=False)
    invoke("everything")
    assert get_cache().get(f"features:anna:{DAY}:daily") is not None
    assert get_cache().get(f"insights:anna:{DAY}") is None
    assert get_cache().get(f"prediction:anna:rhr:{DAY + timedelta(days=1)}") is None
    assert read_correlations("anna", None, None, None, now=MORNING).cached


@pytest.fixture
def silent_redis(settings_env: pytest.MonkeyPatch, redis_url: str) -> Iterator[Hostile]:
    with hostile_server(silent) as server:
        settings_env.setenv("REDIS_URL", f"redis://127.0.0.1:{server.port}/0")
        get_settings.cache_clear()
        get_cache.cache_clear()
        yield server
    settings_env.setenv("REDIS_URL", redis_url)
    get_settings.cache_clear()
    get_cache.cache_clear()


def test_a_dead_redis_is_asked_once_and_costs_the_night_nothing_more(
    silent_redis: Hostile, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.cache.client.PAUSE_SECONDS", 600.0)
    sealed = set()

    def noted(tag: CacheTag, etag: str, body: bytes) -> bytes:
        sealed.add(tag.user_id)
        return seal(tag, etag, body)

    monkeypatch.setattr("common.services.answers.seal", noted)
    for n in range(5):
        add_person(f"user-{n}", days=40)
    assert invoke("everything")["computed"] == 5
    assert silent_redis.connections == 1
    assert len(sealed) <= 1, "answers that cannot be kept are not made"
    assert count(backend, "MLFeature", "user-4")


def test_none_are_made_where_that_is_switched_off(settings_env: pytest.MonkeyPatch) -> None:
    add_person("anna", days=40)
    settings_env.setenv("CACHE_TTL_NIGHTLY", "0")
    get_settings.cache_clear()
    invoke("everything")
    settings_env.delenv("CACHE_TTL_NIGHTLY")
    get_settings.cache_clear()
    assert get_cache().get(f"features:anna:{DAY}:daily") is None
