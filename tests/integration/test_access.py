"""Who may ask about whom, for every operation the contract lists: a new route cannot escape."""

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from common.settings import get_settings
from tests.fixtures.calls import Reply, call
from tests.fixtures.events import load_event
from tests.integration.people import add_person

SECRET = "a-secret-of-at-least-thirty-two-bytes"
FUNCTIONS = ("features", "correlations", "predictions", "insights")
OPEN_TO_ALL = {"/", "/health", "/ready", "/metrics", "/api/features/catalog"}
SERVICE_ONLY = {"/api/insights/summary", "/api/predictions/batch"}
BODIES = {
    "/api/predictions/what-if": {"userId": "bob", "metric": "rhr", "changes": {"steps": 9_000}},
    "/api/predictions/batch": {"items": [{"userId": "bob", "metric": "rhr"}]},
}
VALUES = {
    "userId": "bob",
    "date": str(datetime.now(UTC).date()),
    "metricType": "rhr",
    "insightId": "0" * 32,
}


@pytest.fixture(scope="module", autouse=True)
def secured(settings_env: pytest.MonkeyPatch, _servers: None) -> Iterator[None]:
    settings_env.setenv("JWT_SECRET", SECRET)
    get_settings.cache_clear()
    for user in ("alice", "bob"):
        add_person(user, days=40)
    yield
    settings_env.delenv("JWT_SECRET")
    get_settings.cache_clear()


def token(subject: str, **claims: Any) -> str:
    now = datetime.now(UTC)
    told = {
        "sub": subject,
        "iss": "nutri-backend",
        "aud": "nutri-ml",
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    return jwt.encode(told | claims, SECRET, algorithm="HS256")


def operations() -> list[tuple[str, str, str, bool]]:
    """(function, method, path, has a body) of every operation about a person."""
    found = []
    for function in FUNCTIONS:
        app = importlib.import_module(f"functions.{function}.app").app
        for path, methods in app.openapi()["paths"].items():
            if path not in OPEN_TO_ALL:
                found += [(function, m.upper(), path, "requestBody" in told) for m, told in methods.items()]
    return found


def ask(function: str, method: str, path: str, has_body: bool, **headers: str) -> Reply:
    usual = {"userId": VALUES["userId"]} if "{userId}" not in path else {}
    body = BODIES.get(path, usual) if has_body else None
    return call(function, method, path.format(**VALUES), body=body, **headers)


def test_nobody_sees_another_person_on_any_route() -> None:
    seen = [
        (method, path, reply.status)
        for function, method, path, has_body in operations()
        if (reply := ask(function, method, path, has_body, x_nutri_token=token("alice"))).status
        != (403 if path in SERVICE_ONLY else 404)
    ]
    assert seen == []
    assert len(operations()) >= 9


def test_nobody_without_a_token_sees_anything_on_any_route() -> None:
    for function, method, path, has_body in operations():
        reply = ask(function, method, path, has_body)
        assert (reply.status, reply.body["code"]) == (401, "unauthenticated"), path


def test_a_person_and_the_service_see_that_person() -> None:
    for caller in (token("bob"), token("backend", scope="service")):
        reply = ask("correlations", "GET", "/api/correlations/{userId}", False, x_nutri_token=caller)
        assert reply.status == 200


def test_a_signed_function_url_event_carries_the_token_beside_its_signature() -> None:
    event = load_event("function_url_signed")
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/api/features/bob/{VALUES['date']}"
    event["requestContext"]["http"]["method"] = "GET"
    event["rawQueryString"] = ""
    event["headers"]["x-nutri-token"] = token("bob")
    assert "authorization" in {name.lower() for name in event["headers"]}
    answer = importlib.import_module("functions.features.handler").handler(event, None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["userId"] == "bob"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_schedule_event_at_an_http_function_is_a_clear_refusal(function: str) -> None:
    handler = importlib.import_module(f"functions.{function}.handler").handler
    answer = handler(load_event("scheduled"), None)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["code"] == "not_an_http_event"
