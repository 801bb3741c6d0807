"""How many days it takes to see a moderate effect. Owns no data: counts in, counts out."""

import math
from functools import lru_cache

from scipy.special import nctdtr, ndtr, stdtrit

from common.compute.correlations.adjustment import drift_count
from common.compute.correlations.looks import critical_a

MODERATE_CORRELATION = 0.3  # Cohen's "medium"
POWER = 0.8
LONGEST_DAYS = 3650


@lru_cache(maxsize=256)
def days_needed(first_level: float, minimum_days: int, nuisance: int) -> int:
    """Paired days from which a correlation of 0.3 is published with power 0.8.

    Power is one tail of the noncentral t, at the level the first of the family must reach over all looks.
    """
    a = critical_a(first_level)
    low, high = max(minimum_days, nuisance + 6), LONGEST_DAYS
    while low < high:
        middle = (low + high) // 2
        z = math.sqrt(a * a + math.log(middle / minimum_days))
        if _power(middle - 2 - nuisance - drift_count(middle), float(ndtr(-z))) >= POWER:
            high = middle
        else:
            low = middle + 1
    return low


def _power(degrees: int, level: float) -> float:
    shift = MODERATE_CORRELATION * math.sqrt(degrees / (1 - MODERATE_CORRELATION**2))
    return 1 - float(nctdtr(degrees, shift, stdtrit(degrees, 1 - level)))
