"""HTTP to function-URL events and back, without a socket."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.local.emulator.events import MalformedResult, build_event, read_result
from functions.local.emulator.web import Request

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "events" / "function_url_full.json"


def make_request(
    *headers: tuple[str, str], method: str = "GET", target: str = "/a", body: bytes = b""
) -> Request:
    host = [] if any(name == "host" for name, _ in headers) else [("host", "localhost:8000")]
    return Request(method, target, (*host, *headers), body, "127.0.0.1", 8000)


def event_of(request: Request) -> dict[str, Any]:
    return build_event(request, request_id="r-1", trace_id="Root=1-0-0", now=NOW)


def test_an_event_has_no_other_keys_than_a_recorded_one() -> None:
    recorded = json.loads(RECORDED.read_text())
    request = make_request(("cookie", "a=1"), target="/a?x=1", body=b"{}")
    event = event_of(request)
    assert event.keys() <= recorded.keys() | {"queryStringParameters", "body"}
    assert event["requestContext"].keys() <= recorded["requestContext"].keys() | {"authorizer"}
    assert event["requestContext"]["http"].keys() == recorded["requestContext"]["http"].keys()


def test_time_is_given_as_the_platform_gives_it() -> None:
    context = event_of(make_request())["requestContext"]
    assert (context["time"], context["timeEpoch"]) == ("01/Mar/2026:09:30:15 +0000", 1772357415250)


def test_repeated_headers_and_parameters_are_joined_by_commas() -> None:
    event = event_of(make_request(("x-a", "1"), ("x-a", "2"), target="/a?k=1&k=2&empty=&enc=%C3%A9+b"))
    assert event["headers"]["x-a"] == "1,2"
    assert event["queryStringParameters"] == {"k": "1,2", "empty": "", "enc": "é b"}
    assert event["rawQueryString"] == "k=1&k=2&empty=&enc=%C3%A9+b"


def test_cookies_leave_the_headers() -> None:
    event = event_of(make_request(("cookie", "a=1; b=2"), ("cookie", "c=3")))
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]


def test_a_path_stays_encoded_as_it_was_sent() -> None:
    event = event_of(make_request(target="/users/%2e%2e%2Fx"))
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/users/%2e%2e%2Fx"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8000", "localhost"),
        ("[::1]:8000", "::1"),
        ("[fe80::1]", "fe80::1"),
        ("abc.example", "abc.example"),
    ],
)
def test_the_domain_name_has_no_port_and_no_brackets(host: str, name: str) -> None:
    event = event_of(make_request(("host", host)))
    assert event["requestContext"]["domainName"] == name
    assert event["headers"]["host"] == host


def test_a_caller_cannot_claim_where_the_request_came_from() -> None:
    event = event_of(make_request(("x-forwarded-for", "8.8.8.8"), ("x-forwarded-proto", "ftp")))
    assert event["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert event["headers"]["x-forwarded-proto"] == "http"


def test_a_signed_request_names_its_signer_and_keeps_the_user_token() -> None:
    signed = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/lambda/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=00"
    )
    event = event_of(make_request(("authorization", signed), ("x-nutri-token", "t")))
    assert event["requestContext"]["authorizer"]["iam"]["accessKey"] == "AKIDEXAMPLE"
    assert event["requestContext"]["accountId"] == "000000000000"
    assert event["headers"]["x-nutri-token"] == "t"


@pytest.mark.parametrize(
    "authorization", ["Bearer abc", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=x/y/z"]
)
def test_any_other_authorization_is_anonymous(authorization: str) -> None:
    context = event_of(make_request(("authorization", authorization)))["requestContext"]
    assert "authorizer" not in context
    assert context["accountId"] == "anonymous"


@given(
    body=st.binary(min_size=1),
    kind=st.sampled_from(["application/json", "text/plain; charset=x", "image/png", ""]),
)
def test_every_body_can_be_read_back(body: bytes, kind: str) -> None:
    event = event_of(make_request(("content-type", kind), method="POST", body=body))
    json.dumps(event)
    read = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    assert read == body


def test_a_compressed_json_body_is_binary() -> None:
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    assert event_of(make_request(*headers, body=b"{}"))["isBase64Encoded"] is True


def test_no_body_is_no_key() -> None:
    assert "body" not in event_of(make_request())


def test_a_result_without_status_is_the_body_itself() -> None:
    response = read_result(b'{"a": 1}')
    assert (response.status, response.body) == (200, b'{"a": 1}')
    assert dict(response.headers) == {"content-type": "application/json"}


def test_a_full_result_becomes_a_response() -> None:
    result = {
        "statusCode": 201,
        "headers": {"X-N": 3, "X-T": True, "Connection": "close", "Content-Length": "99"},
        "cookies": ["a=1", "b=2"],
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    }
    response = read_result(json.dumps(result).encode())
    assert (response.status, response.body) == (201, b"\x00\xff")
    assert list(response.headers) == [
        ("x-n", "3"),
        ("x-t", "true"),
        ("content-type", "application/json"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "teapot"},
        {"statusCode": 99},
        {"statusCode": None},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
    ],
)
def test_a_result_that_is_no_response_is_refused(result: object) -> None:
    with pytest.raises(MalformedResult):
        read_result(json.dumps(result).encode())
