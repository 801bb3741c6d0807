"""How many days it takes to see a moderate effect. Owns no data: counts in, counts out."""

import math
from functools import lru_cache

from scipy.special import nctdtr, ndtr, stdtrit

from common.compute.correlations.adjustment import drift_count
from common.compute.correlations.looks import critical_a

MODERATE_CORRELATION = 0.3  # Cohen's "medium"
POWER = 0.8
LONGEST_DAYS = 3650
_LEAST_CORRELATION = 0.04


@lru_cache(maxsize=1024)
def days_needed(
    first_level: float, minimum_days: int, nuisance: int, correlation: float = MODERATE_CORRELATION
) -> int:
    """Paired days from which a correlation is published with power 0.8.

    Power is one tail of the noncentral t, at the level the first of the family must reach over all looks.
    """
    a = critical_a(first_level)
    low, high = max(minimum_days, nuisance + 6), LONGEST_DAYS
    while low < high:
        middle = (low + high) // 2
        z = math.sqrt(a * a + math.log(middle / minimum_days))
        if _power(middle - 2 - nuisance - drift_count(middle), float(ndtr(-z)), correlation) >= POWER:
            high = middle
        else:
            low = middle + 1
    return low


def correlation_of(reach: float) -> float:
    """Return what a moderate difference (0.6 deviations) correlates where the habit's days reach so far.

    `reach` is .5 for a quantity, sqrt(p (1 - p)) for a habit of a share p of days: rare ones take longer.
    """
    return max(round(2 * MODERATE_CORRELATION * reach, 2), _LEAST_CORRELATION)


def _power(degrees: int, level: float, correlation: float) -> float:
    if degrees < 1:
        return 0.0
    shift = correlation * math.sqrt(degrees / (1 - correlation**2))
    return 1 - float(nctdtr(degrees, shift, stdtrit(degrees, 1 - level)))
