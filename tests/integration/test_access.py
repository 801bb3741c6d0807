"""Who may ask about whom, for every operation the contract lists: a new route cannot escape."""

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from common.settings import get_settings
from tests.fixtures.calls import get
from tests.fixtures.events import load_event
from tests.fixtures.operations import ABOUT_NOBODY, FUNCTIONS, OF_THE_SERVICE, operations
from tests.fixtures.tokens import SECRET, mint
from tests.integration.people import add_person

GUARDED = [operation for operation in operations() if operation.path not in OF_THE_SERVICE | ABOUT_NOBODY]


@pytest.fixture(scope="module", autouse=True)
def secured(settings_env: pytest.MonkeyPatch, _servers: None) -> Iterator[None]:
    settings_env.setenv("JWT_SECRET", SECRET)
    get_settings.cache_clear()
    for user in ("alice", "bob"):
        add_person(user, days=40)
    yield
    settings_env.delenv("JWT_SECRET")
    get_settings.cache_clear()


def test_nobody_sees_another_person_on_any_route() -> None:
    seen = [
        (operation.name, reply.status, reply.text)
        for operation in GUARDED
        if (reply := operation.ask("bob", x_nutri_token=mint("alice"))).status
        != (404 if operation.about_a_person else 403)
    ]
    assert seen == []
    assert len(GUARDED) >= 18


def test_nobody_without_a_token_sees_anything_on_any_route() -> None:
    for operation in GUARDED:
        reply = operation.ask("bob")
        assert (reply.status, reply.body["code"]) == (401, "unauthenticated"), operation.name


def test_everybody_reaches_their_own_on_every_route() -> None:
    """So that a refusal above is for whose it is, and not for what was asked."""
    for operation in GUARDED:
        reply = operation.ask("bob", x_nutri_token=mint("bob", scope="service"))
        assert reply.status < 500, operation.name
        assert reply.status not in (400, 401, 405, 429), (operation.name, reply.text)
        assert reply.body.get("code") != "invalid_input", (operation.name, reply.text)


def test_no_operation_takes_a_parameter_it_does_not_have() -> None:
    for operation in operations():
        reply = operation.ask("bob", "nobody-knows=1", x_nutri_token=mint("bob", scope="service"))
        assert reply.status == 422, operation.name
        assert reply.body["errors"][0]["code"] == "extra_forbidden", operation.name


def test_a_person_and_the_service_see_that_person() -> None:
    for caller in (mint("bob"), mint("backend", scope="service")):
        assert get("/api/correlations/bob", x_nutri_token=caller).status == 200


def test_a_signed_function_url_event_carries_the_token_beside_its_signature() -> None:
    event = load_event("function_url_signed")
    event["rawPath"] = event["requestContext"]["http"]["path"] = (
        f"/api/features/bob/{datetime.now(UTC).date()}"
    )
    event["requestContext"]["http"]["method"] = "GET"
    event["rawQueryString"] = ""
    event["headers"]["x-nutri-token"] = mint("bob")
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
