"""Figures over the days before a day, so that a day is judged by nothing that came later."""

import numpy as np

from common.compute.series.rows import Floats


def trailing_sum(daily: Floats, days: int) -> Floats:
    """(..., n) -> (..., n): sum over each day and the `days` - 1 before it. No NaN allowed."""
    total = np.cumsum(daily, axis=-1)
    total[..., days:] -= total[..., :-days].copy()
    return total


def previous_median(daily: Floats, days: int, minimum: int) -> Floats:
    """(n,) -> (n,): median of the known values of the `days` before each, NaN where fewer than `minimum`."""
    padded = np.full(days + len(daily) - 1, np.inf)  # sorts last like NaN, and several times faster
    np.copyto(padded[days:], daily[:-1], where=~np.isnan(daily[:-1]))
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(padded, days), axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    row = np.arange(len(daily))
    middle = (ordered[row, np.maximum(known - 1, 0) // 2] + ordered[row, known // 2 % days]) / 2
    return np.where(known >= max(minimum, 1), middle, np.nan)
