"""Ranks and correlation coefficients of series with gaps. Owns no significance and no choice of pairs.

A gap (NaN) is never filled, and a pair is ranked over its own common days only: ranking whole columns once
and masking afterwards is not Spearman's coefficient.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def rank_rows(values: Floats) -> Floats:
    """Average ranks (from 1) within each row of (rows, n); NaN stays NaN."""
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    positions = np.arange(values.shape[1])
    fresh = np.ones(values.shape, np.bool_)
    fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(fresh, positions, 0), axis=1)
    closing = np.ones(values.shape, np.bool_)
    closing[:, :-1] = fresh[:, 1:]
    last = np.where(closing, positions, values.shape[1])
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty_like(values)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    ranks[np.isnan(values)] = np.nan
    return ranks


def rank_within(values: Floats, masks: Mask) -> Floats:
    """Average ranks of one series (n,) within each of (m, n) subsets of its known days; 0 outside the subset.

    One sort serves every subset: a tie group's rank follows from how many of its members are in the subset.
    """
    order = np.argsort(values)
    ordered = values[order]
    fresh = np.ones(len(values), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    inside = masks[:, order].astype(np.float64)
    counts = np.add.reduceat(inside, np.flatnonzero(fresh), axis=1)
    group_ranks = np.cumsum(counts, axis=1) - (counts - 1) / 2
    ranks = np.empty_like(inside)
    ranks[:, order] = group_ranks[:, np.cumsum(fresh) - 1] * inside
    return ranks


def correlate_rows(x: Floats, y: Floats, mask: Mask) -> Floats:
    """Pearson's coefficient of each row pair of (rows, n) over `mask`; NaN where one side does not vary."""
    n = np.maximum(mask.sum(axis=1), 1)[:, None]
    x = np.where(mask, x, 0.0)
    y = np.where(mask, y, 0.0)
    x = np.where(mask, x - x.sum(axis=1, keepdims=True) / n, 0.0)
    y = np.where(mask, y - y.sum(axis=1, keepdims=True) / n, 0.0)
    return _ratio(np.einsum("rn,rn->r", x, y), np.einsum("rn,rn->r", x, x), np.einsum("rn,rn->r", y, y))


def pearson_grid(x: Floats, y: Floats) -> Floats:
    """(p, q) Pearson coefficients of (p, n) against (q, n), each over its pair's common days."""
    known_x, known_y = np.isfinite(x), np.isfinite(y)
    # Centring over all known days first keeps the sums of squares below well conditioned.
    x, y = _centred(x, known_x), _centred(y, known_y)
    wx, wy = known_x.astype(np.float64), known_y.astype(np.float64).T
    n = np.maximum(wx @ wy, 1)
    sum_x, sum_y = x @ wy, wx @ y.T
    return _ratio(x @ y.T - sum_x * sum_y / n, x**2 @ wy - sum_x**2 / n, wx @ (y**2).T - sum_y**2 / n)


def spearman_grid(x: Floats, y: Floats) -> Floats:
    """(p, q) Spearman coefficients of (p, n) against (q, n): average ranks over each pair's common days."""
    known_x, known_y = np.isfinite(x), np.isfinite(y)
    common = known_x[:, None, :] & known_y[None, :, :]
    ranks_x = np.stack([rank_within(row, common[i]) for i, row in enumerate(x)])
    ranks_y = np.stack([rank_within(row, common[:, j]) for j, row in enumerate(y)], axis=1)
    n = np.maximum(common.sum(axis=2), 1)
    # Ranks over n days have mean (n + 1) / 2 whatever the ties, so nothing needs centring by a second pass.
    offset = n * ((n + 1) / 2) ** 2
    return _ratio(
        np.einsum("pqn,pqn->pq", ranks_x, ranks_y) - offset,
        np.einsum("pqn,pqn->pq", ranks_x, ranks_x) - offset,
        np.einsum("pqn,pqn->pq", ranks_y, ranks_y) - offset,
    )


def _centred(values: Floats, known: Mask) -> Floats:
    n = np.maximum(known.sum(axis=1), 1)[:, None]
    filled = np.where(known, values, 0.0)
    centred: Floats = np.where(known, filled - filled.sum(axis=1, keepdims=True) / n, 0.0)
    return centred


def _ratio(cross: Floats, square_x: Floats, square_y: Floats) -> Floats:
    scale = np.sqrt(np.maximum(square_x, 0.0) * np.maximum(square_y, 0.0))
    ratio = np.divide(cross, scale, out=np.full(cross.shape, np.nan), where=scale > 1e-12)
    bounded: Floats = np.clip(ratio, -1.0, 1.0)
    return bounded
