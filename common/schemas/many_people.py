"""Requests about many people at once, and their answers: each person's own, or why there is none."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from common.errors import NutriError
from common.schemas.fields import UserId
from common.schemas.insights import InsightsAnswer
from common.schemas.model import ApiModel, ApiRequest

PEOPLE_MAX = 100


class PeopleRequest(ApiRequest):
    user_ids: Annotated[list[UserId], Field(min_length=1, max_length=PEOPLE_MAX)]
    """Whom to answer for: up to 100, answered in this order."""


class Refusal(ApiModel):
    """Why one person has no answer, while others have."""

    code: str
    """The code of the problem the person's own request would have met."""
    detail: str
    """The same in a sentence."""

    @classmethod
    def of(cls, error: NutriError) -> "Refusal":
        return cls(code=error.code, detail=error.detail)


class FeedResult(ApiModel):
    """Either a feed, as it would be answered alone, or why there is none."""

    user_id: str
    """Whose feed."""
    feed: InsightsAnswer | None
    """The feed; null where it is refused."""
    refusal: Refusal | None
    """Why there is none; null where there is one."""


class FeedsAnswer(ApiModel):
    results: list[FeedResult]
    """One for each id, in the order of the request."""
    answered: int
    """How many have a feed."""
    refused: int
    """How many have none."""


class NightResult(ApiModel):
    user_id: str
    """Whose night."""
    done: bool
    """Whether the latest night that is over there has been computed, so that feed and forecasts are ready."""
    day: dt.date | None
    """The local day that the last computed night began; null where none ever was."""
    done_at: dt.datetime | None
    """When that was stored (UTC)."""
    refusal: Refusal | None
    """Why nothing can be said; null where something is."""


class NightsAnswer(ApiModel):
    results: list[NightResult]
    """One for each id, in the order of the request."""


class FinishedNight(ApiModel):
    user_id: str
    """Whose night."""
    day: dt.date
    """The local day it began."""
    done_at: dt.datetime
    """When it was stored (UTC)."""


class FinishedNights(ApiModel):
    nights: list[FinishedNight]
    """The nights stored since `after`, the oldest first; of each person the last."""
    next: str
    """`after` of the next request, whether or not there are more."""
    more: bool
    """Whether there are more already."""
