"""Taking out of both series what would make unrelated days look related. Owns no test and no effect.

Both sides of a pair are regressed, over the pair's common days, on weekday, slow drift, the outcome's own
past, the input's own previous day and the confounders; what is left is compared (Frisch and Waugh, 1933). The
outcome's past alone would bias a passing effect of an autocorrelated input: with y = b x(t-1) + u, u
autoregressive, the past of y carries x(t-2), so x(t-2) must stand beside it, as it does in a Granger
regression.
"""

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.ranks import Floats, Mask

PAST_DAYS = 7
DRIFT_DAYS = 56
_RIDGE = 1e-9  # decides between exactly collinear columns; invisible otherwise


def shift_days(values: Floats, days: int) -> Floats:
    """`values` (..., n) moved on by `days`: position t holds day t - days, NaN before the start."""
    shifted = np.full_like(values, np.nan)
    if days == 0:
        return values.copy()
    shifted[..., days:] = values[..., :-days]
    return shifted


def weekday_terms(days: NDArray[np.datetime64]) -> Floats:
    """(6, n) indicators of Tuesday to Sunday."""
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7  # 0 is Monday
    indicators: Floats = (weekday[None, :] == np.arange(1, 7)[:, None]).astype(np.float64)
    return indicators


def drift_count(days: int) -> int:
    """How many terms `drift_terms` gives a stretch of so many days: a line and a cosine per 4 weeks."""
    return 1 + days // (DRIFT_DAYS // 2)


def drift_terms(n: int, first: int, last: int) -> Floats:
    """(k, n): a line and the cosines of period 8 weeks and longer over the days `first`..`last`; 0 outside.

    Seasons, a training block, a new job move inputs and outcomes alike for weeks; what both did slowly says
    nothing of one day's effect (the high-pass filter of Holmes et al. 1997 for brain images).
    """
    phase = (np.arange(first, last + 1) - first + 0.5) / (last - first + 1)
    waves = np.cos(np.pi * np.arange(1, drift_count(len(phase)))[:, None] * phase)
    terms = np.zeros((len(waves) + 1, n))
    terms[0, first : last + 1] = phase
    terms[1:, first : last + 1] = waves
    return terms


def own_past(values: Floats, gap_days: int) -> Floats:
    """(m, 2, n) of (m, n): the value `gap_days` ago and the mean of the week that ended then; no NaN.

    Two terms, because nights are a slow level plus noise: the last night alone forgets the level. An unknown
    last night is expected at the week's mean, an unknown week at the person's mean.
    """
    earlier = shift_days(values, gap_days)
    known = np.isfinite(earlier)
    total = np.cumsum(np.where(known, earlier, 0.0), axis=1)
    count = np.cumsum(known, axis=1).astype(np.float64)
    total[:, PAST_DAYS:] -= total[:, :-PAST_DAYS].copy()
    count[:, PAST_DAYS:] -= count[:, :-PAST_DAYS].copy()
    mean = fill_unknown(np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0))
    centred = earlier - row_means(values)
    return np.stack([np.where(known, centred, mean), mean], axis=1)


def fill_unknown(values: Floats) -> Floats:
    """Deviations from each row's mean, an unknown one expected at 0."""
    return np.nan_to_num(values - row_means(values))


def row_means(values: Floats) -> Floats:
    known = np.isfinite(values)
    means: Floats = np.where(known, values, 0.0).sum(axis=-1, keepdims=True) / np.maximum(
        known.sum(axis=-1, keepdims=True), 1
    )
    return means


def adjust(x: Floats, y: Floats, nuisance: Floats, mask: Mask) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Residuals of (rows, n) pairs on their nuisance (rows, k, n) over `mask`, and columns used by each.

    Residuals are NaN outside the mask. Columns that do not vary within the mask are left out.
    """
    design = _standardised(nuisance, mask)
    used = (np.abs(design).max(axis=2, initial=0.0) > 0).sum(axis=1)
    gram = design @ design.transpose(0, 2, 1) + _RIDGE * np.eye(design.shape[1])
    targets = np.stack([_centre(x, mask), _centre(y, mask)], axis=2)
    fitted = design.transpose(0, 2, 1) @ np.linalg.solve(gram, design @ targets)
    left = np.where(mask[:, :, None], targets - fitted, np.nan)
    return left[:, :, 0], left[:, :, 1], used


def _standardised(columns: Floats, mask: Mask) -> Floats:
    """Columns centred and of unit length over the mask, 0 outside it and where they do not vary."""
    inside = mask[:, None, :].astype(np.float64)
    kept = columns * inside
    square = np.einsum("rkn,rkn->rk", kept, kept)
    kept -= kept.sum(axis=2, keepdims=True) / np.maximum(inside.sum(axis=2, keepdims=True), 1)
    kept *= inside
    norm = np.sqrt(np.einsum("rkn,rkn->rk", kept, kept))
    varies = norm > 1e-9 * np.sqrt(square)
    kept *= np.divide(1.0, norm, out=np.zeros_like(norm), where=varies)[:, :, None]
    return kept


def _centre(values: Floats, mask: Mask) -> Floats:
    kept = np.where(mask, values, 0.0)
    n = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    centred: Floats = np.where(mask, kept - kept.sum(axis=1, keepdims=True) / n, 0.0)
    return centred
