"""More than one number of a told finding: from where on it shows, how many nights it lasts.

Each is a statement of its own and is made only where it holds by itself; most findings have none. Somebody
without any effect is told no finding and so none of these. Of findings that are so, the wrong statements are
held too: a place from which it begins or ends and a second night share `FURTHER_RATE`, over all told
findings and weekly looks. What is left of it on a later night is an interval's statement, as sure as the
finding's own.

All are least squares beside everything the finding was adjusted for. Errors are those of whole blocks of
days, and p-values come from changing the signs of blocks of residuals at random (wild bootstrap; Liu 1988,
Ann. Statist. 16, 1696-1708; by clusters: Cameron, Gelbach and Miller 2008, Rev. Econ. Stat. 90, 414-427).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import RIDGE, fill_unknown, shift_days
from common.compute.correlations.design import design_pairs
from common.compute.correlations.pairs import Pair
from common.compute.correlations.ranks import Floats

FURTHER_RATE = 0.05
SIGNS_FIRST, SIGNS_DRAWN = 499, 4_999
ENOUGH = 20
"""Draws beyond what was seen from which no more are needed: nothing near a threshold is left."""

Holds = Callable[[float, int], bool]
"""Whether a p on so many days holds over everything that is asked of told findings."""


@dataclass(frozen=True)
class Study:
    """What a told finding is looked at again in."""

    series: dict[str, Floats]
    """The person's days without their farthest values, by channel."""
    days: NDArray[np.datetime64]
    holds: Holds


@dataclass(frozen=True)
class Beside:
    """(k, n) columns and (n,) the outcome on the paired days, everything else taken out of both."""

    columns: Floats
    y: Floats
    inflation: float
    """By how much residuals are larger than what regression left of them."""


def adjust_beside(pair: Pair, columns: Floats, study: Study, beside: Floats) -> Beside:
    """Adjust (k, days) columns of the input and the outcome for the pair's design and (j, days) `beside`.

    Return them on the days on which all of the columns and the outcome are known.
    """
    y = study.series[pair.outcome.channel]
    mask = np.isfinite(y) & np.isfinite(columns).all(axis=0)
    design = design_pairs([pair], mask[None], study.series, study.days)
    other = np.concatenate([design.columns[design.chosen[0, :-1]], fill_unknown(beside)])[:, mask]
    targets = _centre(np.concatenate([columns, y[None]])[:, mask])
    other = _centre(other)
    length = np.sqrt((other**2).sum(axis=1))
    other = other[length > 0] / length[length > 0, None]
    products = other @ other.T + RIDGE * np.eye(len(other))
    left = targets - np.linalg.solve(products, other @ targets.T).T @ other
    spare = max(int(mask.sum()) - len(other) - 1 - len(columns), 1)
    return Beside(left[:-1], left[-1], float(np.sqrt(mask.sum() / spare)))


def _centre(values: Floats) -> Floats:
    centred: Floats = values - values.mean(axis=1, keepdims=True)
    return centred


def earlier_days(values: Floats, lags: range) -> Floats:
    """(len(lags), n): `values` of so many days before."""
    return np.array([shift_days(values, lag) for lag in lags]).reshape(len(lags), len(values))


@dataclass(frozen=True, slots=True)
class Fit:
    slopes: Floats
    covariance: Floats
    residuals: Floats


def fit(columns: Floats, adjusted: Beside, block: int) -> Fit:
    """Regress the outcome on (k, n) columns, with the errors of blocks of so many days."""
    inverse = np.linalg.pinv(columns @ columns.T)
    slopes = inverse @ columns @ adjusted.y
    residuals = adjusted.y - slopes @ columns
    sums = block_sums(columns * residuals, block)
    blocks = sums.shape[1]
    small = adjusted.inflation**2 * blocks / max(blocks - 1, 1)
    return Fit(slopes, small * inverse @ (sums @ sums.T) @ inverse, residuals)


def chance(columns: Floats, adjusted: Beside, rng: np.random.Generator, block: int) -> float:
    """Return the p of the largest correlation of residuals `adjusted.y` with any of (k, n) columns.

    Of as many drawn with the signs of whole blocks at random, none but chance correlates them.
    """
    length = np.sqrt((columns**2).sum(axis=1))
    if not (length > 0).all():
        return 1.0
    sums = block_sums(columns * adjusted.y / length[:, None], block)
    observed = np.abs(sums.sum(axis=1)).max()
    reached = drawn = 0
    for draws in (SIGNS_FIRST, SIGNS_DRAWN - SIGNS_FIRST):
        signs = np.where(rng.random((draws, sums.shape[1]), np.float32) < 0.5, -1.0, 1.0)
        reached += int((adjusted.inflation * np.abs(signs @ sums.T).max(axis=1) >= observed).sum())
        drawn += draws
        if reached > ENOUGH:
            break
    return (1 + reached) / (1 + drawn)


def block_sums(values: Floats, block: int) -> Floats:
    """(k, blocks) sums of (k, n) over blocks of days."""
    sums: Floats = np.add.reduceat(values, np.arange(0, values.shape[1], block), axis=1)
    return sums
