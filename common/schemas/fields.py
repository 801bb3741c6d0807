"""Identifiers and dates as callers may send them."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

# No separator of a cache key, a path or SQL, and nothing a driver could stumble over.
UserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,127}$")]

# Far enough for any record, and near enough that days can be added and taken away.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]
