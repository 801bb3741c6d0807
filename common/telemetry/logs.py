"""Structured logs: every record one JSON object on standard output, with the request it belongs to.

An exception is told by its type and its place in the code. Its message may hold values of a person (a failed
conversion quotes what it could not convert), so it is left out unless DEBUG is on.
"""

import logging
import sys
import time
import traceback
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from common.settings import Settings, get_settings

request_id: ContextVar[str] = ContextVar("request_id", default="")
trace_id: ContextVar[str] = ContextVar("trace_id", default="")

# Mangum logs each call and, with its message, each exception that reaches it; pg8000 and SQLAlchemy are quiet
TOO_TALKATIVE = ("mangum", "mangum.http", "mangum.lifespan", "asyncio")
FRAMES_MAX = 30


_events = logging.getLogger("nutri.events")


class JsonFormatter(logging.Formatter):
    def __init__(self, *, messages: bool) -> None:
        super().__init__()
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record.created, record.levelname, record.name, record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = self._told(record.exc_info[1])
        return to_json(line).decode()

    def _told(self, error: BaseException) -> list[dict[str, Any]]:
        """Return the error and what it came from, outermost first."""
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


def log_event(message: str, fields: dict[str, Any]) -> None:
    """Log the line that each request, or step of the night, leaves, with `fields` as further members.

    Written directly: a LogRecord and its way through the handlers take as long as all else done here.
    """
    if _events.isEnabledFor(logging.INFO):
        line = _line(time.time(), "INFO", _events.name, message) | fields
        with suppress(OSError, ValueError):  # nobody reads the logs any more: no reason to fail the request
            sys.stdout.write(to_json(line).decode() + "\n")
            sys.stdout.flush()


def log_metric(name: str, value: float = 1) -> None:
    """Leave a line out of which CloudWatch takes a metric of this environment, in namespace Nutri.

    Format: AWS documentation, "CloudWatch embedded metric format specification".
    """
    metrics = [{"Name": name, "Unit": "Count"}]
    declared = {"Namespace": "Nutri", "Dimensions": [["Environment"]], "Metrics": metrics}
    about = {"Timestamp": int(time.time() * 1_000), "CloudWatchMetrics": [declared]}
    log_event("metric", {"_aws": about, "Environment": get_settings().environment.value, name: value})


def configure_logging(settings: Settings) -> None:
    """Make standard output the only place logs go, replacing whatever the host installed."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(JsonFormatter(messages=settings.debug))
    logging.raiseExceptions = (
        False  # a record that cannot be written would be told to stderr, message and all
    )
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(logging.DEBUG if settings.debug else settings.log_level.value)
    for name in TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _line(moment: float, level: str, logger: str, message: str) -> dict[str, Any]:
    seconds = int(moment)
    line = {
        "time": f"{_second(seconds)}.{int((moment - seconds) * 1_000):03d}Z",
        "level": level,
        "logger": logger,
        "message": message,
    }
    if known := request_id.get():
        line["requestId"] = known
    if known := trace_id.get():
        line["traceId"] = known
    return line


@lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
