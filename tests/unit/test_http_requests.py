"""What every request gets, whatever its route: ids, headers, entity tags, and one line of log."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from common.http import create_handler
from common.http.answers import matches
from common.http.function_url import Handler
from tests.fixtures.environment import SECRET, set_environment
from tests.fixtures.events import load_event, request_event
from tests.fixtures.sample_app import sample_app

PLATFORM_ID = load_event("function_url_get")["requestContext"]["requestId"]
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path)
    return create_handler(sample_app())


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path, ENVIRONMENT="test", JWT_SECRET=SECRET)
    return create_handler(sample_app())


def token(subject: str = "user-a", **claims: Any) -> str:
    now = datetime.now(UTC)
    told = {"sub": subject, "iss": "nutri-backend", "aud": "nutri-ml", "iat": now}
    return jwt.encode({**told, "exp": now + timedelta(minutes=5), **claims}, SECRET, algorithm="HS256")


def headers_of(handler: Handler, **headers: str) -> dict[str, str]:
    event = request_event("GET", "/people/user-a")
    event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    found: dict[str, str] = handler(event, None)["headers"]
    return found


def test_a_callers_request_id_and_trace_come_back(handler: Handler) -> None:
    told = headers_of(handler, x_request_id="abc-123", traceparent=PARENT)
    assert (told["x-request-id"], told["traceparent"]) == ("abc-123", PARENT)


def test_without_a_callers_request_id_the_platforms_is_used(handler: Handler) -> None:
    assert (
        headers_of(handler)["x-request-id"] == load_event("function_url_get")["requestContext"]["requestId"]
    )


@pytest.mark.parametrize("bad", ["", "a b", "a\nb", "x" * 129, "é", '"', "<script>", "-a"])
def test_a_request_id_that_could_harm_a_log_is_replaced(handler: Handler, bad: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", headers_of(handler, x_request_id=bad)["x-request-id"])


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        PARENT.upper(),
        PARENT[:-1],
        "ff" + PARENT[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        PARENT + "\n",
    ],
)
def test_a_trace_that_is_none_is_not_given_back(handler: Handler, bad: str) -> None:
    assert "traceparent" not in headers_of(handler, traceparent=bad)


@pytest.mark.parametrize("path", ["/people/user-a", "/nowhere", "/raise/unforeseen", "/metrics"])
def test_every_answer_has_the_security_headers(handler: Handler, path: str) -> None:
    assert_secured(handler(request_event("GET", path), None)["headers"])


@pytest.mark.parametrize(
    "event", [{}, {"canary": 1}, load_event("scheduled")], ids=["empty", "odd", "scheduled"]
)
def test_the_refusal_of_what_is_no_request_has_them_too(handler: Handler, event: object) -> None:
    assert_secured(handler(event, None)["headers"])


def assert_secured(told: dict[str, str]) -> None:
    assert told["x-content-type-options"] == "nosniff"
    assert told["x-frame-options"] == "DENY"
    assert told["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert told["referrer-policy"] == "no-referrer"
    assert "max-age" in told["strict-transport-security"]
    assert "private" in told["cache-control"] or told["cache-control"] == "no-store"


def test_an_answer_the_caller_has_is_not_sent_again(handler: Handler) -> None:
    first = handler(request_event("GET", "/people/user-a"), None)
    assert (first["statusCode"], first["headers"]["etag"]) == (200, 'W/"abc"')
    again = handler(request_event("GET", "/people/user-a", if_none_match=first["headers"]["etag"]), None)
    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["etag"] == 'W/"abc"'
    assert again["headers"]["cache-control"] == "private, no-cache"
    assert "content-type" not in again["headers"]


def test_a_stale_answer_is_sent_in_full_and_not_to_be_kept(handler: Handler) -> None:
    answer = handler(request_event("GET", "/stale", if_none_match="*"), None)
    assert answer["statusCode"] == 200
    assert "etag" not in answer["headers"]
    assert answer["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "matched"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ("*", True),
        (" * ", True),
        ('"x", W/"abc" ,"y"', True),
        ('"x","abc"', True),
        ('"abcd"', False),
        ("abc", False),
        ('"x, abc"', False),
        ('W/"ABC"', False),
        ('"*"', False),
        ("", False),
        ('"abc', False),
    ],
)
def test_entity_tags_are_compared_weakly_and_as_a_list(asked: str, matched: bool) -> None:
    assert matches(asked, 'W/"abc"') is matched
    assert matches(asked, '"abc"') is matched


def test_one_line_of_log_tells_the_route_and_no_id(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    create_handler(sample_app())
    handler(request_event("GET", "/people/user-canary", query="q=canary", traceparent=PARENT), None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 1
    assert lines[0]["route"] == "/people/{userId}"
    assert (lines[0]["method"], lines[0]["status"], lines[0]["coldStart"]) == ("GET", 200, True)
    assert (lines[0]["traceId"], lines[0]["level"]) == (TRACE, "INFO")
    assert lines[0]["requestId"] == PLATFORM_ID
    assert lines[0]["ms"] >= 0
    assert "canary" not in json.dumps(lines)
    handler(request_event("GET", "/people/user-a"), None)
    assert json.loads(capsys.readouterr().out)["coldStart"] is False


def test_nothing_a_caller_sends_reaches_a_log(guarded: Handler, capsys: pytest.CaptureFixture[str]) -> None:
    secret_token = token("user-canary")
    for event in (
        request_event("POST", "/people", body=b'{"userId": "user-canary", "amount": "canary"}'),
        request_event("POST", "/people", body=b'{"canary": '),
        request_event("GET", "/canary/canary"),
        request_event("GET", "/people/user-canary", x_nutri_token=secret_token),
        request_event("GET", "/people/user-canary", x_nutri_token="canary"),
        request_event("CANARY", "/people/user-canary"),
        request_event("GET", "/raise/unforeseen", authorization="canary", cookie="canary"),
        request_event("GET", "/days/canary", query="limit=canary"),
        {"canary": "canary"},
    ):
        guarded(event, None)
    logged = capsys.readouterr().out
    assert "request" in logged
    assert "canary" not in logged.lower()
    assert secret_token not in logged
    assert SECRET not in logged


def test_a_log_nobody_reads_fails_no_request(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    assert handler(request_event("GET", "/people/user-a"), None)["statusCode"] == 200


def test_a_caller_needs_a_token_and_sees_only_their_own_person(guarded: Handler) -> None:
    own = token("user-a")
    assert guarded(request_event("GET", "/people/user-a", x_nutri_token=own), None)["statusCode"] == 200
    refused = guarded(request_event("GET", "/people/user-a"), None)
    assert refused["statusCode"] == 401
    assert refused["headers"]["www-authenticate"] == "X-Nutri-Token"
    foreign = guarded(request_event("GET", "/people/user-b", x_nutri_token=own), None)
    assert (foreign["statusCode"], json.loads(foreign["body"])["code"]) == (404, "not_found")
    body = b'{"userId": "user-b"}'
    assert guarded(request_event("POST", "/people", body=body, x_nutri_token=own), None)["statusCode"] == 404


def test_service_routes_need_the_service_scope(guarded: Handler) -> None:
    assert guarded(request_event("GET", "/service"), None)["statusCode"] == 401
    assert guarded(request_event("GET", "/service", x_nutri_token=token()), None)["statusCode"] == 403
    scoped = token("backend", scope="service")
    assert guarded(request_event("GET", "/service", x_nutri_token=scoped), None)["statusCode"] == 200
    assert guarded(request_event("GET", "/people/user-b", x_nutri_token=scoped), None)["statusCode"] == 200


def test_the_authorization_header_is_the_platforms_and_no_token_of_ours(guarded: Handler) -> None:
    event = request_event("GET", "/people/user-a", authorization=f"Bearer {token()}")
    assert guarded(event, None)["statusCode"] == 401


def test_a_signed_event_with_the_users_token_works(guarded: Handler) -> None:
    event = load_event("function_url_signed")
    assert guarded(event, None)["statusCode"] == 401
    event["headers"]["x-nutri-token"] = token()
    assert guarded(event, None)["statusCode"] == 200


@pytest.mark.parametrize(("query", "status"), [("", 200), ("nothing=1", 422)])
def test_every_answer_of_a_deprecated_operation_says_until_when(
    handler: Handler, query: str, status: int
) -> None:
    answer = handler(request_event("GET", "/days/2026-01-01", query=query), None)
    assert answer["statusCode"] == status
    headers = answer["headers"]
    assert headers["deprecation"] == f"@{datetime(2026, 11, 29, tzinfo=UTC).timestamp():.0f}"
    assert headers["sunset"] == "Sat, 29 May 2027 00:00:00 GMT"
    assert headers["link"] == '</people/{userId}>; rel="successor-version"'


def test_no_other_answer_has_such_headers(handler: Handler) -> None:
    for path in ("/people/user-a", "/nowhere"):
        headers = handler(request_event("GET", path), None)["headers"]
        assert not {"deprecation", "sunset", "link"} & headers.keys()


def test_the_contract_says_what_is_deprecated_and_what_to_use(handler: Handler) -> None:
    document = json.loads(handler(request_event("GET", "/openapi.json"), None)["body"])
    old = document["paths"]["/days/{day}"]["get"]
    assert old["deprecated"]
    assert "until 2027-05-29: use `/people/{userId}`" in old["description"]
    assert "deprecated" not in document["paths"]["/people/{userId}"]["get"]
