"""Functions invoked by name through boto3: the emulator speaks what the cloud speaks."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.local.emulator.events import build_event
from functions.local.emulator.scheduler import build_scheduled_event
from functions.local.emulator.web import Request

pytestmark = pytest.mark.e2e

HTTP_FUNCTIONS = ["features", "correlations", "predictions", "insights"]
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)


def http_event(method: str, target: str, body: bytes = b"") -> bytes:
    headers = (("host", "abc.lambda-url.us-east-1.on.aws"), ("content-type", "application/json"))
    request = Request(method, target, headers, body, "127.0.0.1", 443)
    return json.dumps(build_event(request, request_id="r-1", trace_id="Root=1-0-0", now=NOW)).encode()


def invoke(client: Any, name: str, payload: bytes, **options: str) -> Any:
    return client.invoke(FunctionName=f"nutri-{name}", Payload=payload, **options)


def read_payload(answer: Any) -> dict[str, Any]:
    assert "FunctionError" not in answer
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    return result


@pytest.mark.parametrize("name", HTTP_FUNCTIONS)
def test_a_function_says_what_it_is(lambda_client: Any, name: str) -> None:
    result = read_payload(invoke(lambda_client, name, http_event("GET", "/")))
    assert (result["statusCode"], json.loads(result["body"])["function"]) == (200, name)


def test_the_catalogue_arrives_whole(lambda_client: Any) -> None:
    result = read_payload(invoke(lambda_client, "features", http_event("GET", "/api/features/catalog")))
    assert len(json.loads(result["body"])["features"]) >= 120


def test_a_stranger_is_not_found(lambda_client: Any) -> None:
    event = http_event("GET", "/api/features/nobody-of-this-name/2026-01-01")
    result = read_payload(invoke(lambda_client, "features", event))
    assert result["statusCode"] == 404
    assert result["headers"]["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", HTTP_FUNCTIONS)
def test_a_schedule_pointed_at_an_http_function_is_refused_not_crashed(lambda_client: Any, name: str) -> None:
    event = json.dumps(build_scheduled_event("EveryHour", NOW)).encode()
    result = read_payload(invoke(lambda_client, name, event))
    assert (result["statusCode"], json.loads(result["body"])["code"]) == (400, "not_an_http_event")


def test_an_asynchronous_call_is_accepted_at_once(lambda_client: Any) -> None:
    answer = invoke(lambda_client, "features", http_event("GET", "/health"), InvocationType="Event")
    assert answer["StatusCode"] == 202


def test_an_unknown_function_is_the_client_library_s_own_error(lambda_client: Any) -> None:
    with pytest.raises(ClientError) as raised:
        invoke(lambda_client, "absent", b"{}")
    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_payload_that_is_too_large_is_refused(lambda_client: Any) -> None:
    with pytest.raises(ClientError) as raised:
        invoke(lambda_client, "features", json.dumps("x" * 7_000_000).encode())
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_the_sdk_stays_out_of_what_is_deployed() -> None:
    root = Path(__file__).parents[2]
    pinned = "".join(path.read_text() for path in root.glob("layers/*/requirements.txt"))
    assert "boto" not in pinned
    assert "localstack" not in pinned
