"""Moving-block permutation: would a rank correlation arise if whole blocks of days came in random order?"""

import math

import numpy as np
from scipy.special import ndtr

from common.compute.correlations.ranks import Floats

PERMUTATIONS = 2000


def block_days(n: int) -> int:
    """Block length n^(1/3), the best rate where blocks are to give a variance (Hall, Horowitz, Jing 1995)."""
    return int(np.ceil(n ** (1 / 3)))


def permutation_p(x: Floats, y: Floats, rng: np.random.Generator, permutations: int = PERMUTATIONS) -> float:
    """Two-sided p of the correlation of ranks (n,) in time order, blocks of x against a y that stays put.

    The larger of two: the counted share of permutations that reach the observed value, and a normal tail with
    the permutations' own spread, in place of ever more permutations. Where none reaches it the count says
    only "fewer", and the tail stands alone.
    """
    n = len(x)
    block = block_days(n)
    blocks = -(-n // block)
    x0, y0 = np.zeros(blocks * block), np.zeros(blocks * block)
    x0[:n], y0[:n] = x - x.mean(), y - y.mean()
    square_x, square_y = x0 @ x0, y0 @ y0
    observed = abs(float(x0 @ y0 / math.sqrt(square_x * square_y)))
    each = -(-permutations // block)
    padding = np.arange(n, blocks * block)
    null = []
    for start in range(block):
        # Where blocks begin is left to chance too. The padding of the last one travels with it, so each
        # permutation is normalised over the days that met: those not beside a padded day of either side.
        order = np.argsort(rng.random((each, blocks), np.float32), axis=1)
        drawn = np.roll(x0, start).reshape(blocks, block)[order].reshape(each, -1)
        from_block, within = np.divmod((padding + start) % (blocks * block), block)
        moved, which = np.unique(from_block, return_inverse=True)
        landed = np.argmax(order[:, :, None] == moved, axis=1)[:, which] * block + within
        met_x = square_x - (drawn[:, n:] ** 2).sum(axis=1)
        met_y = square_y - (y0[landed] ** 2).sum(axis=1)
        null.append(drawn @ y0 / np.sqrt(met_x * met_y))
    null_values = np.concatenate(null)
    reached = int(np.sum(np.abs(null_values) >= observed * (1 - 1e-12)))
    spread = float(np.sqrt(np.mean(null_values**2)))
    # The coefficient is bounded, so its own tail is not normal; Fisher's transform of it nearly is.
    score = math.atanh(min(observed, 1 - 1e-12)) / math.atanh(min(spread, 1 - 1e-12))
    tail = 2 * float(ndtr(-score))
    return tail if reached == 0 else max((reached + 1) / (len(null_values) + 1), tail)
