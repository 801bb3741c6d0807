"""When the person's history is looked at, and what looking again and again costs. Owns no test statistic.

A person with no true effect must not be told one merely because we ask every night. Two rules see to it:

* Looks fall on a fixed calendar grid: closed Sundays of the person's local calendar. What is published on a
  day is what the last look before it finds, a pure function of the rows up to that look.
* At a look, a pair's p-value is made valid at all looks together, however many: Robbins's delayed-start
  boundary (Robbins 1970, Ann. Math. Stat. 41, 1397-1409; Bibaut, Kallus and Lindon 2022, arXiv:2212.14411).
  For Brownian motion W started at 0 and watched from time m on,

      P(|W(t)| >= sqrt(t (a^2 + ln(t/m))) for some t >= m) = 2 (1 - Phi(a) + a phi(a)).

  With z the look's own normal score and t/m its number of days over the tier's minimum, a^2 = z^2 - ln(t/m)
  turns it into a p-value whose running minimum is still a p-value, so that Benjamini-Hochberg over the family
  holds its rate over all looks and not only over one.
"""

import datetime as dt
import math

import numpy as np
from scipy.special import ndtr, ndtri

from common.compute.correlations.ranks import Floats

LOOK_EVERY_DAYS = 7


def look_day(last_closed: dt.date) -> dt.date:
    """The last Sunday that is not after `last_closed`."""
    return last_closed - dt.timedelta(days=last_closed.isoweekday() % LOOK_EVERY_DAYS)


def anytime_p(p: Floats, n: Floats, minimum_days: int) -> Floats:
    """p-values valid at all looks from `minimum_days` on, of single-look ones (m,) on `n` days each."""
    z = -ndtri(np.clip(p, 1e-300, 1.0) / 2)
    a = np.sqrt(np.maximum(z * z - np.log(np.maximum(n / minimum_days, 1.0)), 0.0))
    return np.minimum(_robbins(a), 1.0)


def critical_z(alpha: float, n: Floats, minimum_days: int) -> Floats:
    """The normal score a single look on `n` days must reach for its anytime p to be `alpha`."""
    low, high = 1.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(_robbins(np.array(middle))) > alpha:
            low = middle
        else:
            high = middle
    return np.sqrt(high**2 + np.log(np.maximum(n / minimum_days, 1.0)))


def _robbins(a: Floats) -> Floats:
    p: Floats = 2.0 * (ndtr(-a) + a * np.exp(-a * a / 2) / math.sqrt(2 * math.pi))
    return p
