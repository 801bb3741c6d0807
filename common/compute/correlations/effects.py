"""How large an effect is, in units people know, and how sure. Owns no decision about what is shown."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.ranks import Floats
from common.compute.correlations.report import Thirds


def theil_sen(x: Floats, y: Floats) -> float:
    """Median of the slopes of all pairs of points with different x (Sen 1968); NaN if x is constant."""
    i, j = _pairs_of(len(x))
    run = x[j] - x[i]
    differs = run != 0
    if not differs.any():
        return float("nan")
    return float(np.median((y[j] - y[i])[differs] / run[differs]))


@lru_cache(maxsize=8)
def _pairs_of(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(n, 1)


def compare_thirds(x: Floats, y: Floats) -> Thirds | None:
    """None where ties leave no outer thirds: a 0/1 input splits in two, a constant does not."""
    low_cut, high_cut = np.quantile(x, [1 / 3, 2 / 3])
    low, high = x <= low_cut, x >= high_cut
    if low_cut == high_cut:
        low, high = x < high_cut, x >= high_cut
        if not low.any():
            low, high = x <= low_cut, x > low_cut
    if not low.any() or not high.any():
        return None
    return Thirds(float(low_cut), float(high_cut), float(np.median(y[low])), float(np.median(y[high])))
