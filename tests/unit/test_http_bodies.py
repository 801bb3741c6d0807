"""Request bodies nobody sends by accident: refused with 400, 413 or 422, never a 500."""

import asyncio
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Scope

from common.errors import PayloadTooLarge
from common.http import create_handler
from common.http.body import read_body
from common.http.function_url import Handler
from tests.fixtures.environment import set_environment
from tests.fixtures.events import request_event
from tests.fixtures.sample_app import sample_app

LIMIT = 262_144


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path, LOG_LEVEL="ERROR")
    return create_handler(sample_app())


def send(handler: Handler, body: bytes, **headers: str) -> tuple[int, str]:
    answer = handler(request_event("POST", "/people", body=body, **headers), None)
    return answer["statusCode"], json.loads(answer["body"])["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"userId": "user-a"} x',
        b'{"userId": "user-a",}',
        b'{"amount": NaN, "userId": "user-a"}',
        b'{"amount": Infinity, "userId": "user-a"}',
        b'{"amount": -Infinity, "userId": "user-a"}',
        b'{"userId": "\\ud800"}',
        b'{"userId": "\xff"}',
        b'{"userId": "\xed\xa0\x80"}',
        '{"userId": "user-a"}'.encode("utf-16"),
        '{"userId": "user-a"}'.encode("utf-32-le"),
        b'\xef\xbb\xbf{"userId": "user-a"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"userId": "user-a", "amount": ' + b"9" * 5_000 + b"}",
        b'{"userId": "user-a", "userId": "user-b"}',
        b'{"userId": "user-a", "nested": {"proteinG": 1, "proteinG": 2}}',
        b'{"userId": "user-a", "\\u0075serId": "user-b"}',
        b"\x00",
        b" ",
    ],
    ids=lambda body: repr(body)[:50],
)
def test_a_body_that_is_not_plain_json_is_malformed(handler: Handler, body: bytes) -> None:
    assert send(handler, body) == (400, "malformed_body")


@pytest.mark.parametrize(
    "body",
    [
        b'{"userId": "user-a", "amount": 1e999}',
        b'{"userId": "user-a", "amount": -1e999}',
        b'{"userId": "user-a", "amount": ' + b"9" * 400 + b"}",
        b'{"userId": "a\\u0000b"}',
        b'{"userId": "\\ud83d\\ude00"}',
        b'{"userId": true}',
        b'{"userId": "user-a", "amount": "NaN"}',
        b'{"userId": "user-a", "amount": "inf"}',
        b'{"userId": "user-a", "day": "+999999-01-01"}',
        b'{"userId": "user-a", "day": "2026-02-30"}',
        b'{"userId": "user-a", "day": 0}',
        b"null",
        b"[]",
        b"7",
    ],
    ids=lambda body: repr(body)[:50],
)
def test_json_with_an_impossible_value_is_invalid(handler: Handler, body: bytes) -> None:
    assert send(handler, body) == (422, "invalid_input")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "json;;;"])
def test_a_body_of_another_kind_is_not_guessed_at(handler: Handler, content_type: str) -> None:
    assert send(handler, b'{"userId": "user-a"}', content_type=content_type)[0] in (400, 422)


def padded(size: int) -> bytes:
    frame = b'{"userId": "user-a", "day": null}'
    return frame[:-1] + b" " * (size - len(frame)) + frame[-1:]


def test_the_limit_is_exact(handler: Handler) -> None:
    within = request_event("POST", "/people", body=padded(LIMIT))
    assert handler(within, None)["statusCode"] == 200
    assert send(handler, padded(LIMIT + 1)) == (413, "payload_too_large")


@pytest.mark.parametrize("announced", ["0", "10", "-1", "x", ""])
def test_a_lying_content_length_hides_nothing(handler: Handler, announced: str) -> None:
    assert send(handler, padded(LIMIT + 1), content_length=announced) == (413, "payload_too_large")


@pytest.mark.parametrize("announced", [str(LIMIT + 1), "9" * 5_000])
def test_an_announced_excess_is_refused_before_it_is_read(announced: str) -> None:
    async def receive() -> Message:
        pytest.fail("the body was read")

    scope: Scope = {"type": "http", "headers": [(b"content-length", announced.encode())]}
    with pytest.raises(PayloadTooLarge):
        asyncio.run(read_body(scope, receive, LIMIT))


def test_reading_stops_at_the_limit_of_an_endless_body() -> None:
    chunks = 0

    async def receive() -> Message:
        nonlocal chunks
        chunks += 1
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    with pytest.raises(PayloadTooLarge):
        asyncio.run(read_body({"type": "http", "headers": []}, receive, 10_000))
    assert chunks == 11


@pytest.mark.parametrize("body", ["%%%", "abc", "YWJj\n%", "é"])
def test_garbage_instead_of_base64_is_malformed(handler: Handler, body: str) -> None:
    event: dict[str, Any] = request_event("POST", "/people", body=b"{}") | {"body": body}
    answer = handler(event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "malformed_body")


@pytest.mark.parametrize("body", [{"userId": "user-a"}, ["x"], 7, True])
def test_an_event_whose_body_is_no_text_is_malformed(handler: Handler, body: object) -> None:
    event = request_event("POST", "/people", body=b"{}") | {"body": body}
    assert handler(event, None)["statusCode"] == 400


def test_text_and_base64_bodies_mean_the_same(handler: Handler) -> None:
    text = '{"userId": "user-a"}'
    event = request_event("POST", "/people", body=b"")
    plain = handler(event | {"body": text, "isBase64Encoded": False}, None)
    encoded = handler(event | {"body": b64encode(text.encode()).decode(), "isBase64Encoded": True}, None)
    assert plain["statusCode"] == encoded["statusCode"] == 200
    assert plain["body"] == encoded["body"]


def test_a_lone_surrogate_in_the_event_itself_is_malformed(handler: Handler) -> None:
    event = request_event("POST", "/people", body=b"") | {"body": '"\ud800"', "isBase64Encoded": False}
    assert handler(event, None)["statusCode"] == 400
