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
    of_x, of_y = autocorrelations(np.stack([x, y]), mask, LONGEST_LAG_DAYS)
    rho = of_x * of_y
    lags = np.arange(1, rho.shape[1] + 1)
    weight = np.maximum(1.0 - lags / np.maximum(n, 1.0)[:, None], 0.0)
    weight[lags > n[:, None] / 3] = 0.0
    inflation = 1.0 + 2.0 * (weight * rho).sum(axis=1)
    sizes: Floats = np.clip(n / np.maximum(inflation, 1.0), 2.0, np.maximum(n, 2.0))
    return sizes


def autocorrelations(values: Floats, mask: Mask, longest_lag_days: int) -> Floats:
    """Return (sides, rows, lags) of (sides, rows, n): mean product of the days 1.. apart over the
    variance.
    """
    n = mask.shape[1]
    lags = min(longest_lag_days, max(n // 3, 1))
    known = mask.astype(np.float64)
    count = np.maximum(mask.sum(axis=1), 1)[:, None]
    centred = np.where(mask, values, 0.0)
    centred -= centred.sum(axis=2, keepdims=True) / count
    centred *= known
    variance = np.einsum("srn,srn->sr", centred, centred)[:, :, None] / count
    products, pairs = np.zeros((*values.shape[:2], lags)), np.zeros((len(mask), lags))
    for lag in range(1, min(lags, n - 1) + 1):
        products[:, :, lag - 1] = np.einsum("srn,srn->sr", centred[..., lag:], centred[..., :-lag])
        pairs[:, lag - 1] = np.einsum("rn,rn->r", known[:, lag:], known[:, :-lag])
    scale = pairs * variance
    rho = np.divide(products, scale, out=np.zeros_like(scale), where=scale > 1e-12)
    bounded: Floats = np.clip(rho, -1.0, 1.0)
    return bounded


def p_values(coefficients: Floats, degrees: Floats) -> Floats:
    """Two-sided p of correlation coefficients by Student's t; NaN coefficients and degrees below 1 give 1."""
    r = np.where(np.isfinite(coefficients), np.clip(coefficients, -1 + 1e-12, 1 - 1e-12), 0.0)
    degrees = np.asarray(degrees, np.float64)
    t = np.abs(r) * np.sqrt(np.maximum(degrees, 1.0) / (1 - r * r))
    p: Floats = np.where(degrees >= 1, 2.0 * stdtr(np.maximum(degrees, 1.0), -t), 1.0)
    return p
