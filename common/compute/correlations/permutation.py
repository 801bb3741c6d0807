"""Moving-block permutation: would a rank correlation arise if whole blocks of days came in random order?"""

import math

import numpy as np
from scipy.special import ndtr

from common.compute.correlations.ranks import Floats

PERMUTATIONS = 2_000
MOST_PERMUTATIONS = 20_000
_COUNTED_WELL = 10  # permutations that reach the observed value, for a share known to a third of itself
_BEYOND_DOUBT = 1e-6


def block_days(n: int) -> int:
    """Block length n^(1/3), the best rate where blocks are to give a variance (Hall, Horowitz, Jing 1995)."""
    return int(np.ceil(n ** (1 / 3)))


def permutation_p(x: Floats, y: Floats, rng: np.random.Generator) -> float:
    """Two-sided p of the correlation of ranks (n,) in time order, blocks of x against a y that stays put.

    The larger of two: the counted share of permutations that reach the observed value, and a normal tail with
    the permutations' own spread, in place of ever more permutations. Where none reaches it the count says
    only "fewer", and the tail stands alone. Near a threshold, where few reach it or the tail alone would have
    to be believed, ten times as many are drawn.
    """
    x, y = x - x.mean(), y - y.mean()
    observed = abs(float(x @ y / math.sqrt((x @ x) * (y @ y))))
    null = permuted_coefficients(x, y, PERMUTATIONS, rng)
    p, reached = _share_beyond(observed, null)
    if reached < _COUNTED_WELL and p > _BEYOND_DOUBT:
        more = permuted_coefficients(x, y, MOST_PERMUTATIONS - PERMUTATIONS, rng)
        p, _ = _share_beyond(observed, np.concatenate([null, more]))
    return p


def permuted_coefficients(x: Floats, y: Floats, permutations: int, rng: np.random.Generator) -> Floats:
    """At least so many coefficients of y (n,) with the blocks of x (n,) in random order; both have mean 0.

    The two meet block by block, so a table of every block of x on every block of y gives each order's sum.
    """
    n = len(x)
    block = block_days(n)
    blocks = -(-n // block)
    x, y = (np.concatenate([side, np.zeros(blocks * block - n)]) for side in (x, y))
    padding = np.arange(n, blocks * block)
    by_block = y.reshape(blocks, block)
    places = np.arange(blocks)
    square_x, square_y = x @ x, y @ y
    drawn = []
    for start in range(block):
        # Where blocks begin is left to chance too. The padding of the last one travels with it, so each
        # permutation is normalised over the days that met: those not beside a padded day of either side.
        order = np.argsort(rng.random((-(-permutations // block), blocks), np.float32), axis=1)
        moved = np.roll(x, start).reshape(blocks, block)
        crossed = (moved @ by_block.T)[order, places].sum(axis=1)
        unmet_x = (moved[:, block - len(padding) :] ** 2).sum(axis=1)[order[:, -1]]
        unmet_y = np.zeros(len(order))
        from_block, within = np.divmod((padding + start) % (blocks * block), block)
        for carrier in np.unique(from_block):
            beside = (by_block[:, within[from_block == carrier]] ** 2).sum(axis=1)
            unmet_y += beside[np.argmax(order == carrier, axis=1)]
        drawn.append(crossed / np.sqrt((square_x - unmet_x) * (square_y - unmet_y)))
    return np.concatenate(drawn)


def _share_beyond(observed: float, null: Floats) -> tuple[float, int]:
    reached = int(np.sum(np.abs(null) >= observed * (1 - 1e-12)))
    spread = float(np.sqrt(np.mean(null**2)))
    # The coefficient is bounded, so its own tail is not normal; Fisher's transform of it nearly is.
    score = math.atanh(min(observed, 1 - 1e-12)) / math.atanh(min(spread, 1 - 1e-12))
    tail = 2 * float(ndtr(-score))
    return (tail if reached == 0 else max((reached + 1) / (len(null) + 1), tail)), reached
