"""Spans of a request or a night's step: off, and free, until an OTLP endpoint is named in the settings.

What they tell: a route's template, a statement without its values, a model's id. Never a person.
"""

from contextlib import nullcontext
from typing import TYPE_CHECKING

from common.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.telemetry.spans import Recorder, Span

NOTHING: "Mapping[str, str | int]" = {}
_OFF: "nullcontext[None]" = nullcontext()
_recorder: "Recorder | None" = None


def configure_tracing(settings: Settings, service: str) -> None:
    """Record spans from now on where the settings name an endpoint; else record none."""
    global _recorder  # noqa: PLW0603 - one process, one recorder
    if settings.otel_exporter_otlp_endpoint:
        from common.telemetry.spans import Recorder  # noqa: PLC0415 - nothing is loaded where it is off

        _recorder = Recorder(settings.otel_exporter_otlp_endpoint, service, settings.environment.value)
    else:
        _recorder = None


def span(name: str, attributes: "Mapping[str, str | int]" = NOTHING) -> "Span | nullcontext[None]":
    """Return a context that is a span of what is in hand; entered it gives the span, or None where off."""
    return _OFF if _recorder is None else _recorder.span(name, attributes) or _OFF


def root_span(name: str, traceparent: str) -> "Span | nullcontext[None]":
    """Like `span`, for what comes from outside: it continues a W3C traceparent, or begins a trace."""
    return _OFF if _recorder is None else _recorder.root(name, traceparent)


def flush_spans() -> None:
    """Send what was recorded, and wait for it: for a process that may not be back for long."""
    if _recorder is not None:
        _recorder.flush()
