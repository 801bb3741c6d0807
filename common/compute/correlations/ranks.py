"""Ranks and correlation coefficients of series with gaps. Owns no significance and no choice of pairs.

A gap (NaN) is never filled, and a pair is ranked over its own common days only: ranking whole columns once
and masking afterwards is not Spearman's coefficient.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def rank_rows(values: Floats) -> Floats:
    """Average ranks (from 1) within each row of (rows, n); NaN stays NaN."""
    unknown = np.isnan(values)
    last = np.where(unknown, np.inf, values)  # numpy sorts NaN several times more slowly
    order = np.argsort(last, axis=1)
    order += np.arange(len(values))[:, None] * values.shape[1]  # into all values, one after the other
    ordered = last.ravel()[order]
    fresh = np.ones(values.shape, np.bool_)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=fresh[:, 1:])
    fresh |= ordered == np.inf
    ranks = np.empty(values.shape)
    plain = np.arange(1.0, values.shape[1] + 1)
    ranks.ravel()[order] = plain if fresh.all() else _shared_ranks(fresh)
    ranks[unknown] = np.nan
    return ranks


def _shared_ranks(fresh: Mask) -> Floats:
    """Average ranks of ordered rows (rows, n), where `fresh` says which values differ from the one before."""
    positions = np.arange(fresh.shape[1])
    first = np.maximum.accumulate(np.where(fresh, positions, 0), axis=1)
    closing = np.ones(fresh.shape, np.bool_)
    closing[:, :-1] = fresh[:, 1:]
    last = np.where(closing, positions, fresh.shape[1])
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    shared: Floats = (first + last) / 2 + 1
    return shared


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
    """Return Pearson's coefficient of each row pair of (rows, n) over `mask`; NaN where one side does not
    vary.
    """
    n = np.maximum(mask.sum(axis=1), 1)[:, None]
    x = np.where(mask, x, 0.0)
    y = np.where(mask, y, 0.0)
    x = np.where(mask, x - x.sum(axis=1, keepdims=True) / n, 0.0)
    y = np.where(mask, y - y.sum(axis=1, keepdims=True) / n, 0.0)
    return _ratio(np.einsum("rn,rn->r", x, y), np.einsum("rn,rn->r", x, x), np.einsum("rn,rn->r", y, y))


def pearson_grid(x: Floats, y: Floats, lags: Sequence[int] = (0,)) -> Floats:
    """Return (lags, p, q) Pearson coefficients of x (p, n) that many days before y (q, n), over common
    days.
    """
    # Centring over all known days first keeps the sums of squares below well conditioned.
    known_x, known_y = np.isfinite(x).astype(np.float64), np.isfinite(y).astype(np.float64)
    x, y = _centred(x, known_x > 0), _centred(y, known_y > 0)
    grids = []
    for lag in lags:
        a, wa = x[:, : x.shape[1] - lag], known_x[:, : x.shape[1] - lag]
        b, wb = y[:, lag:].T, known_y[:, lag:].T
        n = np.maximum(wa @ wb, 1)
        sum_a, sum_b = a @ wb, wa @ b
        grids.append(_ratio(a @ b - sum_a * sum_b / n, a**2 @ wb - sum_a**2 / n, wa @ b**2 - sum_b**2 / n))
    return np.stack(grids)


def spearman_grid(x: Floats, y: Floats, lags: Sequence[int] = (0,)) -> Floats:
    """Return (lags, p, q) Spearman coefficients of x (p, n) that many days before y (q, n), over common
    days.
    """
    (p, n_days), q = x.shape, len(y)
    known_x, known_y = np.isfinite(x), np.isfinite(y)
    common = np.zeros((len(lags), p, q, n_days), np.bool_)  # by the day of x
    for k, lag in enumerate(lags):
        common[k, :, :, : n_days - lag] = known_x[:, None, : n_days - lag] & known_y[None, :, lag:]
    by_input = [rank_within(x[i], common[:, i].reshape(-1, n_days)) for i in range(p)]
    ranks_x = np.stack(by_input).reshape(p, len(lags), q, n_days)
    grids = []
    later = np.zeros((p * len(lags), n_days), np.bool_)
    ranks_y = np.empty((q, p, len(lags), n_days))
    for j in range(q):
        for k, lag in enumerate(lags):
            later[k :: len(lags), lag:] = common[k, :, j, : n_days - lag]
            later[k :: len(lags), :lag] = False
        ranks_y[j] = rank_within(y[j], later).reshape(p, len(lags), n_days)
    for k, lag in enumerate(lags):
        a, b = ranks_x[:, k, :, : n_days - lag], ranks_y[:, :, k, lag:]
        n = np.maximum(common[k].sum(axis=2), 1)
        # Ranks over n days have mean (n + 1) / 2 whatever the ties: no second pass to centre them.
        offset = n * ((n + 1) / 2) ** 2
        grids.append(
            _ratio(
                np.einsum("pqn,qpn->pq", a, b) - offset,
                np.einsum("pqn,pqn->pq", a, a) - offset,
                np.einsum("qpn,qpn->pq", b, b) - offset,
            )
        )
    return np.stack(grids)


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


def row_medians(values: Floats, known: Mask) -> Floats:
    """(m, 1): the upper median of each row's known values, 0 where there is none."""
    ordered = np.sort(np.where(known, values, np.inf), axis=1)
    count = known.sum(axis=1)
    middle = ordered[np.arange(len(values)), np.minimum(count // 2, values.shape[1] - 1)]
    return np.where(count > 0, middle, 0.0)[:, None]
