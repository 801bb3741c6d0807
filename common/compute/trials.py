"""A person's own trial of one change: fourteen days in randomised pairs, analysed by the same randomisation.

In each pair of days one has the change and one is as usual, in an order drawn from a seed. Under the null any
order would have given the same outcomes, so the test is exact whatever the nights resemble (Fisher 1935;
Edgington & Onghena 2007, Randomization Tests). Computes on arrays; knows no words and no clock.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product

import numpy as np

from common.compute.series.rows import Floats

PAIRS = 7
DAYS = 2 * PAIRS
LEAST_PAIRS = 6
"""With fewer complete pairs no result could be told apart from chance at SURE."""
SURE = 0.05
_INTERVAL_TAIL = 0.10


@dataclass(frozen=True, slots=True)
class Trial:
    feature: str
    metric: str
    start: date
    lag_days: int
    seed: int

    @classmethod
    def drawn_for(cls, user_id: str, feature: str, metric: str, start: date) -> "Trial":
        """Draw the order of periods: the same for the same person, change, measure and day."""
        told = "/".join((user_id, feature, metric, start.isoformat()))
        return cls(feature, metric, start, 1, zlib.crc32(told.encode()))

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(DAYS)]

    @property
    def last_outcome(self) -> date:
        return self.days[-1] + timedelta(days=self.lag_days)

    def changed(self) -> list[bool]:
        """(DAYS,) True on the days to make the change."""
        first = np.random.default_rng(self.seed).random(PAIRS) < 0.5
        return [bool(day) for pair in first for day in (pair, not pair)]


@dataclass(frozen=True, slots=True)
class Result:
    pairs: int
    """Pairs whose outcomes are both known."""
    change: float
    """Mean outcome of days with the change minus that of the others, over those pairs."""
    lower: float
    upper: float
    """90% interval."""
    p_value: float

    @property
    def sure(self) -> bool:
        return self.p_value <= SURE


def analyse(trial: Trial, outcomes: Floats) -> Result | None:
    """`outcomes` (DAYS,): of the night or day that each day of the trial could move; NaN where unknown.

    As assigned, not as done, so that a missed day cannot tilt it. None with too few complete pairs.
    """
    signs = np.where(trial.changed(), 1.0, -1.0)
    differences = (signs * outcomes).reshape(PAIRS, 2).sum(axis=1)
    known = differences[np.isfinite(differences)]
    if len(known) < LEAST_PAIRS:
        return None
    lower, upper = _interval(known)
    return Result(len(known), float(known.mean()), lower, upper, _p_value(known))


def _p_value(differences: Floats) -> float:
    means = np.abs(_orders(len(differences)) @ differences)
    return float((means >= abs(differences.sum()) - 1e-9).mean())


@lru_cache
def _orders(pairs: int) -> Floats:
    """(2 ** pairs, pairs) signs: every order the lot could have drawn."""
    return np.array(list(product((-1.0, 1.0), repeat=pairs)))


def _interval(differences: Floats) -> tuple[float, float]:
    """Return the shifts the test does not refuse, between pair averages (Hodges & Lehmann 1963)."""
    i, j = np.triu_indices(len(differences))
    shifts = np.sort((differences[i] + differences[j]) / 2)
    kept = [float(shift) for shift in shifts if _p_value(differences - shift) > _INTERVAL_TAIL]
    return min(kept), max(kept)


def follow(trial: Trial, values: Floats, usual: float, step: float, today: date) -> tuple[int, int]:
    """Return days kept as planned, and days past with a known value, up to `today`.

    `values` (DAYS,) of the habit; `step` is signed: the change wanted. A day counts as changed where it lies
    at least half a step from `usual` in that direction. Where the usual is none and less is wanted, no day
    can lie below it: a day for the change is kept without the habit, and a day as usual either way.
    """
    changed = np.array(trial.changed())
    past = np.array([day <= today for day in trial.days]) & np.isfinite(values)
    if step < 0 and usual < abs(step) / 2:
        kept = ~changed | (values < abs(step) / 2)
    else:
        kept = changed == (np.sign(step) * (values - usual) >= abs(step) / 2)
    return int((past & kept).sum()), int(past.sum())


def values_on(days: Sequence[date], known: dict[date, float], lag_days: int = 0) -> Floats:
    return np.array([known.get(day + timedelta(days=lag_days), np.nan) for day in days])
