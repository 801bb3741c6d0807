"""What every computed answer says about itself and about the rows it was computed from."""

from datetime import datetime

from common.schemas.model import ApiModel


class DataQuality(ApiModel):
    timezone_known: bool
    """False where the user's zone is absent or unknown and days are UTC days."""
    partial: bool
    """True while the day the answer is about is not over."""
    days_with_data: int
    """Days of the window of which anything at all is known."""
    complete_food_log_days: int
    """Days of the window whose food log is complete, by the person's own usual."""
    lookback_days: int
    """How many days the answer looked back over."""
    dropped: dict[str, int]
    """Rows left out, by reason."""
    corrected: dict[str, int]
    """Rows not read as they are stated, by what was done: another unit, a macro that was not given."""
    sources: dict[str, list[str]]
    """Devices or apps each quantity was read from."""


class Computed(ApiModel):
    """Fields of every computed answer."""

    computed_at: datetime
    """When it was computed (UTC)."""
    data_version: str
    """Changes with every row of the person the answer could depend on."""
    cached: bool = False
    """True where it was computed before and nothing it depends on has changed since."""
    stale: bool = False
    """True where PostgreSQL could not be reached and this is the last answer known."""
