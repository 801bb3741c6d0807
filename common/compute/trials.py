"""A person's own trial of one change: days in randomised pairs, analysed by the same randomisation.

In each pair of days one has the change and one is as usual, in an order drawn from a seed. Under the null any
order would have given the same outcomes, so the test is exact whatever the nights resemble (Fisher 1935;
Edgington & Onghena 2007, Randomization Tests). Where the body still feels yesterday's change, each day of a
pair is a run of the same kind, of which only the last counts. Computes on arrays; knows no words and no
clock.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from statistics import NormalDist

import numpy as np

from common.compute.series.rows import Floats

LENGTHS_DAYS = (28, 40, 56)
"""What is offered: two weeks hardly show any effect but the largest."""
EARLIER_LENGTH_DAYS = 14
"""Of trials begun when there was no other."""
LEAST_PAIRS = 6
"""With fewer complete pairs no result could be told apart from chance at SURE."""
SURE, POWER = 0.05, 0.8
WASHED_OUT = frozenset({"evening_training_minutes", "exercise_minutes_daily", "steps_daily"})
"""Habits a night and a day go by after: the heart takes up to 48 hours over hard training (Stanley, Peake &
Buchheit 2013, Sports Med 43, 1259-1277)."""
_INTERVAL_TAIL = 0.10
_EXACT_PAIRS, _DRAWS = 12, 4_095
INTERVAL_ERRORS = NormalDist().inv_cdf(1 - _INTERVAL_TAIL / 2)


@dataclass(frozen=True, slots=True)
class Trial:
    feature: str
    metric: str
    start: date
    lag_days: int
    seed: int
    length_days: int = LENGTHS_DAYS[0]
    run_days: int = 1

    @classmethod
    def drawn_for(
        cls, user_id: str, feature: str, metric: str, start: date, length_days: int = LENGTHS_DAYS[0]
    ) -> "Trial":
        """Draw the order of days: the same for the same person, change, measure, day and length."""
        told = "/".join((user_id, feature, metric, start.isoformat()))
        runs = run_days(feature) if length_days in LENGTHS_DAYS else 1
        return cls(feature, metric, start, 1, zlib.crc32(told.encode()), length_days, runs)

    @property
    def pairs(self) -> int:
        return self.length_days // (2 * self.run_days)

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.length_days)]

    @property
    def last_outcome(self) -> date:
        return self.days[-1] + timedelta(days=self.lag_days)

    def changed(self) -> list[bool]:
        """Return (length_days,) True on the days to make the change."""
        first = np.random.default_rng(self.seed).random(self.pairs) < 0.5
        return [bool(run) for pair in first for run in (pair, not pair) for _ in range(self.run_days)]


def run_days(feature: str) -> int:
    return 2 if feature in WASHED_OUT else 1


@dataclass(frozen=True, slots=True)
class Result:
    pairs: int
    """Pairs whose outcomes are both known."""
    change: float
    """Mean outcome of days with the change minus that of the others, over those pairs."""
    error: float
    """Standard error of the change."""
    lower: float
    upper: float
    """90% interval."""
    p_value: float

    @property
    def sure(self) -> bool:
        return self.p_value <= SURE


@dataclass(frozen=True, slots=True)
class Expected:
    """What the change is thought to do to the outcome, in its unit: mean and standard deviation."""

    mean: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Of 90%."""
        reach = INTERVAL_ERRORS * self.error
        return self.mean - reach, self.mean + reach


def analyse(trial: Trial, outcomes: Floats) -> Result | None:
    """Compare `outcomes` (length_days,) of the night that each day could move; NaN where unknown.

    As assigned, not as done, so that a missed day cannot tilt it. None with too few complete pairs.
    """
    last_of_run = slice(trial.run_days - 1, None, trial.run_days)
    signs = np.where(trial.changed(), 1.0, -1.0)
    differences = (signs * outcomes)[last_of_run].reshape(trial.pairs, 2).sum(axis=1)
    known = differences[np.isfinite(differences)]
    if len(known) < LEAST_PAIRS:
        return None
    error = float(known.std(ddof=1)) / np.sqrt(len(known))
    lower, upper = _interval(known)
    return Result(len(known), float(known.mean()), float(error), lower, upper, _p_value(known))


