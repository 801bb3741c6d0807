"""Identifiers and dates as callers may send them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# No separator of a cache key, a path or SQL, and nothing a driver could stumble over.
USER_ID = r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,127}"
UserId = Annotated[str, StringConstraints(pattern=f"^{USER_ID}$")]
ModelId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]
ModelVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class OneOf:
    """Marks a text that is one of these names, as `Literal` does where they are known beforehand."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.names))


def _iso_date(value: object) -> object:
    """Refuse what Pydantic would also take for a day: numbers, and digits, as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _ISO_DATE.fullmatch(value)):
        return value
    raise PydanticCustomError("date_format", "Input should be a date as YYYY-MM-DD")


# Far enough for any record, and near enough that days can be added and taken away.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


def _within_reach(day: date) -> date:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise PydanticCustomError("date_range", f"Input should be from {_FIRST_DAY} to {_LAST_DAY}")
    return day


Day = Annotated[date, BeforeValidator(_iso_date), AfterValidator(_within_reach)]

# A statistic as it is told: more digits than it deserves, fewer than floating point invents.
Figure = Annotated[float, AfterValidator(lambda value: float(f"{value:.6g}"))]
