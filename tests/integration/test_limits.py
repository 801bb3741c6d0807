"""How often one caller may ask, with Redis, across processes, and without it."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Self

import pytest
from redis import Redis

from common.cache import Cache, get_cache
from common.errors import RateLimited
from common.http import callers
from common.http.limits import WINDOW_SECONDS, Limiter
from common.services.correlations import EXPLORED_AT_MOST, read_correlations
from common.settings import get_settings
from tests.fixtures import tokens
from tests.fixtures.calls import Reply, call, get
from tests.fixtures.hostile import hostile_server, silent
from tests.fixtures.tokens import SECRET, mint
from tests.integration.people import add_person
from tests.people import LAST_DAY

NOON = 43_200.0
ASKED_AT = datetime.now(UTC)


class StoppedClock(datetime):
    """However long a test takes, all its requests fall into one window."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(ASKED_AT.timestamp(), tz)


@pytest.fixture
def limited(settings_env: pytest.MonkeyPatch, redis_url: str) -> Iterator[pytest.MonkeyPatch]:
    """Three requests a minute for a person, five for a service."""
    Redis.from_url(redis_url).flushdb()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JWT_SECRET", SECRET)
        patch.setenv("RATE_LIMIT_PER_MINUTE", "3")
        patch.setenv("RATE_LIMIT_SERVICE_PER_MINUTE", "5")
        patch.setattr(callers, "_limiter", Limiter())
        patch.setattr(callers, "datetime", StoppedClock)
        patch.setattr(tokens, "datetime", StoppedClock)
        get_settings.cache_clear()
        get_cache.cache_clear()
        yield patch
    get_settings.cache_clear()
    get_cache.cache_clear()


def ask(user: str, **claims: str) -> Reply:
    return get("/api/features/nobody/2026-01-01", x_nutri_token=mint(user, **claims))


def test_a_caller_over_the_limit_is_told_when_to_come_back(limited: pytest.MonkeyPatch) -> None:
    assert [ask("alice").status for _ in range(4)] == [404, 404, 404, 429]
    refused = ask("alice")
    assert (refused.body["code"], refused.headers["content-type"]) == (
        "rate_limited",
        "application/problem+json",
    )
    assert 1 <= int(refused.headers["retry-after"]) <= WINDOW_SECONDS
    assert ask("bob").status == 404, "another caller has their own count"
    assert [ask("backend", scope="service").status for _ in range(6)] == [404] * 5 + [429]
    assert call("features", "GET", "/health").status == 200
    assert get("/api/features/catalog").status == 200


def test_a_service_named_as_a_person_has_its_own_count(limited: pytest.MonkeyPatch) -> None:
    assert [ask("alice").status for _ in range(4)] == [404, 404, 404, 429]
    assert [ask("alice", scope="service").status for _ in range(6)] == [404] * 5 + [429]


def test_zero_limits_nobody(limited: pytest.MonkeyPatch) -> None:
    limited.setenv("RATE_LIMIT_PER_MINUTE", "0")
    get_settings.cache_clear()
    assert {ask("alice").status for _ in range(9)} == {404}


@pytest.fixture
def cache(limited: pytest.MonkeyPatch) -> Cache:
    return get_cache()


def test_another_process_counts_too_and_counting_costs_no_exchange(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = Limiter(), Limiter()
    for _ in range(3):
        here.admit("carl", 3, NOON)
    exchanges = 0
    asking = cache._ask

    def counted(*commands: tuple[str | bytes | int, ...]) -> object:
        nonlocal exchanges
        exchanges += 1
        return asking(*commands)

    monkeypatch.setattr(cache, "_ask", counted)
    there.admit("carl", 3, NOON)
    assert exchanges == 0
    cache.get("anything")
    assert exchanges == 1
    with pytest.raises(RateLimited):
        there.admit("carl", 3, NOON)
    there.admit("carl", 3, NOON + WINDOW_SECONDS)


def test_counts_that_no_request_carries_are_sent_all_the_same(cache: Cache, redis_url: str) -> None:
    limiter = Limiter()
    for _ in range(40):
        limiter.admit("dora", 100, NOON)
    key = f"rate:dora:{NOON // WINDOW_SECONDS:.0f}"
    server = Redis.from_url(redis_url)
    assert int(server.get(key) or 0) == 32
    assert 0 < int(server.ttl(key)) <= 2 * WINDOW_SECONDS


def test_without_redis_each_process_limits_by_itself_and_waits_for_nothing(
    limited: pytest.MonkeyPatch,
) -> None:
    with hostile_server(silent) as server:
        limited.setenv("REDIS_URL", f"redis://127.0.0.1:{server.port}/0")
        get_settings.cache_clear()
        get_cache.cache_clear()
        assert [ask("alice").status for _ in range(4)] == [404, 404, 404, 429]
        assert server.connections <= 1, "the breaker"


def test_what_costs_more_counts_for_more(limited: pytest.MonkeyPatch) -> None:
    limited.setenv("RATE_LIMIT_PER_MINUTE", "21")
    get_settings.cache_clear()
    token = mint("erin")
    told = [call("insights", "POST", "/api/insights/erin/generate", x_nutri_token=token) for _ in range(4)]
    assert [reply.status for reply in told] == [404, 404, 404, 429]
    assert ask("erin").status == 429, "one budget for all it asks"


def test_exploring_has_a_smaller_budget_of_its_own(limited: pytest.MonkeyPatch) -> None:
    limited.setenv("RATE_LIMIT_PER_MINUTE", "20")
    get_settings.cache_clear()
    token = mint("fred")

    def explore(path: str = "", query: str = "") -> int:
        return get(f"/api/correlations/fred{path}", query, x_nutri_token=token).status

    assert [explore(query="lookbackDays=90"), explore("/rhr/lags", "feature=steps_daily")] == [404, 404]
    assert explore("/rhr", "include=tested") == 429
    assert explore() == explore(query="lookbackDays=365") == 404, "the usual answers are none of it"


def test_explored_answers_are_bounded(limited: pytest.MonkeyPatch, redis_url: str) -> None:
    add_person("greta", days=60)
    lookbacks = range(30, 30 + 2 * EXPLORED_AT_MOST)
    for lookback in lookbacks:
        read_correlations("greta", "rhr", LAST_DAY, lookback, now=ASKED_AT)
    again = read_correlations("greta", "rhr", LAST_DAY, lookbacks[-1], now=ASKED_AT)
    assert again.cached
    kept = list(Redis.from_url(redis_url).scan_iter("correlations:greta:*"))
    assert 0 < len(kept) <= EXPLORED_AT_MOST
