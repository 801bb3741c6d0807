"""Structured logs: every record one JSON object on standard output, with the request it belongs to.

An exception is told by its type and its place in the code. Its message may hold values of a person (a failed
conversion quotes what it could not convert), so it is left out unless DEBUG is on.
"""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from common.settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="")
trace_id: ContextVar[str] = ContextVar("trace_id", default="")

# Mangum logs each call and, with its message, each exception that reaches it; pg8000 and SQLAlchemy are quiet
TOO_TALKATIVE = ("mangum", "mangum.http", "mangum.lifespan", "asyncio")
FRAMES_MAX = 30


class JsonFormatter(logging.Formatter):
    """`extra={"fields": {...}}` adds members to the line."""

    def __init__(self, *, messages: bool) -> None:
        super().__init__()
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if known := request_id.get():
            line["requestId"] = known
        if known := trace_id.get():
            line["traceId"] = known
        if fields := record.__dict__.get("fields"):
            line |= fields
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = self._told(record.exc_info[1])
        return json.dumps(line, default=lambda value: type(value).__name__)

    def _told(self, error: BaseException) -> list[dict[str, Any]]:
        """The error and what it came from, outermost first."""
        told: list[dict[str, Any]] = []
        seen: BaseException | None = error
        while seen is not None and len(told) < 5:
            frames = traceback.extract_tb(seen.__traceback__)[-FRAMES_MAX:]
            one: dict[str, Any] = {
                "type": f"{type(seen).__module__}.{type(seen).__qualname__}",
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
            if self._messages:
                one["message"] = str(seen)
            told.append(one)
            seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        return told


def configure_logging(settings: Settings) -> None:
    """Makes standard output the only place logs go, replacing whatever the host installed."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(JsonFormatter(messages=settings.debug))
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(logging.DEBUG if settings.debug else settings.log_level.value)
    for name in TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
