"""What every reader of rows shares: the days being filled, and the account of rows left out or corrected."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from common.compute.series.calendar import AsOf, Days
from common.compute.series.places import Places
from common.compute.series.rows import Instants

TRAILING_DAYS = 28
"""How far back a day's value may look to judge sources and food logs."""

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


def encode(texts: list[str], key: Callable[[str], str] = str) -> tuple[Indices, tuple[str, ...]]:
    """Each text as its position among the distinct `key`s, and those keys."""
    key_of = {text: key(text) for text in dict.fromkeys(texts)}
    position = {name: i for i, name in enumerate(dict.fromkeys(key_of.values()))}
    code_of = {text: position[name] for text, name in key_of.items()}
    return np.fromiter(map(code_of.__getitem__, texts), np.int64, len(texts)), tuple(position)


@dataclass(slots=True)
class Account:
    """Rows by what happened to them, counted while a series is built."""

    length: int
    dropped: dict[str, Indices] = field(default_factory=dict)
    """(length,) rows of each day, by reason."""
    corrected: dict[str, Indices] = field(default_factory=dict)
    """(length,) rows of each day that were read otherwise than stated, by what was done."""

    def drop(self, reason: str, days: Indices) -> None:
        """`days` has one position for each row."""
        self._count(self.dropped, reason, days)

    def correct(self, what: str, days: Indices) -> None:
        """`days` has one position for each row."""
        self._count(self.corrected, what, days)

    def _count(self, account: dict[str, Indices], reason: str, days: Indices) -> None:
        if len(days):
            known = account.setdefault(reason, np.zeros(self.length, np.int64))
            known += np.bincount(days, minlength=self.length)


@dataclass(frozen=True, slots=True)
class Window:
    places: Places
    days: Days
    """(n,) consecutive local dates."""
    as_of: AsOf

    @property
    def length(self) -> int:
        return len(self.days)

    @property
    def cut_off(self) -> np.datetime64:
        return np.datetime64(self.as_of.cut_off, "ms")

    def positions(self, dates: Days) -> Indices:
        """Index of each date among the days; -1 where it lies outside them or after the as-of day."""
        position = (dates - self.days[0]).astype(np.int64)
        last = min(self.length - 1, int((np.datetime64(self.as_of.date) - self.days[0]).astype(np.int64)))
        return np.where((position >= 0) & (position <= last) & ~np.isnat(dates), position, -1)

    def near(self, instants: Instants, account: Account) -> Indices:
        """Return rows that could fall on one of the days: a cheap first cut, two days wide on either side."""
        # of no day, so told of every span of days up to the last
        account.drop("no_time", np.full(int(np.isnat(instants).sum()), self.length - 1))
        margin = np.timedelta64(2, "D")
        return np.flatnonzero((instants >= self.days[0] - margin) & (instants < self.days[-1] + margin))
