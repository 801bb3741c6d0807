"""The language features are declared in: inputs of one day, formulas over them, and windows of days.

A rule says what a number is; it computes nothing. Equal rules are one rule: the plan computes each once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from common.compute.series.channels import CHANNELS

Floats = NDArray[np.float64]


class Kind(StrEnum):
    """Where an input of one day comes from."""

    LOGGED = "logged"  # a channel, as it is
    COMPLETE = "complete"  # a channel on days whose food log is complete, unknown on the others
    CALENDAR = "calendar"
    PROFILE = "profile"


class Stat(StrEnum):
    """What a window of days is reduced to; `rolling` has the definitions."""

    MEAN = "mean"
    SD = "sd"
    TOTAL = "total"
    TREND = "trend"
    LAST = "last"  # the newest known value
    SINCE = "since"  # days since the source was last non-zero


@dataclass(frozen=True, slots=True)
class Input:
    kind: Kind
    name: str
    channels: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    """Fields of `Profile` the input is read from."""
    window_days: int = 1
    minimum_days: int = 1


@dataclass(frozen=True, slots=True)
class Formula:
    """A function of numbers of the same day: elementwise, so many rows are computed in one call."""

    function: Callable[..., Floats]
    operands: "tuple[Rule, ...]"

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for operand in self.operands for name in operand.channels))

    @property
    def profile(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for operand in self.operands for name in operand.profile))

    @property
    def window_days(self) -> int:
        return max(operand.window_days for operand in self.operands)

    @property
    def minimum_days(self) -> int:
        return max(operand.minimum_days for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Window:
    """A statistic of the `days` days that end `lag` days before the day itself."""

    stat: Stat
    source: "Input | Formula"
    days: int
    minimum_days: int
    """Known days without which the statistic is unknown."""
    lag: int = 0

    def __post_init__(self) -> None:
        if self.source.window_days != 1:
            raise ValueError("a window takes a quantity of one day")

    @property
    def channels(self) -> tuple[str, ...]:
        return self.source.channels

    @property
    def profile(self) -> tuple[str, ...]:
        return self.source.profile

    @property
    def window_days(self) -> int:
        return self.days + self.lag


Rule = Input | Formula | Window


def logged(channel: str) -> Input:
    """Return a channel as it is: on a day with half a food log, half the food."""
    return Input(Kind.LOGGED, CHANNELS[channel].name, (channel,))


def complete(channel: str) -> Input:
    """Return a nutrition or timing channel on the days whose food log is complete."""
    return Input(Kind.COMPLETE, CHANNELS[channel].name, (channel, "food_log_complete"))


def profile(field: str, *sources: str) -> Input:
    """Return a number of the person's profile, read from `sources` (by default the field of the same
    name).
    """
    return Input(Kind.PROFILE, field, profile=sources or (field,))


def calendar(name: str) -> Input:
    return Input(Kind.CALENDAR, name)


def formula(function: Callable[..., Floats], *operands: Rule) -> Formula:
    return Formula(function, operands)


def mean(source: Input | Formula, days: int, minimum_days: int, lag: int = 0) -> Window:
    return Window(Stat.MEAN, source, days, minimum_days, lag)


def sd(source: Input | Formula, days: int, minimum_days: int, lag: int = 0) -> Window:
    return Window(Stat.SD, source, days, minimum_days, lag)


def total(source: Input | Formula, days: int, minimum_days: int | None = None) -> Window:
    """Return the sum over the window; every day must be known unless a smaller minimum is given."""
    return Window(Stat.TOTAL, source, days, days if minimum_days is None else minimum_days)


def trend(source: Input | Formula, days: int, minimum_days: int) -> Window:
    return Window(Stat.TREND, source, days, minimum_days)


def last(source: Input | Formula, days: int) -> Window:
    return Window(Stat.LAST, source, days, 1)


def since(source: Input | Formula, days: int) -> Window:
    return Window(Stat.SINCE, source, days, 1)
