"""What a model's moves have been worth to one person: their own nights may bear them out more or less.

A model learned from others what moves a night; in some people that shows, in some it does not. Must not know
which model or metric it is told of.
"""

import numpy as np

from common.compute.series.rows import Floats

TRUST_NIGHTS = 60
MOST_TRUST = 1.5
CAME_LIMIT = 4.0
"""No night counts for more usual errors than these."""


def own_trust(moves: Floats, came: Floats, prior: float) -> Floats:
    """Return the share of a move to make: the slope of what came on the moves before, drawn towards 1 by
    `prior`.

    moves, came: (..., nights) deviations from the reference in usual errors, NaN where either is not known.
    -> (...) in 0..MOST_TRUST. A person's slope is a random effect, and this its best linear predictor
    (Robinson 1991), where `prior` is the variance of a night over that of slopes between people.
    """
    known = np.isfinite(moves) & np.isfinite(came)
    moved = np.where(known, moves, 0.0)
    followed = moved * np.clip(np.where(known, came, 0.0), -CAME_LIMIT, CAME_LIMIT)
    slope = (followed.sum(axis=-1) + prior) / ((moved**2).sum(axis=-1) + prior)
    trust: Floats = np.clip(slope, 0.0, MOST_TRUST)
    return trust
