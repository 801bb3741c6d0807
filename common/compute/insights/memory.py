"""What a person was told before: the same truth is not told again until it changes. Stores nothing."""

from dataclasses import dataclass
from datetime import date, timedelta

from common.compute.insights.facts import LIVES_DAYS, Insight

EPISODE_GAP = timedelta(days=30)
"""A finding that was absent for longer is news again: another insight, with its own id."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An insight as it was told last."""

    since: date
    """First day of its episode; with kind, subject and direction it makes the id."""
    told_on: date
    """First day of this telling."""
    found_on: date
    """Last day it held."""
    magnitude: float
    dismissed: bool = False
    viewed: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    since: date
    told_on: date
    expires_on: date
    silent: bool
    """It still holds, and was said already: nothing new to say."""
    magnitude: float
    """The size as it was told: what a later one is compared with."""


def decide_telling(insight: Insight, before: Remembered | None, today: date) -> Telling:
    lives = timedelta(days=LIVES_DAYS[insight.kind] - 1)
    if before is None or today - before.found_on > EPISODE_GAP:
        return Telling(today, today, today + lives, silent=False, magnitude=insight.magnitude)
    if abs(insight.magnitude - before.magnitude) > insight.tolerance:
        return Telling(before.since, today, today + lives, silent=False, magnitude=insight.magnitude)
    expires_on = before.told_on + lives
    return Telling(
        before.since, before.told_on, expires_on, silent=today > expires_on, magnitude=before.magnitude
    )


def novelty(telling: Telling, before: Remembered | None, today: date) -> float:
    """1 on the day of telling, half a week later, less once it was seen."""
    age = max((today - telling.told_on).days, 0)
    seen = before is not None and before.viewed and before.told_on == telling.told_on
    return float(0.5 ** (age / 7)) * (0.6 if seen else 1.0)
