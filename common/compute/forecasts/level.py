"""A person's own level, followed as fast as that person's level has been seen to move.

Exponential smoothing is the best forecast of a level that wanders under noise, and its gain says how much of
a change stays (Muth 1960, "Optimal properties of exponentially weighted forecasts"). Which gain is a person's
own is learned by empirical Bayes: what is usual in people, times how well each has foretold this person's
nights. A device that smooths over days, one that measures each night afresh and one with long gaps are told
apart by that alone. Must not know which measure or device it is given.
"""

from dataclasses import dataclass

import numpy as np

from common.compute.forecasts.rules import RULE_DAYS, last_known, mean_miss, missed_by, weighted_mean
from common.compute.series.rows import Floats

GAINS: tuple[float, ...] = (1.0, 0.7, 0.5, 0.35, 0.25, 0.17, 0.11, 0.07, 0.04, 0.0)
"""Share of a surprise that is taken to last: all of it is "tomorrow as today", none the mean of 60 days."""
OWN_LEVEL = "own_level"
PRIOR_NIGHTS = 3.0
"""What the typical error counts for: people's lie so far apart that a few nights of one's own say more."""
MOST_MISSED = 8.0
"""No night counts for more typical errors than these: some people's usual error is twice the typical one."""


@dataclass(frozen=True)
class LevelPrior:
    """What is believed of a person's level before any night is known."""

    usual_gains: tuple[float, ...]
    """Of GAINS, the share of people each fits best; all above 0."""
    typical_error: float
    """Mean absolute error of a forecast, in the unit of the values."""


@dataclass(frozen=True)
class Level:
    """(n,) each, known at the end of each day, in the unit of the values; NaN where nothing is known."""

    value: Floats
    """The forecast `horizon` days ahead."""
    usual_error: Floats
    gain: Floats
    """Mean of the gains by how far each is believed to be this person's."""
    missed: Floats
    """(n, RULE_DAYS) what these forecasts missed by on the days before, latest first, NaN where unknown."""


def smooth(values: Floats, last: int | None = None) -> Floats:
    """(n,) -> (GAINS, n) the level by every gain; with `last`, of so many last days: (GAINS, last)."""
    ages = np.arange(RULE_DAYS, dtype=np.float64)
    known = last_known(values)[0]
    slower = [weighted_mean(values, (1 - gain) ** ages, last) for gain in GAINS[1:]]
    return np.stack([known if last is None else known[-last:], *slower])


def follow_level(values: Floats, prior: LevelPrior, last: int, horizon: int = 1) -> Level:
    """Return the last days' levels as forecasts of `horizon` days later.

    Errors are taken to have a Laplace distribution whose scale is unknown, so that n days weigh a gain by its
    mean error to the power of -n.
    """
    levels = smooth(values, min(last + RULE_DAYS + horizon - 1, len(values)))
    typical = prior.typical_error
    missed = missed_by(values[-levels.shape[1] :], levels, typical, last, horizon, most=MOST_MISSED)
    errors, days = mean_miss(missed, typical, PRIOR_NIGHTS)
    believed = np.log(prior.usual_gains)[:, None] - days * np.log(errors)
    believed = np.exp(believed - believed.max(axis=0))
    believed /= believed.sum(axis=0)

    def mean(of_gains: Floats) -> Floats:
        weights = believed if of_gains.ndim == believed.ndim else believed[..., None]
        total: Floats = (weights * of_gains).sum(axis=0)
        return total

    gains = np.broadcast_to(np.array(GAINS)[:, None], errors.shape)
    return Level(mean(levels[:, -last:]), mean(errors), mean(gains), mean(missed))
