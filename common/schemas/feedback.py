"""What a person says of an insight, and what everybody said."""

import datetime as dt

from pydantic import Field

from common.schemas.model import ApiModel, ApiRequest


class FeedbackRequest(ApiRequest):
    """What is left out stays as it is."""

    viewed: bool | None = Field(default=None, strict=True)
    """Whether the person saw it."""
    dismissed: bool | None = Field(default=None, strict=True)
    """Whether the person put it away."""
    helpful: bool | None = Field(default=None, strict=True)
    """null takes an earlier rating back."""


class FeedbackAnswer(ApiModel):
    id: str
    """The insight."""
    viewed: bool
    """Whether the person saw it."""
    dismissed: bool
    """Whether the person put it away."""
    helpful: bool | None
    """The person's rating; null where there is none."""


class TemplateFeedback(ApiModel):
    type: str
    """Kind of insight."""
    template: str
    """Which sentences."""
    told: int
    """Times it was told."""
    viewed: int
    """Times it was seen."""
    dismissed: int
    """Times it was put away."""
    helpful: int
    """Times it was rated helpful."""
    unhelpful: int
    """Times it was rated not helpful."""
    weight: float
    """What the ranking of a person without feedback of their own is multiplied by; 1 is as usual."""


class FeedbackSummary(ApiModel):
    since: dt.date
    """First day that is counted."""
    templates: list[TemplateFeedback]
    """One for each kind and template."""
