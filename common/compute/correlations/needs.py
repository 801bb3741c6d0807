"""How many days it takes to see a moderate effect. Owns no data: counts in, counts out."""

import numpy as np
from scipy.special import nctdtr, ndtr, stdtrit

from common.compute.correlations.looks import critical_z

MODERATE_CORRELATION = 0.3  # Cohen's "medium"
POWER = 0.8
_DAYS = np.arange(30, 2001, dtype=np.float64)


def days_needed(tests: int, rate: float, minimum_days: int, nuisance: int) -> int:
    """Paired days from which a correlation of 0.3 is published with power 0.8, the rate shared by `tests`.

    Power is one tail of the noncentral t, at the level the first of the family must reach.
    """
    days = _DAYS[minimum_days <= _DAYS]
    degrees = days - 2 - nuisance
    level = ndtr(-critical_z(rate / max(tests, 1), days, minimum_days))
    critical = stdtrit(degrees, 1 - level)
    shift = MODERATE_CORRELATION * np.sqrt(degrees / (1 - MODERATE_CORRELATION**2))
    enough = 1 - nctdtr(degrees, shift, critical) >= POWER
    return int(days[np.argmax(enough)]) if enough.any() else int(days[-1])
