"""One health answer out of the functions' own: the worst of each part. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

SEVERITY = ["healthy", "degraded", "unhealthy"]


def merge_health(answers: Mapping[str, tuple[int, Mapping[str, Any] | None]]) -> tuple[int, dict[str, Any]]:
    """`answers` holds each function's status code and body, None if it had none; returns the same for all."""
    bodies = [body for _, body in answers.values() if body is not None]
    functions = {
        name: "unhealthy" if body is None else str(body.get("status")) for name, (_, body) in answers.items()
    }
    names = {name for body in bodies for name in body.get("dependencies", {})}
    merged: dict[str, Any] = {
        **(bodies[0] if bodies else {}),
        "status": _worst(functions.values()),
        "dependencies": {
            name: _worst(body.get("dependencies", {}).get(name, "healthy") for body in bodies)
            for name in sorted(names)
        },
        "functions": functions,
    }
    return (200 if all(status < 500 for status, _ in answers.values()) else 503), merged


def _worst(values: Iterable[str]) -> str:
    return max(values, key=lambda value: SEVERITY.index(value) if value in SEVERITY else len(SEVERITY))
