"""What a person says of their days, and what they may say."""

import datetime as dt
from typing import Annotated

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

from common.schemas.model import ApiModel, ApiRequest

MAX_ENTRIES = 100

Answered = StrictBool | StrictInt | StrictFloat | StrictStr
EntryName = Annotated[str, StringConstraints(max_length=64)]


class ContextRequest(ApiRequest):
    """What is left out stays as it is."""

    entries: Annotated[dict[EntryName, Answered | None], Field(min_length=1, max_length=MAX_ENTRIES)]
    """Name -> answer: true or false, a number, or an hour as "HH:MM"; null takes an answer back."""


class ContextDay(ApiModel):
    date: dt.date
    """The local day."""
    entries: dict[str, bool | float | str]
    """Name -> answer. What was not asked is not there."""
    versions: dict[str, int]
    """Name -> how often the answer was given or changed."""
    updated_at: dt.datetime | None
    """When an answer last changed (UTC); null where there is none."""


class ContextAnswer(ContextDay):
    user_id: str
    """Whose day."""


class ContextRangeAnswer(ApiModel):
    user_id: str
    """Whose days."""
    from_: Annotated[dt.date, Field(alias="from")]
    """First local day."""
    to: dt.date
    """Last local day, included."""
    days: list[ContextDay]
    """Days of which anything was said, oldest first."""


class ContextDeletion(ApiModel):
    user_id: str
    """Whose day."""
    date: dt.date
    """The local day."""
    deleted: int
    """How many answers were deleted."""
