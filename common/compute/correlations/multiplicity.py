"""False-discovery control over everything tested. Owns the arithmetic, not the choice of what was tested."""

import numpy as np

from common.compute.correlations.ranks import Floats


def first_level(tests: int, rate: float, *, any_dependence: bool = False) -> float:
    """Return the p-value that is enough for the smallest of so many tests."""
    harmonic = float(np.sum(1.0 / np.arange(1, tests + 1))) if any_dependence else 1.0
    return rate / (tests * harmonic)


def q_values(p: Floats, *, any_dependence: bool = False) -> Floats:
    """Return adjusted p-values over the whole family `p` (m,): reject where q <= the rate.

    Benjamini and Hochberg (1995), valid under independence and positive regression dependence; with
    `any_dependence` Benjamini and Yekutieli (2001), valid under every dependence.
    """
    m = len(p)
    if m == 0:
        return np.empty(0)
    order = np.argsort(p)
    stepped = p[order] / (first_level(m, 1.0, any_dependence=any_dependence) * np.arange(1, m + 1))
    q = np.empty(m)
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return q
