"""What a person's own days and what is known of others say together of an effect. Owns no rule of telling.

Effects are standardised: the mean difference between a day with the habit and one without, in standard
deviations of the adjusted outcome (for a quantity, between a day one deviation above and one below). The
prior is a normal one around what is known of the pair, with a share of wide doubt: somebody may be unlike
all others.

A posterior under a prior that fits needs no correction for having been chosen because it was large, nor
for having been looked at every week (Dawid 1994, IMS Lecture Notes 24, 113-126). `make honesty` measures
how it fits.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from common.compute.correlations.ranks import Floats

DOUBT_SHARE = 0.25
DOUBT_SPREAD = 0.8
INTERVAL = 0.90
_GRID = np.linspace(-3.0, 3.0, 601)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a pair before a person's own days: mean and standard deviation over people."""

    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """The effect in standard deviations, and its 90% interval."""

    mean: float
    lower: float
    upper: float


def sign_errors(estimate: Floats, error: Floats, mean: Floats, spread: Floats) -> Floats:
    """Probability that the effect has not the sign of its prior's mean (Stephens 2017), elementwise."""
    below = weight = np.zeros(np.broadcast(estimate, mean).shape)
    for share, centre, width in (
        (1 - DOUBT_SHARE, mean, spread),
        (DOUBT_SHARE, np.zeros_like(mean), np.full_like(spread, DOUBT_SPREAD)),
    ):
        variance = width**2 + error**2
        likelihood = share * np.exp(-((estimate - centre) ** 2) / 2 / variance) / np.sqrt(variance)
        updated = (estimate * width**2 + centre * error**2) / variance
        deviation = width * error / np.sqrt(variance)
        below = below + likelihood * ndtr(-np.sign(mean) * updated / deviation)
        weight = weight + likelihood
    wrong: Floats = below / np.maximum(weight, 1e-300)
    return wrong


def combine(estimate: float, error: float, prior: Prior) -> Posterior:
    """Return the posterior of an effect of which a person's own days say `estimate`, give or take `error`."""
    density = (1 - DOUBT_SHARE) * _normal(prior.mean, prior.spread) + DOUBT_SHARE * _normal(0, DOUBT_SPREAD)
    weight = density * np.exp(-((estimate - _GRID) ** 2) / 2 / error**2)
    weight /= weight.sum()
    tail = (1 - INTERVAL) / 2
    lower, upper = np.interp([tail, 1 - tail], np.cumsum(weight), _GRID)
    return Posterior(float(weight @ _GRID), float(lower), float(upper))


def _normal(mean: float, spread: float) -> Floats:
    density: Floats = np.exp(-((_GRID - mean) ** 2) / 2 / spread**2) / spread
    return density
