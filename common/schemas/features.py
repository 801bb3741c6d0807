"""Requests and answers of the features group."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

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
    date: Day | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    categories: Categories | None = None
    force_recompute: StrictBool = False

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
    partial: bool
    features: dict[str, dict[str, float | None]]
    missing: dict[str, int]
    """How many features are null, by reason."""


class FeaturesAnswer(Computed):
    user_id: str
    date: dt.date
    timezone: str
    features: dict[str, dict[str, float | None]]
    """Category -> feature -> value; null where it cannot be known."""
    missing: dict[str, int]
    data_quality: DataQuality
    feature_version: str


class FeaturesRangeAnswer(Computed):
    user_id: str
    from_: Annotated[dt.date, Field(alias="from")]
    to: dt.date
    timezone: str
    days: list[FeatureDay]
    data_quality: DataQuality
    feature_version: str


class FeatureDefinition(ApiModel):
    name: str
    unit: str
    category: Category
    definition: str
    window_days: int
    minimum_days: int
    derived_from: list[str]


class CatalogAnswer(ApiModel):
    feature_version: str
    count: int
    features: list[FeatureDefinition]