def combine(result: Result, before: Expected) -> Expected:
    """Weigh the result and what was thought before it by their precision."""
    ours, theirs = 1 / max(result.error, 1e-9) ** 2, 1 / max(before.error, 1e-9) ** 2
    mean = (ours * result.change + theirs * before.mean) / (ours + theirs)
    return Expected(mean, float((ours + theirs) ** -0.5))


def pair_spread(outcomes: Floats, feature: str) -> tuple[float, float]:
    """Return the standard deviation of a pair of this person's nights (n,) and the share of them known.

    NaN with fewer than 14 such differences.
    """
    apart = run_days(feature)
    differences = outcomes[apart:] - outcomes[:-apart]
    known = differences[np.isfinite(differences)]
    if len(known) < 14:
        return float("nan"), 0.0
    return float(known.std()), len(known) / len(differences)


def power_of(change: float, spread: float, pairs: float) -> float:
    """Return the chance that a trial of so many complete pairs is sure of a true `change`.

    A paired t test's, by the normal one (Guenther 1981, Am. Stat. 35, 243-244).
    """
    normal = NormalDist()
    bar = normal.inv_cdf(1 - SURE / 2)
    if pairs < LEAST_PAIRS or not spread > 0:
        return 0.0
    return normal.cdf(abs(change) / spread * max(pairs - bar * bar / 2, 0.0) ** 0.5 - bar)


def learnt_by(before: Expected, better: int, error: float) -> float:
    """Return how much better off the person is expected to be for knowing the result before they decide.

    In the outcome's unit, of a trial with that standard error: the expected value of sample information
    (Raiffa & Schlaifer 1961, Applied Statistical Decision Theory, chapter 5).
    """
    moves = before.error**2 / math.hypot(before.error, error)
    if not moves > 0:
        return 0.0
    normal, away = NormalDist(), better * before.mean / moves
    gain = better * before.mean
    return gain * normal.cdf(away) + moves * normal.pdf(away) - max(gain, 0.0)


def _p_value(differences: Floats) -> float:
    orders = _orders(len(differences))
    means = np.abs(orders @ differences)
    return float((means >= abs(differences.sum()) - 1e-9).mean())


@lru_cache
def _orders(pairs: int) -> Floats:
    """Return (orders, pairs) signs: every order the lot could have drawn, or that drawn and many others."""
    if pairs <= _EXACT_PAIRS:
        return np.array(list(product((-1.0, 1.0), repeat=pairs)))
    drawn = np.random.default_rng(pairs).choice([-1.0, 1.0], (_DRAWS, pairs))
    return np.vstack([np.ones(pairs), drawn])


def _interval(differences: Floats) -> tuple[float, float]:
    """Return the shifts the test does not refuse, between pair averages (Hodges & Lehmann 1963)."""
    i, j = np.triu_indices(len(differences))
    shifts = np.sort((differences[i] + differences[j]) / 2)
    orders = _orders(len(differences))
    moved = np.abs((orders @ differences)[:, None] - orders.sum(axis=1)[:, None] * shifts)
    p = (moved >= np.abs(differences.sum() - len(differences) * shifts) - 1e-9).mean(axis=0)
    kept = shifts[p > _INTERVAL_TAIL]
    return float(kept.min()), float(kept.max())


def follow(trial: Trial, values: Floats, usual: float, step: float, today: date) -> tuple[int, int]:
    """Return days kept as planned, and days past with a known value, up to `today`.

    `values` (length_days,) of the habit; `step` is signed: the change wanted. A day counts as changed where
    it lies at least half a step from `usual` in that direction. Where less is wanted and the usual is less
    than a step, no day can lie so far below it: a day for the change is kept without the habit, and a day as
    usual either way. Where the usual is not known (NaN), nothing is said of any day.
    """
    changed = np.array(trial.changed())
    past = np.array([day <= today for day in trial.days]) & np.isfinite(values) & np.isfinite(usual)
    if step < 0 and usual < abs(step):
        kept = ~changed | (values < abs(step) / 2)
    else:
        kept = changed == (np.sign(step) * (values - usual) >= abs(step) / 2)
    return int((past & kept).sum()), int(past.sum())


def values_on(days: Sequence[date], known: dict[date, float], lag_days: int = 0) -> Floats:
    return np.array([known.get(day + timedelta(days=lag_days), np.nan) for day in days])
