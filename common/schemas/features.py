"""Requests and answers of the features group."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from common.compute.journal import Kind
from common.schemas.fields import Day, UserId
from common.schemas.model import ApiModel, ApiRequest
from common.schemas.quality import Computed, DataQuality

MAX_RANGE_DAYS = 366


class Category(StrEnum):
    NUTRITION = "nutrition"
    TIMING = "timing"
    MICRONUTRIENTS = "micronutrients"
    ACTIVITY = "activity"
    HEALTH = "health"
    TEMPORAL = "temporal"
    INTERACTION = "interaction"


def _split(value: object) -> object:
    """`?categories=nutrition,timing` and `?categories=nutrition&categories=timing` mean the same."""
    if isinstance(value, list):
        return [part for item in value for part in (item.split(",") if isinstance(item, str) else [item])]
    return value


Categories = Annotated[list[Category], BeforeValidator(_split), Field(min_length=1, max_length=len(Category))]


class EngineerRequest(ApiRequest):
    """One day (`date`) or a range (`from`, `to`, both included). Neither: the user's today."""

    user_id: UserId
    """Whose days."""
    date: Day | None = None
    """One local day (YYYY-MM-DD)."""
    from_: Annotated[Day | None, Field(alias="from")] = None
    """First local day of a range."""
    to: Day | None = None
    """Last local day of a range, included; at most 366 days."""
    categories: Categories | None = None
    """Only these categories; absent: all."""
    force_recompute: StrictBool = False
    """Compute anew even where nothing has changed."""

    @model_validator(mode="after")
    def _one_day_or_one_range(self) -> Self:
        if (self.from_ is None) != (self.to is None):
            raise PydanticCustomError("incomplete_range", "give both from and to")
        if self.from_ is not None and self.to is not None:
            if self.date is not None:
                raise PydanticCustomError("date_and_range", "give date or from and to, not both")
            if self.to < self.from_:
                raise PydanticCustomError("reversed_range", "from must not be after to")
            if (self.to - self.from_).days >= MAX_RANGE_DAYS:
                raise PydanticCustomError("range_too_long", "a range has at most 366 days")
        return self


class FeatureDay(ApiModel):
    date: dt.date
    """The local day."""
    partial: bool
    """True while the day is not over and its totals are what they are so far."""
    features: dict[str, dict[str, float | None]]
    """Category -> feature -> value; null where it cannot be known."""
    missing: dict[str, int]
    """How many features are null, by reason."""


class FeaturesAnswer(Computed):
    user_id: str
    """Whose day."""
    date: dt.date
    """The local day."""
    timezone: str
    """The zone (IANA) the day is counted in."""
    features: dict[str, dict[str, float | None]]
    """Category -> feature -> value; null where it cannot be known."""
    missing: dict[str, int]
    """How many features are null, by reason."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""
    feature_version: str
    """Version of the definitions: the same rows give the same values under one version."""


class FeaturesRangeAnswer(Computed):
    user_id: str
    """Whose days."""
    from_: Annotated[dt.date, Field(alias="from")]
    """First local day."""
    to: dt.date
    """Last local day, included."""
    timezone: str
    """The zone (IANA) days are counted in."""
    days: list[FeatureDay]
    """One for each day, oldest first."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""
    feature_version: str
    """Version of the definitions: the same rows give the same values under one version."""


class FeatureDefinition(ApiModel):
    name: str
    """Identifier, stable, in snake_case."""
    unit: str
    """Unit of the value."""
    category: Category
    """The group it is answered under."""
    definition: str
    """What it is, in a sentence."""
    window_days: int
    """Days it looks back over, its own included."""
    minimum_days: int
    """Known days of the window below which it is null."""
    derived_from: list[str]
    """Daily quantities or features it is made of."""


class JournalEntry(ApiModel):
    name: str
    """Identifier of the entry, as it is sent."""
    kind: Kind
    """yes_no (true or false), number, or hour ("HH:MM")."""
    unit: str
    """Unit of the answer."""
    maximum: float
    """The largest answer taken; the least is 0."""
    definition: str
    """What it is, in a sentence."""


class CatalogAnswer(ApiModel):
    feature_version: str
    """Version of all definitions together."""
    count: int
    """How many features there are."""
    features: list[FeatureDefinition]
    """Every feature, by category."""
    journal: list[JournalEntry]
    """What a person may say of a day, besides habits of their own ("habit:" and a name)."""
