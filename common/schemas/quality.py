"""What every computed answer says about itself and about the rows it was computed from."""

from datetime import datetime

from common.schemas.model import ApiModel


class DataQuality(ApiModel):
    timezone_known: bool
    """False where the user's zone is absent or unknown and days are UTC days."""
    partial: bool
    """True while the day the answer is about is not over."""
    days_with_data: int
    complete_food_log_days: int
    lookback_days: int
    dropped: dict[str, int]
    """Rows left out, by reason."""
    sources: dict[str, list[str]]
    """Devices or apps each quantity was read from."""


class Computed(ApiModel):
    """Fields of every computed answer."""

    computed_at: datetime
    data_version: str
    cached: bool = False
    stale: bool = False
    """True where PostgreSQL could not be reached and this is the last answer known."""
