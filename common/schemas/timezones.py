"""The time zones a person lived in, as the backend states them and this service saw them."""

import datetime as dt
from typing import Annotated

from pydantic import AwareDatetime, Field

from common.schemas.model import ApiModel, ApiRequest


class LivedIn(ApiRequest):
    since: AwareDatetime
    """From when on (UTC). The first zone of the list counts for everything before, too."""
    timezone: Annotated[str, Field(max_length=64)]
    """IANA name."""


class StatedTimezones(ApiRequest):
    timezones: Annotated[list[LivedIn], Field(min_length=1, max_length=1_000)]
    """All zones of this person, in the order they were lived in; they replace what is on record."""


class TimezonesAnswer(ApiModel):
    user_id: str
    """Whose zones."""
    timezones: list[LivedIn]
    """In order. Empty where none is on record yet: the profile's counts throughout."""
    current: str | None
    """The profile's zone; the next answer notes it where it is not the last of the list."""
    answered_at: dt.datetime
    """When it was read (UTC)."""
