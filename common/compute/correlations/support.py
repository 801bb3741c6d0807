"""Which pairs a person's own days and what is known of others tell together. Owns the rule, no evidence.

A pair is supported where its own score leans the way studies say, and the posterior chance of the other
sign is at most `MOST_WRONG`. What is known from studies need not hold for this person's wrist and days,
so the score must also pass a bar that a person without any such effect passes, over all such pairs and
weekly looks together, with the rate of `Rules.literature_rate`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from common.compute.correlations.evidence import Evidence
from common.compute.correlations.looks import crossing_p, one_sided_bar
from common.compute.correlations.pairs import Pair
from common.compute.correlations.posterior import Prior, sign_errors
from common.compute.correlations.ranks import Floats, Mask
from common.compute.population.known import Known
from common.compute.population.literature import PUBLISHED, published_effect
from common.compute.series.channels import CHANNELS, Origin

SUPPORT_DAYS = 42
"""Paired days from which studies may speak for a person's own."""
MOST_WRONG = 0.05
LEAST_FAMILY = 12
"""Pairs the rate is shared by, however few a person has: those of who logs meals, drinks and training."""
LOOKED_DAYS = SUPPORT_DAYS + 26 * 7
UNKNOWN_FOOD = Prior(0.0, 0.15)
UNKNOWN = Prior(0.0, 0.3)


@dataclass(frozen=True)
class Support:
    """(rows,) of the evidence."""

    told: Mask
    q: Floats
    """Chance of being told without any effect, over all such pairs and looks."""
    known: list[Known | None]


def support_pairs(
    evidence: Evidence, p: Floats, estimates: Floats, errors: Floats, *, rate: float
) -> Support:
    """`estimates` and `errors` are standardised."""
    known = [know(pair) for pair in evidence.pairs]
    old_enough = (evidence.n >= SUPPORT_DAYS) & np.isfinite(estimates)
    rows = np.flatnonzero(np.array([k is not None for k in known], np.bool_) & old_enough)
    told, q = np.zeros(len(known), np.bool_), np.ones(len(known))
    if not len(rows):
        return Support(told, q, known)
    found = [k for row in rows if (k := known[row]) is not None]
    mean, spread = np.array([k.mean for k in found]), np.array([k.spread for k in found])
    score = np.sign(mean) * np.sign(evidence.adjusted[rows]) * -ndtri(np.maximum(p[rows], 1e-300) / 2)
    wrong = sign_errors(estimates[rows], errors[rows], mean, spread)
    family = max(len(rows), LEAST_FAMILY)
    told[rows] = (score >= _bar(rate / family)) & (wrong <= MOST_WRONG)
    q[rows] = np.minimum(family * crossing_p(score, SUPPORT_DAYS, LOOKED_DAYS), 1.0)
    return Support(told, q, known)


def know(pair: Pair) -> Known | None:
    """What studies say of the pair at its natural lag."""
    return None if pair.lag_days > 1 else published_effect(pair.input.channel, pair.outcome.channel)


def prior_of(pair: Pair) -> Prior:
    """What an effect is measured against; around zero where nothing is known, closely for food."""
    published = PUBLISHED.get((pair.input.channel, pair.outcome.channel))
    if published is not None:
        return Prior(published.mean, published.spread)
    return UNKNOWN_FOOD if CHANNELS[pair.input.channel].origin is Origin.NUTRITION else UNKNOWN


@lru_cache(maxsize=64)
def _bar(alpha: float) -> float:
    return one_sided_bar(alpha, SUPPORT_DAYS, LOOKED_DAYS)
