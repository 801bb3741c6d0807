"""Conformal prediction intervals of errors on people never seen; those that follow a person are `adaptive`'s.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018) on scaled residuals (Papadopoulos et al. 2002):
a score is (actual - forecast) / the person's usual error. Lower and upper ends have quantiles of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from common.compute.series.rows import Floats

LEVELS: tuple[int, ...] = (50, 80, 95)
GRID = 100


@dataclass(frozen=True, slots=True)
class Interval:
    lower: float
    upper: float


def conformal_quantiles(scores: Floats, weights: Floats | None = None) -> dict[int, tuple[float, float]]:
    """Level in percent -> (lower, upper) quantile of the scores, each tail corrected for a finite sample.

    `weights` (same shape, positive) let every person count alike however many days they have; one more,
    unseen day of average weight is taken to lie beyond the end. Raises ValueError on an empty sample.
    """
    if not len(scores):
        raise ValueError("no calibration scores")
    weights = np.ones(len(scores)) if weights is None else weights
    return {
        level: (-_upper(-scores, weights, 0.5 + level / 200), _upper(scores, weights, 0.5 + level / 200))
        for level in LEVELS
    }


def _upper(scores: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(scores)
    reached = np.cumsum(weights[order]) / (weights.sum() + weights.mean())
    return float(scores[order[min(int(np.searchsorted(reached, share - 1e-12)), len(scores) - 1)]])


def scaled_intervals(
    forecast: float, usual_error: float, quantiles: Mapping[int, tuple[float, float]]
) -> dict[int, Interval]:
    """Nested intervals around `forecast`, in its unit (or logarithm)."""
    return {
        level: Interval(forecast + low * usual_error, forecast + high * usual_error)
        for level, (low, high) in quantiles.items()
    }


def score_grid(scores: Floats, weights: Floats) -> list[float]:
    """GRID scores that stand for all of them, each for the same weight: what a manifest carries."""
    order = np.argsort(scores)
    reached = np.cumsum(weights[order]) - weights[order] / 2
    shares = (np.arange(GRID) + 0.5) / GRID
    return [round(float(score), 4) for score in np.interp(shares * weights.sum(), reached, scores[order])]


def interval_score(actual: Floats, lower: Floats, upper: Floats, level: int) -> Floats:
    """Winkler score, lower is better: the width, plus 2 / alpha for each unit the actual lies outside
    (Gneiting & Raftery 2007, eq. 43)."""
    penalty = 2 / (1 - level / 100)
    return (upper - lower) + penalty * (np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0))
