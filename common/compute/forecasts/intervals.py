"""Conformal prediction intervals: errors on people never seen, and the person's own of the nights before.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018) on scaled residuals (Papadopoulos et al. 2002):
a score is (actual - forecast) / the person's usual error. Lower and upper ends have quantiles of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from common.compute.series.rows import Floats

LEVELS: tuple[int, ...] = (50, 80, 95)
GRID = 100
POPULATION_NIGHTS = 10.0
"""What other people's scores count for beside a person's own."""

Quantiles = dict[int, tuple[Floats, Floats]]
"""Level in percent -> lower and upper scores, (n,) each."""


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


def adaptive_quantiles(grid: Sequence[float], own: Floats, own_weights: Floats) -> Quantiles:
    """Return quantiles of other people's scores and the person's own, which outweigh them as nights go by.

    `grid`: (GRID,) scores of people, which count as POPULATION_NIGHTS nights; own: (n, k) the scores of the
    nights before, NaN where unknown, each counting for its weight (k,). One more night is taken to lie beyond
    each end. Level in percent -> twice (n,).

    Conformal prediction over two layers, people and nights (Dunn, Wasserman and Ramdas 2022, "Distribution-
    free prediction sets for two-layer hierarchical models", JASA 118), renewed each night. Moving the level
    itself online (Gibbs and Candes 2021, "Adaptive conformal inference under distribution shift") covers as
    often with wider intervals on the same nights.
    """
    n = len(own)
    known = np.isfinite(own)
    scores = np.hstack(
        [np.broadcast_to(np.asarray(grid, np.float64), (n, len(grid))), np.where(known, own, 0)]
    )
    shared = np.full((n, len(grid)), POPULATION_NIGHTS / len(grid))
    weights = np.hstack([shared, np.where(known, own_weights, 0.0)])
    order = np.argsort(scores, axis=1, kind="stable")
    scores, weights = (np.take_along_axis(values, order, axis=1) for values in (scores, weights))
    total = weights.sum(axis=1)
    reached = np.cumsum(weights, axis=1) - weights / 2
    ends = {}
    for level in LEVELS:
        tail = (0.5 - level / 200) * total / (total + 1)  # of the nights there are, leaving room for the next
        ends[level] = (_at(scores, reached, tail * total), _at(scores, reached, (1 - tail) * total))
    return ends


def _at(scores: Floats, reached: Floats, wanted: Floats) -> Floats:
    """Return the score at a weight: twice (n, k), both ascending, and (n,) -> (n,)."""
    above = np.clip((reached < wanted[:, None]).sum(axis=1), 1, scores.shape[1] - 1)
    rows = np.arange(len(scores))
    low, high = reached[rows, above - 1], reached[rows, above]
    share = np.clip((wanted - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    found: Floats = scores[rows, above - 1] + share * (scores[rows, above] - scores[rows, above - 1])
    return found


def interval_score(actual: Floats, lower: Floats, upper: Floats, level: int) -> Floats:
    """Winkler score, lower is better: the width, plus 2 / alpha for each unit the actual lies outside
    (Gneiting & Raftery 2007, eq. 43)."""
    penalty = 2 / (1 - level / 100)
    return (upper - lower) + penalty * (np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0))
