"""Recording spans and sending them to a collector, off the request's way, at most once a second.

Formats: W3C Trace Context; OpenTelemetry, "OTLP/HTTP" with JSON. What a collector does not take in time is
dropped, and so is what a process had not sent when it ended: no answer ever waits for a span.
"""

import logging
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, Token
from random import getrandbits
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self

from pydantic_core import to_json

SEND_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
SPANS_MAX = 2_048
SERVER, INTERNAL = 2, 1
ERROR = 2

Parent = tuple[str, str, bool]
"""Trace, span and whether it is recorded."""

_parent: ContextVar[Parent | None] = ContextVar("parent", default=None)

logger = logging.getLogger(__name__)


class Span:
    __slots__ = (
        "_recorder",
        "_token",
        "attributes",
        "began",
        "ended",
        "failed",
        "id",
        "kind",
        "name",
        "parent",
    )
    _token: Token[Parent | None]

    def __init__(
        self, recorder: "Recorder", name: str, attributes: dict[str, str | int], parent: Parent, kind: int
    ) -> None:
        self._recorder, self.name, self.attributes, self.kind = recorder, name, attributes, kind
        self.parent = parent
        self.id = f"{getrandbits(64):016x}"
        self.failed = ""

    @property
    def trace(self) -> str:
        return self.parent[0]

    def __enter__(self) -> Self:
        self._token = _parent.set((self.parent[0], self.id, self.parent[2]))
        self.began = time.time_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.ended = time.time_ns()
        _parent.reset(self._token)
        if kind is not None:
            self.failed = kind.__name__
        if self.parent[2]:
            self._recorder.keep(self)


class Recorder:
    """Spans wait here, `SPANS_MAX` at most, until a thread of its own sends them to `endpoint`."""

    def __init__(self, endpoint: str, service: str, environment: str) -> None:
        self._url = f"{endpoint.rstrip('/')}/v1/traces"
        self._about = _attributes({"service.name": service, "deployment.environment.name": environment})
        self._waiting: list[Span] = []
        self._lock, self._sending = Lock(), Lock()
        self._wanted = Event()
        self._thread: Thread | None = None
        self._told = False

    def span(self, name: str, attributes: Mapping[str, str | int]) -> Span | None:
        """None outside of any request or step."""
        parent = _parent.get()
        return None if parent is None else Span(self, name, dict(attributes), parent, INTERNAL)

    def root(self, name: str, traceparent: str) -> Span:
        if traceparent:
            _, trace, parent, flags = traceparent.split("-")[:4]
            return Span(self, name, {}, (trace, parent, bool(int(flags, 16) & 1)), SERVER)
        return Span(self, name, {}, (f"{getrandbits(128):032x}", "", True), SERVER)

    def keep(self, span: Span) -> None:
        with self._lock:
            if len(self._waiting) < SPANS_MAX:
                self._waiting.append(span)
            if self._thread is None:
                self._thread = Thread(target=self._send_forever, name="spans", daemon=True)
                self._thread.start()
        self._wanted.set()

    def flush(self) -> None:
        """Send what waits; what another thread is sending has then arrived, too."""
        with self._sending:
            with self._lock:
                spans, self._waiting = self._waiting, []
            if spans:
                self._send(spans)

    def _send_forever(self) -> None:
        while self._wanted.wait():
            time.sleep(SEND_SECONDS)
            self._wanted.clear()
            self.flush()

    def _send(self, spans: Sequence[Span]) -> None:
        body = to_json(encode(spans, self._about))
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):
                self._told = False
        except (OSError, ValueError) as error:
            if not self._told:
                logger.warning(
                    "spans are lost, for the collector does not take them: %s", type(error).__name__
                )
            self._told = True


def encode(spans: Sequence[Span], about: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest."""
    told = [
        {
            "traceId": span.trace,
            "spanId": span.id,
            **({"parentSpanId": span.parent[1]} if span.parent[1] else {}),
            "name": span.name,
            "kind": span.kind,
            "startTimeUnixNano": str(span.began),
            "endTimeUnixNano": str(span.ended),
            "attributes": _attributes(span.attributes),
            "status": {"code": ERROR, "message": span.failed} if span.failed else {},
        }
        for span in spans
    ]
    scope = {"scope": {"name": "nutri"}, "spans": told}
    return {"resourceSpans": [{"resource": {"attributes": about}, "scopeSpans": [scope]}]}


def _attributes(values: Mapping[str, str | int]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in values.items()
    ]
