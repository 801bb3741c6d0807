"""The emulator is for its developer alone, and says what is wrong with a request as AWS does."""

import asyncio
import json

import pytest

from functions.local.emulator.executions import Executions
from functions.local.emulator.lambda_api import LambdaApi
from functions.local.emulator.web import Request, Response, refuse_stranger


def refused(method: str = "GET", **headers: str) -> str | None:
    """The code it is refused with."""
    sent = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    refusal = refuse_stranger(sent, method)
    return None if refusal is None else str(json.loads(refusal.body)["code"])


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LocalHost:8000", "127.0.0.1:80", "[::1]:9"])
def test_a_name_of_this_machine_is_answered(host: str) -> None:
    assert refused(host=host) is None
    assert refused("POST", host=host, origin=f"http://{host}") is None
    assert refused("POST", host=host, sec_fetch_site="same-origin") is None
    assert refused(host=host, sec_fetch_site="cross-site", sec_fetch_mode="navigate") is None, "a link"


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io", "xlocalhost"),
        *("", "localhost:8000@x", "localhost:123456", "0.0.0.0:8000", "10.0.0.5", "localhost, evil.example"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_name_that_points_here_is_not(host: str, method: str) -> None:
    assert refused(method, host=host) == "foreign_host"
    assert refused(method) == "foreign_host"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:1",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_is_not_answered(origin: str, method: str) -> None:
    assert refused(method, host="localhost:8000", origin=origin) == "foreign_origin"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_carries_no_origin_is_known_by_its_site(site: str) -> None:
    for method, mode in (("POST", "navigate"), ("GET", "no-cors")):
        told = refused(method, host="localhost", sec_fetch_site=site, sec_fetch_mode=mode)
        assert told == "foreign_origin"


def states(action: str, body: bytes) -> tuple[int, str]:
    executions = Executions([], [], None)  # type: ignore[arg-type]
    headers = (("x-amz-target", f"AWSStepFunctions.{action}"),)
    answer = asyncio.run(executions.respond(Request("POST", "/", headers, body, "127.0.0.1", 1)))
    return answer.status, json.loads(answer.body)["__type"]


MACHINE = '"stateMachineArn": "arn:aws:states:us-east-1:0:stateMachine:x"'


@pytest.mark.parametrize(
    ("action", "body", "kind"),
    [
        ("StartExecution", b"", "SerializationException"),
        ("StartExecution", b"{", "SerializationException"),
        ("StartExecution", b"[" * 100_000, "SerializationException"),
        ("StartExecution", b"\xff", "SerializationException"),
        ("StartExecution", b"[]", "SerializationException"),
        ("StartExecution", b"null", "SerializationException"),
        ("StartExecution", b'{"stateMachineArn": 7}', "SerializationException"),
        ("StartExecution", f'{{{MACHINE}, "input": {{}}}}'.encode(), "SerializationException"),
        ("StartExecution", b"{}", "ValidationException"),
        ("StartExecution", b'{"stateMachineArn": "x"}', "InvalidArn"),
        ("StartExecution", f"{{{MACHINE}}}".encode(), "StateMachineDoesNotExist"),
        ("DescribeExecution", b"{}", "ValidationException"),
        ("DescribeExecution", b'{"executionArn": "arn:x"}', "ExecutionDoesNotExist"),
        ("StopExecution", b"{}", "UnknownOperationException"),
        ("", b"{}", "UnknownOperationException"),
    ],
)
def test_a_malformed_request_to_step_functions_gets_its_error(action: str, body: bytes, kind: str) -> None:
    assert states(action, body) == (400, kind)


def invoke(path: str, body: bytes = b"{}", **headers: str) -> Response:
    api = LambdaApi([], None)  # type: ignore[arg-type]
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return asyncio.run(api.respond(Request("POST", path, sent, body, "127.0.0.1", 1)))


@pytest.mark.parametrize("path", ["x/invocations", "%ff/invocations", "/invocations", "x/y/z", "", "é"])
def test_a_function_that_is_none_is_told_as_lambda_does(path: str) -> None:
    answer = invoke(f"/2015-03-31/functions/{path}")
    assert answer.status == 404
    assert dict(answer.headers)["x-amzn-errortype"].endswith("Exception")
