"""Operations on their way out: how a route says so, and what each of its answers then carries."""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

SINCE, SUNSET, SUCCESSOR = "x-deprecated-since", "x-sunset", "x-successor"


def deprecating(since: date, sunset: date, successor: str) -> dict[str, Any]:
    """Return what a route says as its `openapi_extra`: `successor` is the path that takes its place."""
    return {"deprecated": True, SINCE: str(since), SUNSET: str(sunset), SUCCESSOR: successor}


def deprecation_headers(route: Any) -> list[tuple[bytes, bytes]]:
    """Return `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link`; nothing of other routes."""
    said = getattr(route, "openapi_extra", None) or {}
    if SINCE not in said:
        return []
    since, sunset = (datetime.combine(date.fromisoformat(said[key]), time(), UTC) for key in (SINCE, SUNSET))
    return [
        (b"deprecation", f"@{since.timestamp():.0f}".encode()),
        (b"sunset", format_datetime(sunset, usegmt=True).encode()),
        (b"link", f'<{said[SUCCESSOR]}>; rel="successor-version"'.encode()),
    ]


def say_deprecated(operation: dict[str, Any]) -> None:
    """Add to a deprecated operation of the contract, in words, until when it is answered and what to use."""
    if SINCE in operation:
        told = f"Deprecated since {operation[SINCE]}, answered until {operation[SUNSET]}: "
        told += f"use `{operation[SUCCESSOR]}`."
        operation["description"] = f"{operation.get('description', '')}\n\n{told}".strip()
