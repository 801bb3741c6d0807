"""Identifiers as callers may send them."""

from typing import Annotated

from pydantic import StringConstraints

# No separator of a cache key, a path or SQL, and nothing a driver could stumble over.
UserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,127}$")]
