"""What callers see while a server is away: the right answer, a stale one that says so, or 503, never 500."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from common.cache import get_cache
from common.settings import get_settings
from common.store.address import parse_database_url
from common.store.engine import dispose_engine
from tests.conftest import forget_singletons
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, call, get, post
from tests.fixtures.hostile import Behaviour, dripping, hostile_server, silent
from tests.fixtures.proxy import Proxy, proxied
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)

ASK: dict[str, Callable[[str], Reply]] = {
    "features": lambda user: get(f"/api/features/{user}/{TODAY - timedelta(days=2)}"),
    "range": lambda user: get(f"/api/features/{user}", f"from={TODAY - timedelta(days=9)}"),
    "engineer": lambda user: post("/api/features/engineer", {"userId": user}),
    "correlations": lambda user: get(f"/api/correlations/{user}"),
    "metric": lambda user: get(f"/api/correlations/{user}/rhr"),
    "rhr": lambda user: post("/api/predictions/rhr", {"userId": user}),
    "hrv": lambda user: post("/api/predictions/hrv", {"userId": user, "targetDate": str(TOMORROW)}),
    "predictions": lambda user: get(f"/api/predictions/{user}/{TOMORROW}"),
    "insights": lambda user: get(f"/api/insights/{user}"),
}


@pytest.fixture(scope="module", autouse=True)
def database(_servers: None, settings_env: pytest.MonkeyPatch, database_url: str) -> Iterator[Proxy]:
    """PostgreSQL behind a proxy that a test can silence; everyone's answers about `known` are cached."""
    address = parse_database_url(database_url)
    with proxied(address.port) as proxy:
        settings_env.setenv("DATABASE_URL", database_url.replace(f":{address.port}/", f":{proxy.port}/"))
        settings_env.setenv("DATABASE_STATEMENT_TIMEOUT_MS", "400")
        settings_env.setenv("DATABASE_CONNECT_TIMEOUT_S", "0.4")
        forget_singletons()
        add_person("known", days=60, last=TODAY)
        add_person("unknown", days=60, last=TODAY)
        for ask in ASK.values():
            assert ask("known").status == 200
        add_person("half", days=60, last=TODAY)
        assert post("/api/predictions/rhr", {"userId": "half", "targetDate": str(TOMORROW)}).status == 200
        yield proxy
        dispose_engine()


@pytest.fixture
def cut(database: Proxy) -> Iterator[Proxy]:
    database.silent = True
    yield database
    database.silent = False
    dispose_engine()


@pytest.mark.parametrize("question", ASK)
def test_without_postgresql_a_cached_answer_is_served_and_marked_stale(cut: Proxy, question: str) -> None:
    reply = ASK[question]("known")
    assert (reply.status, reply.body["stale"]) == (200, True), reply.text
    assert "etag" not in reply.headers


def test_without_postgresql_the_metric_that_is_cached_is_served_without_the_other(cut: Proxy) -> None:
    reply = get(f"/api/predictions/half/{TOMORROW}")
    assert (reply.status, reply.body["stale"]) == (200, True), reply.text
    assert [made["metric"] for made in reply.body["predictions"]] == ["rhr"]
    assert [(one["metric"], one["code"]) for one in reply.body["unavailable"]] == [
        ("hrv", "database_unavailable")
    ]


def test_without_postgresql_what_must_be_computed_anew_is_not_answered_from_the_cache(cut: Proxy) -> None:
    for reply in (
        post("/api/features/engineer", {"userId": "known", "forceRecompute": True}),
        post("/api/insights/known/generate", {}),
    ):
        assert (reply.status, reply.body["code"]) == (503, "database_unavailable")


@pytest.mark.parametrize("question", ASK)
def test_without_postgresql_and_cache_it_is_503_with_retry_after(cut: Proxy, question: str) -> None:
    reply = ASK[question]("unknown")
    assert (reply.status, reply.body["code"]) == (503, "database_unavailable")
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize("function", ["features", "correlations", "predictions", "insights"])
def test_health_says_so_and_the_service_recovers_by_itself(cut: Proxy, function: str) -> None:
    health = call(function, "GET", "/health")
    assert (health.status, health.body["dependencies"]["database"]) == (503, "unhealthy")
    assert call(function, "GET", "/ready").status == 503
    cut.silent = False
    deadline = time.monotonic() + 10
    while ASK[function]("unknown").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert call(function, "GET", "/health").status == 200


def test_without_postgresql_nobody_gone_or_switched_off_is_answered_about(
    database: Proxy, backend: Backend
) -> None:
    add_person("leaver", days=40, last=TODAY)
    add_person("private", days=40, last=TODAY)
    asked = {"leaver": ("features", "rhr", "insights"), "private": ("rhr", "predictions", "insights")}
    for user, questions in asked.items():
        assert {ASK[question](user).status for question in questions} == {200}
    backend.delete("User", "leaver")
    backend.add_profile("private", enablePredictions=False, enableInsights=False)
    assert ASK["features"]("leaver").status == 404
    assert {ASK["rhr"]("private").status, ASK["insights"]("private").status} == {403}
    database.silent = True
    try:
        for user, questions in asked.items():
            assert {ASK[question](user).status for question in questions} == {503}
        assert ASK["correlations"]("known").status == 200
    finally:
        database.silent = False
        dispose_engine()


REDIS: dict[str, Behaviour] = {
    "black hole": silent,
    "dripping": dripping(b"$100000\r\n", b"x"),
    "garbage": dripping(b"\x80\x04\x95garbage\r\n", b"!", drops=3),
}


@pytest.mark.parametrize("question", ASK)
@pytest.mark.parametrize("fault", REDIS)
def test_a_broken_redis_costs_no_answer(settings_env: pytest.MonkeyPatch, fault: str, question: str) -> None:
    with hostile_server(REDIS[fault]) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", f"redis://127.0.0.1:{server.port}/0")
        get_cache.cache_clear()
        get_settings.cache_clear()
        reply = ASK[question]("known")
        assert reply.status == 200
        assert reply.body.get("cached", False) is False
    get_cache.cache_clear()
    get_settings.cache_clear()


@pytest.mark.parametrize("question", ASK)
def test_a_refused_redis_costs_no_answer(settings_env: pytest.MonkeyPatch, question: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        get_cache.cache_clear()
        get_settings.cache_clear()
        assert ASK[question]("known").status == 200
    get_cache.cache_clear()
    get_settings.cache_clear()
