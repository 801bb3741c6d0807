"""How large an effect is, in units people know, and how sure. Owns no decision about what is shown."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.permutation import block_days
from common.compute.correlations.ranks import Floats
from common.compute.correlations.report import Thirds

RESAMPLES = 200
INTERVAL = 0.90
_PARTNERS = 8


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


def slope_interval(x: Floats, y: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """90% percentile interval of the Theil-Sen slope by moving-block bootstrap (Künsch 1989) of (n,) days.

    Each resample's median is over n x 8 pairs of its points, not all of them: rotations of the resample
    against itself, an unbiased sample of the same slopes at a fraction of the time.
    """
    n = len(x)
    block = block_days(n)
    blocks = -(-n // block)
    starts = rng.integers(0, n, (RESAMPLES, blocks))
    index = ((starts[:, :, None] + np.arange(block)) % n).reshape(RESAMPLES, -1)[:, :n]
    drawn = np.stack([x, y]).astype(np.float32)[:, index]
    round_again = np.concatenate([drawn, drawn], axis=2)
    rotations = rng.choice(np.arange(1, n), min(_PARTNERS, n - 1), replace=False)
    slopes = np.empty((RESAMPLES, len(rotations), n), np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        for k, turn in enumerate(rotations):
            run, rise = round_again[:, :, turn : turn + n] - drawn
            np.divide(rise, run, out=slopes[:, k])
    # A day drawn twice meets itself: no slope. Sent to both infinities by turns, it moves no median.
    every = slopes.ravel()
    itself = np.flatnonzero(np.isnan(every))
    every[itself[::2]], every[itself[1::2]] = np.inf, -np.inf
    middle = len(rotations) * n // 2
    by_resample = slopes.reshape(RESAMPLES, -1)
    by_resample.partition(middle, axis=1)
    medians = by_resample[:, middle]
    low, high = np.quantile(medians, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return float(low), float(high)


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
