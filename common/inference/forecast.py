"""What a forecast says, whoever made it."""

from dataclasses import dataclass
from datetime import date

from common.compute.forecasts.intervals import Interval
from common.compute.forecasts.targets import Target


@dataclass(frozen=True, slots=True)
class Baseline:
    rule: str
    value: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """How the forecast would change if nothing were known of `group`, with the sign turned: its pull."""

    group: str
    change: float


@dataclass(frozen=True, slots=True)
class Forecast:
    metric: str
    """As asked for."""
    target: Target
    horizon: int
    """Nights ahead."""
    target_day: date
    value: float
    """In the target's unit; so the ends."""
    intervals: dict[int, Interval]
    baseline: Baseline
    contributions: tuple[Contribution, ...]
    """Largest first; empty where no model answered."""
    feature_importance: dict[str, float]
    """Absolute shares of the contributions, sum 1; empty with them."""
    confidence: float
    """Back-tested share of comparable forecasts within 3 bpm or 15%."""
    provisional: tuple[str, ...]
    """Why it may change: day_open, few_days, few_recent_days, no_recent_days. Empty: final."""
    percentile: float
    """Share of the person's known values below the forecast, in percent."""
    known_days: int
    model_id: str
    model_version: str
    by_rule: bool
    """A simple rule answers, no learned model."""

    @property
    def unit(self) -> str:
        return self.target.unit
