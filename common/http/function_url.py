"""A function-URL event (payload format 2.0) as an ASGI request, and the response as its answer.

Takes nothing about an event for granted: whoever may invoke the function may send it anything. Mangum's own
reading of the format assumes headers, a numeric port and a host without colons, and stops at the first that
is otherwise; so Mangum runs the application, and this reads the event.
"""

import asyncio
import binascii
import logging
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote

from mangum import Mangum
from mangum.types import LambdaConfig, LambdaContext, LambdaEvent, Scope
from mangum.types import Response as Answered
from starlette.types import ASGIApp

from common.http.middleware import complete
from common.http.problems import MalformedBody, fault, problem, problem_of
from common.settings import get_settings
from common.telemetry import configure_logging, configure_tracing, request_id

# glibc gives what a request freed back to the system, to fault it in again page by page at the next one,
# until it has seen an allocation as large as this freed (mallopt(3), "dynamic mmap threshold")
LARGEST_KEPT_BYTES = 31 << 20

TEXT = ("text/", "application/json", "application/problem+json")
METHOD = re.compile(r"[A-Z]{1,16}")

logger = logging.getLogger(__name__)

Handler = Callable[[Any, Any], dict[str, Any]]


class NotAnHttpEvent(Exception):
    """A schedule, a queue message, or anything else that is no request."""


class FunctionUrl:
    """Mangum's handler protocol for this one kind of event."""

    @classmethod
    def infer(cls, event: LambdaEvent, context: LambdaContext, config: LambdaConfig) -> bool:
        return True

    def __init__(self, event: LambdaEvent, context: LambdaContext, config: LambdaConfig) -> None:
        self.event = event

    @property
    def body(self) -> bytes:
        body = self.event.get("body") or ""
        if not isinstance(body, str):
            raise MalformedBody("The event's body is not text.")
        try:
            return b64decode(body, validate=True) if self.event.get("isBase64Encoded") else body.encode()
        except (binascii.Error, ValueError):
            raise MalformedBody("The event's body is not what isBase64Encoded says.") from None

    @property
    def scope(self) -> Scope:
        request = self.event["requestContext"]
        path = _text(self.event.get("rawPath")) or "/"
        headers = _headers(self.event, request)
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request["http"]["method"],
            "headers": headers,
            "path": unquote(path),
            "raw_path": path.encode("utf-8", "replace"),
            "root_path": "",
            "scheme": "https",
            "query_string": _text(self.event.get("rawQueryString")).encode("utf-8", "replace"),
            "server": ("function-url", 443),
            "client": (_text(request["http"].get("sourceIp")), 0),
            "asgi": {"version": "3.0", "spec_version": "2.0"},
        }

    def __call__(self, response: Answered) -> dict[str, Any]:
        return _answer(response["status"], response["headers"], response["body"])


def create_handler(app: ASGIApp) -> Handler:
    """`handler(event, context)` for an application. Also makes the process's logs what they should be."""
    configure_logging(get_settings())
    configure_tracing(get_settings(), os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "nutri"))
    bytes(LARGEST_KEPT_BYTES)
    asyncio.set_event_loop(_loop())
    run = Mangum(app, lifespan="off", custom_handlers=[FunctionUrl])  # type: ignore[arg-type]

    def handler(event: Any, context: Any) -> dict[str, Any]:
        request_id.set(_text(getattr(context, "aws_request_id", None)))
        asyncio.set_event_loop(_loop())
        try:
            _check(event)
            return run(event, context)
        except NotAnHttpEvent:
            logger.error("not an HTTP event")
            refusal = problem(
                400, "not_an_http_event", "This function answers HTTP requests only (payload format 2.0)."
            )
        except MalformedBody as error:
            refusal = problem_of(error)
        except Exception as error:
            refusal = fault(error)
        return _answer(refusal.status_code, complete(refusal.raw_headers), bytes(refusal.body))

    return handler


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the process's one loop: Mangum takes the current one, which any `asyncio.run` in between
    takes away.
    """
    return asyncio.new_event_loop()


def _check(event: Any) -> None:
    """Raise NotAnHttpEvent unless `event` says which method it is of."""
    request = event.get("requestContext") if isinstance(event, dict) else None
    http = request.get("http") if isinstance(request, dict) else None
    method = http.get("method") if isinstance(http, dict) else None
    if not isinstance(method, str) or not METHOD.fullmatch(method) or event.get("version") != "2.0":
        raise NotAnHttpEvent


def _headers(event: dict[str, Any], request: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    given = event.get("headers")
    named = {
        name.lower(): value
        for name, value in (given.items() if isinstance(given, dict) else ())
        if isinstance(name, str) and isinstance(value, str)
    }
    cookies = event.get("cookies")
    if isinstance(cookies, list) and cookies:
        named["cookie"] = "; ".join(filter(None, map(_text, cookies)))
    if known := _text(request.get("requestId")):
        named.setdefault("x-request-id", known)
    return [(_latin(name), _latin(value)) for name, value in named.items()]


def _answer(status: int, headers: Iterable[Sequence[bytes]], body: bytes) -> dict[str, Any]:
    named: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "set-cookie":
            cookies.append(value)
        else:
            named[name] = f"{named[name]},{value}" if name in named else value
    is_text = not body or (named.get("content-type", "").startswith(TEXT) and "content-encoding" not in named)
    answer: dict[str, Any] = {
        "statusCode": status,
        "headers": named,
        "body": body.decode() if is_text else b64encode(body).decode(),
        "isBase64Encoded": not is_text,
    }
    return answer | {"cookies": cookies} if cookies else answer


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _latin(text: str) -> bytes:
    return text.encode("latin-1", "replace")
