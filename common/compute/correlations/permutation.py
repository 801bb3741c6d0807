"""Moving-block permutation: would a rank correlation arise if whole blocks of days came in random order?"""

import math

import numpy as np
from scipy.special import ndtr

from common.compute.correlations.ranks import Floats

PERMUTATIONS = 4000


def block_days(n: int) -> int:
    """Block length n^(1/3), the rate at which block methods are most accurate (Hall, Horowitz, Jing 1995)."""
    return int(np.ceil(n ** (1 / 3)))


def permutation_p(x: Floats, y: Floats, rng: np.random.Generator, permutations: int = PERMUTATIONS) -> float:
    """Two-sided p of the correlation of ranks (n,) in time order, blocks of x against a y that stays put.

    The larger of two: the counted share of permutations that reach the observed value, and a normal tail with
    the permutations' own spread (after Knijnenburg et al. 2009, Bioinformatics 25, i161: a tail approximation
    in place of ever more permutations). Where none reaches it the count says only "fewer", and the tail
    stands alone.
    """
    n = len(x)
    block = block_days(n)
    blocks = -(-n // block)
    x0 = np.zeros(blocks * block)
    y0 = np.zeros(blocks * block)
    x0[:n], y0[:n] = x - x.mean(), y - y.mean()
    known = np.zeros(blocks * block)
    known[:n] = 1.0
    observed = abs(float(_correlation(x0 @ y0, x0**2 @ known, known @ y0**2)))
    order = np.argsort(rng.random((permutations, blocks)), axis=1)
    index = (order[:, :, None] * block + np.arange(block)).reshape(permutations, -1)
    index = (index + rng.integers(0, blocks * block, (permutations, 1))) % (blocks * block)
    # The padding of the last block travels too, so each permutation is normalised over the days that met.
    drawn = x0[index]
    null = _correlation(drawn @ y0, drawn**2 @ known, known[index] @ y0**2)
    reached = int(np.sum(np.abs(null) >= observed * (1 - 1e-12)))
    spread = float(np.sqrt(np.mean(null**2)))
    # The coefficient is bounded, so its own tail is not normal; Fisher's transform of it nearly is.
    score = math.atanh(min(observed, 1 - 1e-12)) / math.atanh(min(spread, 1 - 1e-12))
    tail = 2 * float(ndtr(-score))
    return tail if reached == 0 else max((reached + 1) / (permutations + 1), tail)


def _correlation(cross: Floats | float, square_x: Floats | float, square_y: Floats | float) -> Floats:
    return np.asarray(cross / np.sqrt(np.maximum(np.multiply(square_x, square_y), 1e-300)))
