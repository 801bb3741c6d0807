"""What the effect of a habit is over people: mean and spread of many people's own estimates.

A random-effects meta-analysis (DerSimonian and Laird 1986, Control. Clin. Trials 7, 177-188) with people as
its studies: each estimate strays from the mean by its own error and by how people differ, whose variance is
Paule's and Mandel's (1982, J. Res. Natl. Bur. Stand. 87, 377-385). One odd person cannot pull it: estimates
further than three robust deviations from the median are brought back to there (Huber 1981).

People are parted into folds by a hash of their id, and what a person is told rests on everybody outside their
own fold: nobody is evidence for themselves, and nothing about anybody needs to be kept for that.
"""

import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PairKey = tuple[str, str]
"""Channels of the input and of the outcome."""
Estimates = Mapping[PairKey, tuple[float, float]]
"""One person's standardised effects and their errors."""

FOLDS = 5
LEAST_PEOPLE = 20
"""People of whom an aggregate is made at least."""
DECIMALS = 2
_FARTHEST, _NORMAL_MAD = 3.0, 1.4826


@dataclass(frozen=True, slots=True)
class Pooled:
    """The standardised effect over so many people: its mean with its error, and how people differ."""

    people: int
    mean: float
    error: float
    spread: float


def fold_of(user_id: str) -> int:
    """Return the fold of people whose evidence the person is never told."""
    return zlib.crc32(user_id.encode()) % FOLDS


def pool_people(people: Iterable[tuple[int, Estimates]]) -> list[dict[PairKey, Pooled]]:
    """By fold: what everybody outside it says of each pair, in a fixed order.

    Of people as (fold, estimates). A pair of fewer than `LEAST_PEOPLE` outside a fold is left out there.
    """
    by_pair: dict[PairKey, list[tuple[int, float, float]]] = defaultdict(list)
    for fold, estimates in people:
        for key, (estimate, error) in estimates.items():
            by_pair[key].append((fold, estimate, error))
    pooled: list[dict[PairKey, Pooled]] = [{} for _ in range(FOLDS)]
    for key in sorted(by_pair):
        folds, estimate, error = np.array(sorted(by_pair[key])).T
        for fold, said in enumerate(pooled):
            others = folds != fold
            if others.sum() >= LEAST_PEOPLE:
                said[key] = pool_pair(estimate[others], error[others])
    return pooled


def pool_pair(estimates: Floats, errors: Floats) -> Pooled:
    """Mean and spread over people (n,) of two or more. Rounded: nobody can be computed back out of it."""
    middle = np.median(estimates)
    reach = _FARTHEST * max(_NORMAL_MAD * float(np.median(np.abs(estimates - middle))), float(errors.min()))
    tamed = np.clip(estimates, middle - reach, middle + reach)
    low, high = 0.0, float(np.square(tamed - middle).sum())
    if _excess(tamed, errors, low) > 0:
        for _ in range(40):
            between = (low + high) / 2
            low, high = (between, high) if _excess(tamed, errors, between) > 0 else (low, between)
    between = low
    weights = 1 / (errors**2 + between)
    mean = float(weights @ tamed / weights.sum())
    return Pooled(
        len(estimates),
        round(mean, DECIMALS),
        round(1 / math.sqrt(weights.sum()), DECIMALS + 1),
        round(math.sqrt(between), DECIMALS),
    )


def _excess(estimates: Floats, errors: Floats, between: float) -> float:
    """How much more people differ than their errors and that variance between them make likely."""
    weights = 1 / (errors**2 + between)
    mean = weights @ estimates / weights.sum()
    return float(weights @ np.square(estimates - mean)) - (len(estimates) - 1)
