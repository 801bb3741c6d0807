"""Health and readiness with real servers, without them, and with ones that hang."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.errors import Unavailable
from common.http import create_handler
from common.http.function_url import Handler
from common.store.engine import dispose_engine
from tests.fixtures.environment import set_environment
from tests.fixtures.events import request_event
from tests.fixtures.hostile import dripping, hostile_server, silent
from tests.fixtures.sample_app import sample_app

Start = Callable[..., Handler]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, redis_url: str) -> Start:
    """A handler whose servers are the real ones, unless others are named."""

    def start(ready_checks: tuple[Callable[[], list[str]], ...] = (), **variables: str) -> Handler:
        dispose_engine()
        servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "LOG_LEVEL": "CRITICAL"}
        set_environment(monkeypatch, tmp_path, **(servers | variables))
        return create_handler(sample_app(ready_checks=ready_checks))

    return start


def ask(handler: Handler, path: str) -> tuple[int, dict[str, Any]]:
    answer = handler(request_event("GET", path), None)
    return answer["statusCode"], json.loads(answer["body"])


def test_health_has_exactly_the_products_body(start: Start) -> None:
    assert ask(start(), "/health") == (
        200,
        {
            "status": "healthy",
            "service": "Nutri ML Service",
            "version": "1.0.0",
            "environment": "development",
            "dependencies": {"database": "healthy", "redis": "healthy"},
        },
    )


def test_without_redis_the_service_is_degraded_and_ready(start: Start) -> None:
    handler = start(REDIS_URL="redis://127.0.0.1:1/0")
    status, health = ask(handler, "/health")
    assert (status, health["status"]) == (200, "degraded")
    assert health["dependencies"] == {"database": "healthy", "redis": "unhealthy"}
    assert ask(handler, "/ready") == (200, {"ready": True})


def test_without_postgresql_the_service_is_unhealthy_and_not_ready(start: Start) -> None:
    handler = start(DATABASE_URL="postgresql://u:p@127.0.0.1:1/nutri")
    status, health = ask(handler, "/health")
    assert (status, health["status"]) == (503, "unhealthy")
    assert health["dependencies"] == {"database": "unhealthy", "redis": "healthy"}
    status, problem = ask(handler, "/ready")
    assert (status, problem["code"]) == (503, "not_ready")
    assert [one["code"] for one in problem["errors"]] == ["database_unavailable"]


@pytest.mark.parametrize(
    "behave", [silent, dripping(b"", b"R"), dripping(b"N", b"\0")], ids=["silent", "dripping", "half a word"]
)
def test_health_answers_while_both_servers_hang(start: Start, behave: Any) -> None:
    """The servers would keep a patient client for many seconds: health is told before they are done."""
    with hostile_server(behave) as database, hostile_server(behave) as redis:
        handler = start(
            DATABASE_URL=f"postgresql://u:p@127.0.0.1:{database.port}/nutri",
            REDIS_URL=f"redis://127.0.0.1:{redis.port}/0",
        )
        status, health = ask(handler, "/health")
        assert (status, health["status"]) == (503, "unhealthy")
        assert (database.connections, redis.connections) == (1, 1)
        assert (database.finished, redis.finished) == (0, 0)


def test_an_unmet_contract_or_a_missing_model_is_not_ready_and_named(start: Start) -> None:
    def contract() -> list[str]:
        return ['"Meal"."protein" is missing']

    def model() -> list[str]:
        raise Unavailable("The model is missing.", code="model_missing")

    status, problem = ask(start((contract, model)), "/ready")
    assert status == 503
    assert [(one["code"], one["detail"]) for one in problem["errors"]] == [
        ("not_ready", '"Meal"."protein" is missing'),
        ("model_missing", "The model is missing."),
    ]
    assert ask(start((list,)), "/ready") == (200, {"ready": True})
