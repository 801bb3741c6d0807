"""Taking out of both series what would make unrelated days look related. Owns no test and no effect.

Both sides of a pair are regressed, over the pair's common days, on weekday, slow drift, the outcome's own
past, the input's own and the confounders; what is left is compared (Frisch and Waugh, 1933). The outcome's
past alone would bias a passing effect of an autocorrelated input: with y = b x(t-1) + u, u autoregressive,
the past of y carries x(t-2), so x(t-2) must stand beside it, as it does in a Granger regression.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.ranks import Floats, Mask, row_medians

PAST_DAYS = 7
DRIFT_DAYS = 28
_CONSTANT = 1e-12  # of a column's mean square: what rounding leaves of a constant
RIDGE = 1e-9  # decides between exactly collinear columns; invisible otherwise
_FARTHEST = 5.0  # robust deviations: one day in two million of normal ones
_FARTHEST_DOSE = 3.0
NORMAL_MAD = 1.4826  # a normal deviation over the median absolute one
_TOGETHER = 1 << 17  # numbers of pairs' columns taken at a time: what fits the cache


def tame(values: Floats) -> Floats:
    """(m, n) with whatever is further than `_FARTHEST` robust deviations from its row's median brought back.

    One such day (a glitch, a marathon) pulls a regression on all the others, and two series that share it
    then agree on every day, in their ranks too. So winsorised (Huber 1981); of a habit of some days, beyond
    three times its usual dose.
    """
    known = np.isfinite(values)
    middle = row_medians(values, known)
    away = np.abs(values - middle)
    spread = NORMAL_MAD * row_medians(away, known)
    dose = row_medians(away, known & (away > 0))
    farthest = np.where(spread > 0, _FARTHEST * spread, np.where(dose > 0, _FARTHEST_DOSE * dose, np.inf))
    tamed: Floats = np.clip(values, middle - farthest, middle + farthest)
    return tamed


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
    nothing of one day's effect.
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
    """Return deviations from each row's mean, an unknown one expected at 0."""
    return np.nan_to_num(values - row_means(values))


def row_means(values: Floats) -> Floats:
    known = np.isfinite(values)
    means: Floats = np.where(known, values, 0.0).sum(axis=-1, keepdims=True) / np.maximum(
        known.sum(axis=-1, keepdims=True), 1
    )
    return means


@dataclass(frozen=True)
class Design:
    """What each of (rows, n) pairs is adjusted for, as columns that pairs share."""

    columns: Floats
    """(m, n), no NaN; the first is 0 and stands wherever a pair has nothing."""
    chosen: NDArray[np.intp]
    """(rows, k + 1) of the columns for each pair, the constant last."""
    causes: slice
    """Of those, the confounders."""


@dataclass(frozen=True)
class Adjusted:
    """(rows, n) residuals of the pairs, NaN outside their days, and what their columns took."""

    x: Floats
    y: Floats
    used: NDArray[np.int64]
    """(rows,) columns that vary."""
    removed: Floats
    """(rows,) what the causes took from the correlation of the two, in that of what is left."""


def adjust(x: Floats, y: Floats, design: Design, mask: Mask) -> Adjusted:
    """Regress each (rows, n) pair on its columns over `mask`; those that do not vary there are left out.

    Without the causes, the covariance of the residuals would be larger by b' C b, for their coefficients b on
    either side and the products C of what the other columns leave of them (Frisch and Waugh, 1933).
    """
    columns, chosen = design.columns, design.chosen
    left, removed = np.empty((2, *mask.shape)), np.empty(len(mask))
    used = np.empty(len(mask), np.int64)
    together = max(_TOGETHER // max(chosen.shape[1] * mask.shape[1], 1), 1)
    for start in range(0, len(mask), together):
        rows = slice(start, start + together)
        targets = _centre(np.stack([x[rows], y[rows]], axis=1), mask[rows, None, :])
        taken = columns[chosen[rows]]
        taken *= mask[rows, None, :]
        fitted, used[rows], shared = _fit(targets, taken, mask[rows].sum(axis=1), design.causes)
        targets -= fitted
        spread = np.sqrt(np.einsum("rsn,rsn->rs", targets, targets).prod(axis=1))
        removed[rows] = shared / np.maximum(spread, _CONSTANT)
        np.copyto(targets, np.nan, where=~mask[rows, None, :])
        left[:, rows] = targets.transpose(1, 0, 2)
    return Adjusted(left[0], left[1], used, removed)


def _fit(
    targets: Floats, columns: Floats, days: NDArray[np.int64], causes: slice
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Least squares of (rows, 2, n) on (rows, k + 1, n), both 0 outside each row's days.

    Beside it, columns used, and the covariance the `causes` among them took.

    Columns are expected near their deviations (of a size like their spread): they are centred through their
    products.
    """
    k = columns.shape[1] - 1
    products, cross = columns @ columns.transpose(0, 2, 1), columns[:, :k] @ targets.transpose(0, 2, 1)
    n = np.maximum(days, 1)[:, None]
    means, squares = products[:, :k, k] / n, np.einsum("rkk->rk", products)[:, :k]
    gram = products[:, :k, :k] - n[:, :, None] * means[:, :, None] * means[:, None, :]
    spread = np.einsum("rkk->rk", gram).copy()
    varies = spread > _CONSTANT * squares
    scale = np.where(varies, 1 / np.sqrt(np.where(varies, spread, 1.0)), 0.0)
    gram *= scale[:, :, None] * scale[:, None, :]
    gram += RIDGE * np.eye(k)
    alone = np.broadcast_to(np.eye(k)[:, causes], (len(gram), k, len(range(*causes.indices(k)))))
    solved = np.linalg.solve(gram, np.concatenate([scale[:, :, None] * cross, alone], axis=2))
    of_causes = solved[:, causes, :2]
    taken = np.linalg.solve(solved[:, causes, 2:], of_causes[:, :, 1:])
    shared = (of_causes[:, :, :1] * taken).sum(axis=(1, 2))
    slopes = scale[:, :, None] * solved[:, :, :2]
    level = -(means[:, :, None] * slopes).sum(axis=1, keepdims=True)
    fitted = np.concatenate([slopes, level], axis=1).transpose(0, 2, 1) @ columns
    return fitted, varies.sum(axis=1), shared


def _centre(values: Floats, mask: Mask) -> Floats:
    """Return deviations of (…, n) from their means over the mask, 0 outside it."""
    kept = np.where(mask, values, 0.0)
    kept -= kept.sum(axis=-1, keepdims=True) / np.maximum(mask.sum(axis=-1, keepdims=True), 1)
    kept *= mask
    return kept
