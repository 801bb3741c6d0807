"""Events as the platform, and anyone who may invoke the function, can send them."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from common.http import create_handler
from common.http.function_url import Handler
from tests.fixtures.environment import set_environment
from tests.fixtures.events import load_event, request_event
from tests.fixtures.mutations import mutated
from tests.fixtures.sample_app import sample_app


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path, LOG_LEVEL="CRITICAL")
    return create_handler(sample_app())


def code_of(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["code"]


@pytest.mark.parametrize("name", ["scheduled", "sqs", "rest_api"])
def test_an_event_that_is_no_function_url_request_is_refused_by_name(handler: Handler, name: str) -> None:
    assert code_of(handler(load_event(name), None)) == (400, "not_an_http_event")


@pytest.mark.parametrize(
    "event", [{}, None, [], "event", 7, {"version": "2.0"}, {"version": "2.0", "requestContext": None}]
)
def test_anything_at_all_is_answered(handler: Handler, event: object) -> None:
    assert code_of(handler(event, None)) == (400, "not_an_http_event")


@pytest.mark.parametrize(
    "method", [None, "", 7, "get", "GET /", "G\u00c9T", "GET\r\nx: y", "X" * 17, ["GET"]]
)
def test_a_method_that_is_none_is_refused(handler: Handler, method: object) -> None:
    event = request_event("GET", "/people/user-a")
    event["requestContext"]["http"]["method"] = method
    assert code_of(handler(event, None)) == (400, "not_an_http_event")


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        [],
        {"host": None},
        {"host": "[2001:db8::1]:8000"},
        {"host": "::1"},
        {"host": "a:b:c"},
        {"host": "local", "x-forwarded-port": "443, 8000"},
        {"host": "local", "x-forwarded-port": "https"},
        {"x-forwarded-proto": "gopher"},
        {"x-odd": 7, "accept": ["*/*"]},
        {"x-utf8": "naïve ☕ \ud800"},
        {"Accept": "*/*", "ACCEPT": "text/html"},
        {"content-length": "many"},
    ],
    ids=str,
)
def test_odd_headers_are_no_reason_to_fail(handler: Handler, headers: object) -> None:
    event = request_event("GET", "/people/user-a") | {"headers": headers}
    assert handler(event, None)["statusCode"] == 200


@pytest.mark.parametrize(
    "missing", ["accountId", "domainName", "requestId", "stage", "timeEpoch", "routeKey"]
)
def test_a_request_context_without_its_particulars_is_enough(handler: Handler, missing: str) -> None:
    event = request_event("GET", "/people/user-a")
    del event["requestContext"][missing]
    del event["requestContext"]["http"]["sourceIp"]
    del event["rawQueryString"]
    assert handler(event, None)["statusCode"] == 200


def test_the_whole_request_reaches_the_route(handler: Handler) -> None:
    answer = handler(load_event("function_url_full"), None)
    assert answer["statusCode"] == 200
    told = answer["body"]
    for expected in (
        "'name': 'café'",
        "'tags': ['a', 'b c']",
        "'empty': ''",
        "'cookies': {'session': '1', 'theme': 'dark'}",
        "'custom': 'one,two'",
        "'body': '{\"userId\": \"user-a\"}'",
        "'client': '2001:db8::7'",
    ):
        assert expected in told


def test_cookies_are_answered_one_by_one_and_bytes_as_base64(handler: Handler) -> None:
    answer = handler(load_event("function_url_full"), None)
    assert [cookie.partition("=")[0] for cookie in answer["cookies"]] == ["seen", "again"]
    assert "set-cookie" not in answer["headers"]
    binary = handler(request_event("GET", "/bytes"), None)
    assert binary["isBase64Encoded"]
    assert b64decode(binary["body"]) == bytes(range(256))
    text = handler(request_event("GET", "/people/user-a"), None)
    assert (text["isBase64Encoded"], text["body"]) == (False, '{"value":1}')


def test_a_repeated_query_parameter_is_no_reason_to_fail(handler: Handler) -> None:
    answer = handler(request_event("GET", "/days/2026-01-17", query="limit=1&limit=2&limit"), None)
    assert answer["statusCode"] in (200, 422)


EVENTS = [
    request_event("POST", "/people", body=b'{"userId": "user-a"}'),
    load_event("function_url_full"),
    load_event("function_url_signed"),
]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=mutated(EVENTS))
def test_no_mutation_of_a_real_event_is_a_crash(handler: Handler, event: dict[str, Any]) -> None:
    answer = handler(event, None)
    assert 200 <= answer["statusCode"] < 500
    json.dumps(answer, allow_nan=False)


def test_the_platforms_request_id_names_a_refusal_too(handler: Handler) -> None:
    class Context:
        aws_request_id = "platform-1"

    assert json.loads(handler({}, Context())["body"])["requestId"] == "platform-1"
