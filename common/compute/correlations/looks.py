"""When the person's history is looked at, and what looking again and again costs. Owns no test statistic.

A person with no true effect must not be told one merely because we ask every night. Two rules see to it:

* Looks fall on a fixed calendar grid: closed Sundays of the person's local calendar. What is published on a
  day is what the last look before it finds, a pure function of the rows up to that look.
* At a look, a pair's p-value is made valid at all looks together by Robbins's delayed-start boundary (Robbins
  1970, Ann. Math. Statist. 41, 1397-1409).
  For Brownian motion W started at 0 and watched without pause from time m on,

      P(|W(t)| >= sqrt(t (a^2 + ln(t/m))) for some t >= m) = 2 (1 - Phi(a) + a phi(a)).

  With z the look's own normal score and t/m its days over the tier's minimum, a^2 = z^2 - ln(t/m) turns it
  into a p-value whose running minimum is still one, so Benjamini-Hochberg over the family holds its rate over
  all looks.

Where a pair is expected to have one sign, one bar of the score stands for all looks, for it is low early,
when most people ask. A standardised Brownian motion crosses it upwards between times m and M with
probability about

    1 - Phi(c) + phi(c) c / 2 ln(M / m)

(Siegmund 1985, "Sequential Analysis", chapter 4: the tail of the first look and the rate of crossings after).
At weekly looks it is .66 to .86 of that (600,000 simulated paths; a test repeats it): .8 is charged.

We watch one day in seven, and data older than the lookback leave. At weekly looks from 84 to 365 days the
same boundary is crossed with .34 to .46 of that probability (a between 2.5 and 3.75, half a million simulated
paths; a test repeats it), so half of it is charged.
"""

import datetime as dt
import math

import numpy as np
from scipy.special import ndtr, ndtri

from common.compute.correlations.ranks import Floats

LOOK_EVERY_DAYS = 7
WEEKLY_SHARE = 0.5
WEEKLY_CROSSINGS = 0.8
_ROOT_TAU = math.sqrt(2 * math.pi)


def look_day(last_closed: dt.date) -> dt.date:
    """Return the last Sunday that is not after `last_closed`."""
    return last_closed - dt.timedelta(days=last_closed.isoweekday() % LOOK_EVERY_DAYS)


def anytime_p(p: Floats, n: Floats, minimum_days: int) -> Floats:
    """Return p-values valid at all weekly looks from `minimum_days` on, of single-look ones (m,) on `n`
    days.
    """
    z = -ndtri(np.clip(p, 1e-300, 1.0) / 2)
    a = np.sqrt(np.maximum(z * z - np.log(np.maximum(n / minimum_days, 1.0)), 0.0))
    ever: Floats = 2.0 * (ndtr(-a) + a * np.exp(-a * a / 2) / _ROOT_TAU)
    # A look can never be surer than had it been the only one.
    return np.maximum(WEEKLY_SHARE * ever, p)


def critical_a(alpha: float) -> float:
    """Return the `a` of the boundary that weekly looks are charged `alpha` for."""
    low, high = 0.0, 40.0
    for _ in range(50):
        a = (low + high) / 2
        ever = math.erfc(a / math.sqrt(2)) + 2 * a * math.exp(-a * a / 2) / _ROOT_TAU
        low, high = (a, high) if WEEKLY_SHARE * ever > alpha else (low, a)
    return high


def crossing_p(z: Floats, first_day: int, last_day: int) -> Floats:
    """Chance that a score without any effect is ever at `z` at weekly looks between two counts of days."""
    density = np.exp(-z * z / 2) / _ROOT_TAU
    ever = ndtr(-z) + density * np.maximum(z, 0.0) / 2 * math.log(last_day / first_day)
    p: Floats = np.clip(np.maximum(WEEKLY_CROSSINGS * ever, ndtr(-z)), 0.0, 1.0)
    return p


def one_sided_bar(alpha: float, first_day: int, last_day: int) -> float:
    """Return the score that `crossing_p` charges `alpha` for."""
    low, high = 0.0, 40.0
    for _ in range(50):
        z = (low + high) / 2
        low, high = (z, high) if crossing_p(np.array([z]), first_day, last_day)[0] > alpha else (low, z)
    return high
