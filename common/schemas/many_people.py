"""Requests about many people at once, and their answers: each person's own, or why there is none."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

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


class FeedGiven(ApiModel):
    """One person's feed, as it would be answered alone."""

    user_id: str
    """Whose feed."""
    feed: InsightsAnswer
    """The feed."""
    refusal: None
    """Always null."""


class FeedRefused(ApiModel):
    """One person without a feed."""

    user_id: str
    """Whose feed."""
    feed: None
    """Always null."""
    refusal: Refusal
    """Why there is none."""


FeedResult = TypeAliasType("FeedResult", FeedGiven | FeedRefused)
"""`refusal === null` tells which."""


class FeedsAnswer(ApiModel):
    results: list[FeedResult]
    """One for each id, in the order of the request."""
    answered: int
    """How many have a feed."""
    refused: int
    """How many have none."""


class NightKnown(ApiModel):
    """How one person's nights stand."""

    user_id: str
    """Whose night."""
    done: bool
    """Whether the latest night that is over there has been computed, so that feed and forecasts are ready."""
    day: dt.date | None
    """The local day that the last computed night began; null where none ever was."""
    done_at: dt.datetime | None
    """When that was stored (UTC)."""
    refusal: None = None
    """Always null."""


class NightRefused(ApiModel):
    """One person of whose nights nothing can be said."""

    user_id: str
    """Whose night."""
    done: Literal[False] = False
    """Always false."""
    day: None = None
    """Always null."""
    done_at: None = None
    """Always null."""
    refusal: Refusal
    """Why nothing can be said."""


NightResult = TypeAliasType("NightResult", NightKnown | NightRefused)
"""`refusal === null` tells which."""


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
