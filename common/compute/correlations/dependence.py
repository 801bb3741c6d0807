"""How much a stretch of autocorrelated days is worth: effective sample size and the p-value it allows."""

import numpy as np
from scipy.special import stdtr

from common.compute.correlations.ranks import Floats, Mask

LONGEST_LAG_DAYS = 10


def effective_sizes(x: Floats, y: Floats, mask: Mask) -> Floats:
    """How many independent pairs each row pair of (rows, n) is worth over `mask`, between 2 and the count.

    n / (1 + 2 sum_k (1 - k/n) rx(k) ry(k)): Bartlett (1935), in the form of Bretherton et al. (1999), J.
    Climate 12, 1990-2009. Autocorrelations are taken between days k apart that are both in the mask,
    so gaps stay gaps. Never more than n: negative dependence is not used to claim more data than there are.
    """
    n = mask.sum(axis=1).astype(np.float64)
    rho = _autocorrelations(x, mask) * _autocorrelations(y, mask)
    lags = np.arange(1, rho.shape[1] + 1)
    weight = np.maximum(1.0 - lags / np.maximum(n, 1.0)[:, None], 0.0)
    weight[lags > n[:, None] / 3] = 0.0
    inflation = 1.0 + 2.0 * (weight * rho).sum(axis=1)
    sizes: Floats = np.clip(n / np.maximum(inflation, 1.0), 2.0, np.maximum(n, 2.0))
    return sizes


def p_values(coefficients: Floats, degrees: Floats) -> Floats:
    """Two-sided p of correlation coefficients by Student's t; NaN coefficients and degrees below 1 give 1."""
    r = np.where(np.isfinite(coefficients), np.clip(coefficients, -1 + 1e-12, 1 - 1e-12), 0.0)
    degrees = np.asarray(degrees, np.float64)
    t = np.abs(r) * np.sqrt(np.maximum(degrees, 1.0) / (1 - r * r))
    p: Floats = np.where(degrees >= 1, 2.0 * stdtr(np.maximum(degrees, 1.0), -t), 1.0)
    return p


def _autocorrelations(values: Floats, mask: Mask) -> Floats:
    """(rows, lags) autocorrelations at 1.. days: mean product over the pairs k apart over the variance."""
    n = mask.shape[1]
    lags = min(LONGEST_LAG_DAYS, max(n // 3, 1))
    known = mask.astype(np.float64)
    count = np.maximum(mask.sum(axis=1), 1)[:, None]
    filled = np.where(mask, values, 0.0)
    centred = np.where(mask, filled - filled.sum(axis=1, keepdims=True) / count, 0.0)
    variance = np.einsum("rn,rn->r", centred, centred)[:, None] / count
    products, pairs = np.zeros((2, len(mask), lags))
    for lag in range(1, min(lags, n - 1) + 1):
        products[:, lag - 1] = np.einsum("rn,rn->r", centred[:, lag:], centred[:, :-lag])
        pairs[:, lag - 1] = np.einsum("rn,rn->r", known[:, lag:], known[:, :-lag])
    scale = pairs * variance
    rho = np.divide(products, scale, out=np.zeros_like(scale), where=scale > 1e-12)
    bounded: Floats = np.clip(rho, -1.0, 1.0)
    return bounded
