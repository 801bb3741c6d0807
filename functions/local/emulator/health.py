"""One health answer out of the functions' own: the worst of each part. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SEVERITY = ("healthy", "degraded", "unhealthy")


def merge_health(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a body of the shape each function gives. A function that gave another one is unhealthy."""
    bodies = [body for body in answers if body.get("status") in SEVERITY]
    silent = ["unhealthy"] * (len(answers) - len(bodies))
    names = sorted({name for body in bodies for name in body["dependencies"]})
    return {
        **(bodies[0] if bodies else {}),
        "status": _worst([*(body["status"] for body in bodies), *silent]),
        "dependencies": {name: _worst(body["dependencies"][name] for body in bodies) for name in names},
    }


def _worst(values: Iterable[str]) -> str:
    return max(values, key=SEVERITY.index)
