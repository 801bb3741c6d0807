"""What every request passes through, whatever its route: identification, limits, headers, one line of log.

Pure ASGI. Nothing gets out of here as an exception: a fault nobody foresaw is a problem like any other.
"""

import re
import time
from collections.abc import Sequence
from secrets import token_hex
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.deadline import begin_request
from common.errors import NutriError
from common.http.body import check_json, header, read_body, replay
from common.http.compression import compress_answers
from common.http.deprecation import deprecation_headers
from common.http.problems import METHODS, fault, problem_of
from common.telemetry import count, log_event, observe_seconds, request_id, root_span, trace_id

if TYPE_CHECKING:
    from common.telemetry.spans import Span

REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_.:=+/-]{0,127}")
TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.{0,64})?"
)
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})

# an answer may bring its own of these
DEFAULT_HEADERS = {
    b"cache-control": b"private, no-cache",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
EVERYWHERE = [
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
]


class RequestMiddleware:
    def __init__(self, app: ASGIApp, body_limit_bytes: int) -> None:
        self.app = app
        self.body_limit_bytes = body_limit_bytes
        self.cold = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = time.perf_counter()
        begin_request()
        cold, self.cold = self.cold, False
        identity = _identify(scope)
        send = compress_answers(scope, send)
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = [*identity, *deprecation_headers(scope.get("route"))]
                message["headers"] = complete(message.get("headers", ()), said)
            await send(message)

        with root_span("request", _parent_of(scope)) as span:
            if span is not None:
                trace_id.set(span.trace)
            try:
                if scope["method"] not in BODILESS:
                    body = await read_body(scope, receive, self.body_limit_bytes)
                    check_json(scope, body)
                    receive = replay(body, receive)
                await self.app(scope, receive, send_marked)
            except NutriError as error:
                await problem_of(error)(scope, receive, send_marked)
            except Exception as error:
                answer = fault(error)
                if status == 0:
                    await answer(scope, receive, send_marked)
            if span is not None:
                _describe(span, scope, status)
        _record(scope, status, time.perf_counter() - started, cold)
        return None


def _identify(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Set the request's ids for the logs, and return the headers that give them back to the caller."""
    known = header(scope, b"x-request-id")
    if not REQUEST_ID.fullmatch(known):
        known = token_hex(16).encode()
    request_id.set(known.decode())
    headers = [(b"x-request-id", known)]
    parent = header(scope, b"traceparent")
    if parent and (trace := TRACEPARENT.fullmatch(parent)):
        trace_id.set(trace[1].decode())
        headers.append((b"traceparent", parent))
    else:
        trace_id.set("")
    return headers


def complete(
    headers: list[tuple[bytes, bytes]], identity: Sequence[tuple[bytes, bytes]] = ()
) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those that every answer has."""
    names = {name for name, _ in headers}
    defaults = [(name, value) for name, value in DEFAULT_HEADERS.items() if name not in names]
    return [*headers, *defaults, *EVERYWHERE, *identity]


def _parent_of(scope: Scope) -> str:
    """Return a well-formed traceparent of the request, or an empty text."""
    parent = header(scope, b"traceparent")
    return parent.decode() if parent and TRACEPARENT.fullmatch(parent) else ""


def _describe(span: "Span", scope: Scope, status: int) -> None:
    """Names: OpenTelemetry, "Semantic conventions for HTTP spans"."""
    route = _route_of(scope)
    span.name = f"{_method_of(scope)} {route}"
    span.attributes |= {
        "http.request.method": _method_of(scope),
        "http.route": route,
        "http.response.status_code": status,
    }
    if status >= 500:
        span.failed = str(status)


def _route_of(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def _record(scope: Scope, status: int, seconds: float, cold: bool) -> None:
    route, method = _route_of(scope), _method_of(scope)
    count("nutri_requests_total", method=method, route=route, status=str(status))
    observe_seconds("nutri_request_seconds", seconds, route=route)
    if cold:
        count("nutri_cold_starts_total")
    log_event(
        "request",
        {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1_000, 2),
            "coldStart": cold,
        },
    )
