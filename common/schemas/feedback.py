"""What a person says of an insight, and what everybody said."""

import datetime as dt

from pydantic import Field

from common.schemas.model import ApiModel, ApiRequest


class FeedbackRequest(ApiRequest):
    """What is left out stays as it is."""

    viewed: bool | None = Field(default=None, strict=True)
    dismissed: bool | None = Field(default=None, strict=True)
    helpful: bool | None = Field(default=None, strict=True)
    """null takes an earlier rating back."""


class FeedbackAnswer(ApiModel):
    id: str
    viewed: bool
    dismissed: bool
    helpful: bool | None


class TemplateFeedback(ApiModel):
    type: str
    template: str
    told: int
    viewed: int
    dismissed: int
    helpful: int
    unhelpful: int
    weight: float
    """What the ranking of a person without feedback of their own is multiplied by; 1 is as usual."""


class FeedbackSummary(ApiModel):
    since: dt.date
    templates: list[TemplateFeedback]
