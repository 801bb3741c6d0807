"""Granger causality of many pairs at once: does an input's past foretell an outcome beyond the outcome's own?

Shown beside the primary test, never a reason to publish. A pair is refused rather than guessed where its
longest stretch without a gap is short or a series wanders (no rejection of a unit root).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from common.compute.correlations.ranks import Floats, Mask
from common.compute.correlations.report import Granger, GrangerRefusal

MAXIMUM_ORDER = 7
SHORTEST_STRETCH_DAYS = 42


def granger(x: Floats, y: Floats) -> list[Granger]:
    """For each row pair of (rows, n), both by day: does x up to yesterday help to foretell y today?

    Order by AIC among 1..7 on the days all orders share; then the F test of Granger (1969) on all days the
    chosen order allows, which is what statsmodels' `ssr_ftest` gives. Least squares by QR of the whole batch.
    """
    answers = [Granger(refusal=GrangerRefusal.GAPS) for _ in x]
    if x.shape[1] < SHORTEST_STRETCH_DAYS:
        return answers
    begins, lengths = longest_stretch(np.isfinite(x) & np.isfinite(y))
    rows = np.flatnonzero(lengths >= SHORTEST_STRETCH_DAYS)
    if len(rows) == 0:
        return answers
    x, y = _stretches(x, begins, lengths, rows), _stretches(y, begins, lengths, rows)
    lengths = lengths[rows]
    steady = ~(has_unit_root(x, lengths) | has_unit_root(y, lengths))
    orders = _aic_orders(x, y, lengths)
    for row in rows[~steady]:
        answers[row] = Granger(refusal=GrangerRefusal.NOT_STATIONARY)
    for order in np.unique(orders[steady]):
        chosen = np.flatnonzero(steady & (orders == order))
        f, p = _f_tests(x[chosen], y[chosen], lengths[chosen], int(order))
        for row, days, one_f, one_p in zip(rows[chosen], lengths[chosen], f, p, strict=True):
            answers[row] = Granger(int(order), int(days), float(one_f), float(one_p))
    return answers


def longest_stretch(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First column and length of each row's longest run of True, the latest of equals."""
    columns = np.arange(1, mask.shape[1] + 1)
    blocked = np.maximum.accumulate(np.where(mask, 0, columns), axis=1)
    run = np.where(mask, columns - blocked, 0)
    last = mask.shape[1] - 1 - np.argmax(run[:, ::-1], axis=1)
    length = np.take_along_axis(run, last[:, None], axis=1)[:, 0]
    return last - length + 1, length


def has_unit_root(values: Floats, lengths: NDArray[np.int64]) -> Mask:
    """Return True where the augmented Dickey-Fuller test (constant, one lagged difference) does not reject
    at 5%.

    (rows, n) starting at column 0, `lengths` known. Critical value by MacKinnon (2010), response surface for
    one variable with a constant.
    """
    steps = np.diff(values, axis=1)
    n = lengths - 2
    used = np.arange(steps.shape[1] - 1) < n[:, None]
    columns = np.stack([np.ones(used.shape), steps[:, :-1], values[:, 1:-1], steps[:, 1:]], axis=1)
    r = _triangle(columns * used[:, None, :])
    scale = np.abs(r[:, 3, 3]) / np.sqrt(np.maximum(n - 3, 1))
    signed = r[:, 2, 3] * np.sign(r[:, 2, 2])
    t = np.divide(signed, scale, out=np.zeros_like(scale), where=scale > 0)
    wanders: Mask = t > -2.86154 - 2.8903 / n - 4.234 / n**2 - 40.040 / n**3
    return wanders


def _aic_orders(x: Floats, y: Floats, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    columns = _lagged(x, y, lengths, MAXIMUM_ORDER, from_day=MAXIMUM_ORDER)
    n = lengths - MAXIMUM_ORDER
    products = columns @ columns.transpose(0, 2, 1)
    gram, cross, total = products[:, :-1, :-1], products[:, :-1, -1:], products[:, -1, -1]
    gram = gram + 1e-10 * n[:, None, None] * np.eye(gram.shape[1])
    criteria = []
    for order in range(1, MAXIMUM_ORDER + 1):
        keep = np.r_[: order + 1, MAXIMUM_ORDER + 1 : MAXIMUM_ORDER + 1 + order]
        part = cross[:, keep]
        solved = np.linalg.solve(gram[:, keep[:, None], keep[None, :]], part)
        left = total - (part * solved)[:, :, 0].sum(axis=1)
        criteria.append(n * np.log(np.maximum(left, 1e-300) / n) + 2 * (2 * order + 1))
    best: NDArray[np.int64] = np.argmin(criteria, axis=0) + 1
    return best


def _f_tests(x: Floats, y: Floats, lengths: NDArray[np.int64], order: int) -> tuple[Floats, Floats]:
    r = _triangle(_lagged(x, y, lengths, order, from_day=order))
    # In the triangle of [1, y's past, x's past, y], the last column holds what each part explains of y.
    explained = (r[:, order + 1 : 2 * order + 1, -1] ** 2).sum(axis=1)
    left = r[:, 2 * order + 1, -1] ** 2
    degrees = lengths - order - (2 * order + 1)
    f = explained / order / (left / degrees)
    return f, np.asarray(fdtrc(order, degrees, f), np.float64)


def _triangle(columns: Floats) -> Floats:
    """R of the QR factorisation of each (k, n) set of columns."""
    return np.asarray(np.linalg.qr(columns.transpose(0, 2, 1), mode="r"), np.float64)


def _lagged(x: Floats, y: Floats, lengths: NDArray[np.int64], order: int, *, from_day: int) -> Floats:
    """Return (rows, 2 order + 2, n): constant, y's past, x's past, y; 0 beyond the length."""
    n = y.shape[1]
    used = (np.arange(from_day, n) < lengths[:, None]).astype(np.float64)
    columns = np.empty((len(y), 2 * order + 2, n - from_day))
    columns[:, 0] = 1.0
    for k in range(1, order + 1):
        columns[:, k] = y[:, from_day - k : n - k]
        columns[:, order + k] = x[:, from_day - k : n - k]
    columns[:, -1] = y[:, from_day:]
    columns *= used[:, None, :]
    return columns


def _stretches(
    values: Floats, begins: NDArray[np.int64], lengths: NDArray[np.int64], rows: NDArray[np.intp]
) -> Floats:
    """Return the chosen stretches from column 0 on, standardised; 0 beyond."""
    columns = np.arange(int(lengths[rows].max()))
    inside = columns < lengths[rows][:, None]
    index = np.minimum(begins[rows][:, None] + columns, values.shape[1] - 1)
    taken = np.where(inside, np.take_along_axis(values[rows], index, axis=1), 0.0)
    n = lengths[rows][:, None]
    centred = np.where(inside, taken - taken.sum(axis=1, keepdims=True) / n, 0.0)
    spread = np.sqrt((centred**2).sum(axis=1, keepdims=True) / n)
    scaled: Floats = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return scaled
