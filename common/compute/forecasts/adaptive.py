"""Intervals that follow a person: other people's errors, outweighed by their own, at a level learned online.

Conformal prediction over two layers, people and nights (Dunn, Wasserman and Ramdas 2022, "Distribution-free
prediction sets for two-layer hierarchical models", JASA 118), renewed each night. The share of nights left
outside is moved by how often the person's last nights fell outside (Gibbs and Candès 2021, "Adaptive
conformal inference under distribution shift", NeurIPS 34), so that they hold for people unlike any seen.
A score is (actual - forecast) / the person's usual error. Must not know which measure it is given.
"""

from collections.abc import Sequence

import numpy as np

from common.compute.forecasts.intervals import LEVELS
from common.compute.forecasts.level import Level
from common.compute.forecasts.rules import ERROR_WEIGHTS, trailing
from common.compute.series.rows import Floats

POPULATION_NIGHTS = 20.0
"""What other people's scores count for beside a person's own."""
REPLAYED_NIGHTS = 28
"""Nights from which the share left outside is learned: what came before them changes nothing."""
STEP = 0.2
"""Of a share times its complement: how far one night moves it, over the nights ahead, for forecasts of which
neighbours miss alike."""
LEAST, MOST = 0.25, 2.5
"""The share left outside stays within so many times what is asked."""
MOST_OUTSIDE = 0.9

Quantiles = dict[int, tuple[Floats, Floats]]
"""Level in percent -> lower and upper scores, (n,) each."""


def level_quantiles(grid: Sequence[float], level: Level, horizon: int, last: int | None = None) -> Quantiles:
    """Return quantiles as of the last days of a level, which should reach back further by REPLAYED_NIGHTS and
    `horizon` days.
    """
    last = last or len(level.value)
    own = level.missed / level.usual_error[:, None]
    came = np.full(len(own), np.nan)
    came[:-horizon] = level.missed[horizon:, 0] / level.usual_error[:-horizon]
    outside = shares_outside(left_out_at(grid, own, came), horizon, last)
    return adaptive_quantiles(grid, own[-last:], outside)


def adaptive_quantiles(grid: Sequence[float], own: Floats, outside: Floats | None = None) -> Quantiles:
    """Return quantiles of other people's scores and the person's own, which outweigh them as nights go by.

    `grid`: scores of people, which count as POPULATION_NIGHTS nights; own: (n, RULE_DAYS) the scores of the
    nights before, latest first, NaN where unknown, each counting for its ERROR_WEIGHTS; outside: (n, levels)
    the share to leave out, by default what each level says. One more night is taken to lie beyond each end.
    """
    scores, weights = _pooled(grid, own)
    order = np.argsort(scores, axis=1, kind="stable")
    scores, weights = (np.take_along_axis(values, order, axis=1) for values in (scores, weights))
    total = weights.sum(axis=1)
    reached = np.cumsum(weights, axis=1) - weights / 2
    ends = {}
    for i, level in enumerate(LEVELS):
        share = np.full(len(own), 1 - level / 100) if outside is None else outside[:, i]
        tail = share / 2 * total / (total + 1)  # of the nights there are, leaving room for the next
        ends[level] = (_at(scores, reached, tail * total), _at(scores, reached, (1 - tail) * total))
    return ends


def left_out_at(grid: Sequence[float], own: Floats, came: Floats) -> Floats:
    """Return (n,) the share left outside at which each day's interval begins to leave out what came of it.

    `came`: (n,) the scores of the nights that were forecast, NaN where unknown.
    """
    scores, weights = _pooled(grid, own)
    total = weights.sum(axis=1)
    below = np.where(scores < came[:, None], weights, 0.0).sum(axis=1)
    tied = np.where(scores == came[:, None], weights, 0.0).sum(axis=1)
    rank = (below + tied / 2) / total
    share: Floats = np.where(np.isfinite(came), 2 * np.minimum(rank, 1 - rank) * (total + 1) / total, np.nan)
    return share


def shares_outside(left_out: Floats, horizon: int, last: int) -> Floats:
    """Return (last, levels) the share to leave outside as of each day, by what had come up to that day.

    A night's outcome is known `horizon` days after its forecast. Wider levels never leave out more.
    """
    asked = 1 - np.array(LEVELS) / 100
    step = STEP / horizon * asked * (1 - asked)
    least, most = LEAST * asked, np.minimum(MOST * asked, MOST_OUTSIDE)
    seen = trailing(np.concatenate([np.full(horizon, np.nan), left_out[:-horizon]]), REPLAYED_NIGHTS)
    shares = np.tile(asked, (last, 1))
    for night in seen[-last:].T[::-1, :, None]:
        known = np.isfinite(night)
        shares = shares + step * (asked * known - (night < shares))
        shares = np.minimum(np.maximum(shares, least), most)
    nested: Floats = np.minimum.accumulate(shares, axis=1)
    return nested


def _pooled(grid: Sequence[float], own: Floats) -> tuple[Floats, Floats]:
    """Return (n, people and nights) scores and what each counts for."""
    n, known = len(own), np.isfinite(own)
    people = np.broadcast_to(np.asarray(grid, np.float64), (n, len(grid)))
    shared = np.full((n, len(grid)), POPULATION_NIGHTS / len(grid))
    scores = np.hstack([people, np.where(known, own, 0.0)])
    return scores, np.hstack([shared, np.where(known, ERROR_WEIGHTS, 0.0)])


def _at(scores: Floats, reached: Floats, wanted: Floats) -> Floats:
    """Return the score at a weight: twice (n, k), both ascending, and (n,) -> (n,)."""
    above = np.clip((reached < wanted[:, None]).sum(axis=1), 1, scores.shape[1] - 1)
    rows = np.arange(len(scores))
    low, high = reached[rows, above - 1], reached[rows, above]
    share = np.clip((wanted - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    found: Floats = scores[rows, above - 1] + share * (scores[rows, above] - scores[rows, above - 1])
    return found
