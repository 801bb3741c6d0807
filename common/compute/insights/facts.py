"""What one insight is before anybody puts it into words: its kind, its facts with their units, its weight.

Facts are figures somebody else established. Nothing here computes a statistic or knows a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from common.compute.series.rows import Profile

INSIGHTS_VERSION = "12"

Priority = str
"""LOW, MEDIUM, HIGH or CRITICAL, as "InsightPriority" has them."""

LIVES_DAYS: Mapping[str, int] = {
    "PREDICTION": 1,
    "ANOMALY": 2,
    "GOAL_PROGRESS": 7,
    "CORRELATION": 14,
    "PATTERN_DETECTED": 14,
    "RECOMMENDATION": 14,
}
"""Days an insight of a kind stands once it is told, the day of telling included."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a text. `unit` says how it is read, and written in a language: see `language.say`."""

    value: float | str
    unit: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What an insight is worth telling; every part lies in 0..1."""

    benefit: float
    """How much the person could gain by knowing, or lose by not knowing."""
    confidence: float
    actionability: float


@dataclass(frozen=True)
class Insight:
    kind: str
    """A value of "MLInsightType"."""
    template: str
    """Which sentences say it."""
    subject: str
    """What it is about."""
    direction: str
    priority: Priority
    facts: Mapping[str, Fact]
    weight: Weight
    data_points: int
    """Days or nights it rests on."""
    magnitude: float
    """The size that was told; a change beyond `tolerance` is news."""
    tolerance: float
    plotted: tuple[str, ...]
    """Features, or channels, whose series show it."""
    plotted_days: int
    lag_days: int = 0
    correlation: float | None = None
    target: date | None = None
    """The night a forecast is of."""
    notes: tuple[str, ...] = field(default=())
    """Keys of further sentences."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Two insights with the same one are the same truth."""
        return self.kind, self.subject, self.direction


def bounded(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def reasons_for(profile: Profile) -> Fact:
    """Return what besides habits moves a body: illness, pregnancy and medication are always thought of."""
    return Fact("not_pregnant" if profile.biological_sex == "MALE" else "any", "reasons")
