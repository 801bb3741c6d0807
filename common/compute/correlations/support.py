"""Which pairs a person's own days and what is known of others tell together. Owns the rule, no evidence.

A pair is supported where its own score leans the way others say, and the posterior chance of the other sign
is at most `MOST_WRONG`. Who says so decides what the score must pass besides:

* Other people of this installation, where their mean is `FIRM` errors from nothing and large enough to
  matter: that the habit does something is then known, and a person without any effect passes with the rate
  `OWN_RATE`, over all weekly looks.
* Studies: what is known from them need not hold on this person's wrist and days. A person without any such
  effect passes, over all such pairs and weekly looks together, with the rate of `Rules.literature_rate`.

A pair once told stays told while the days lean that way at all (`KEPT_SCORE`, `KEPT_WRONG`), for as many
looks as `held` recalls. Each bar is one for all looks, so what a first crossing costs is charged already, and
keeping what it told costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from common.compute.correlations.evidence import Evidence
from common.compute.correlations.looks import crossing_p, one_sided_bar
from common.compute.correlations.pairs import Pair
from common.compute.correlations.posterior import Prior, sign_errors
from common.compute.correlations.quantities import origin_of
from common.compute.correlations.ranks import Floats, Mask
from common.compute.correlations.standard import standardise
from common.compute.population.known import Known
from common.compute.population.literature import EXPECTED_FROM, PUBLISHED
from common.compute.population.pooling import PairKey, Pooled
from common.compute.series.channels import Origin

Population = Mapping[PairKey, Pooled]
"""What other people say of each pair; empty until there are enough of them."""

SUPPORT_DAYS = 42
"""Paired days from which others may speak for a person's own."""
MOST_WRONG = 0.05
LEAST_FAMILY = 12
"""Pairs the rate is shared by, however few a person has: those of who logs meals, drinks and training."""
LOOKED_DAYS = SUPPORT_DAYS + 26 * 7
FIRM = 3.6
"""Errors between the mean over people and nothing: one in twenty populations without any effect has such a
pair, of the 180 that are asked."""
SHOWN_FROM = 0.2
"""Smallest mean over people of which a person's own days can say anything."""
OWN_RATE = 0.10
KEPT_SCORE, KEPT_WRONG = 1.0, 0.10
LEAST_SPREAD, LEAST_SPREAD_SHARE = 0.1, 0.5
"""How people differ at least, in itself and of their mean: few people's own errors hide how they do."""
UNKNOWN_FOOD = Prior(0.0, 0.15)
UNKNOWN = Prior(0.0, 0.3)


@dataclass(frozen=True)
class Support:
    """(rows,) of the evidence."""

    told: Mask
    q: Floats
    """Chance of being told without any effect at any look: over all such pairs, or of this one where other
    people say that there is one."""
    kept: Mask
    """Not told by this look, which does not speak against it either."""
    known: list[Known | None]


def support_pairs(
    evidence: Evidence, p: Floats, population: Population, *, rate: float, family: int = 0
) -> Support:
    """`family` pairs share the rate at least, however few are studied here."""
    known = [know(pair, population) for pair in evidence.pairs]
    estimates, errors = standardise(evidence)
    old_enough = (evidence.n >= SUPPORT_DAYS) & np.isfinite(estimates)
    rows = np.flatnonzero(np.array([k is not None for k in known], np.bool_) & old_enough)
    told, kept, q = np.zeros(len(known), np.bool_), np.zeros(len(known), np.bool_), np.ones(len(known))
    if not len(rows):
        return Support(told, q, kept, known)
    found = [k for row in rows if (k := known[row]) is not None]
    mean, spread = np.array([k.mean for k in found]), np.array([k.spread for k in found])
    score = np.sign(mean) * np.sign(evidence.adjusted[rows]) * -ndtri(np.maximum(p[rows], 1e-300) / 2)
    wrong = sign_errors(estimates[rows], errors[rows], mean, spread)
    firm = np.array([k.people is not None for k in found])
    shared = np.where(firm, 1, max(int((~firm).sum()), LEAST_FAMILY, family))
    bar = np.where(firm, _bar(OWN_RATE), _bar(rate / shared.max()))
    told[rows] = (score >= bar) & (wrong <= MOST_WRONG)
    kept[rows] = ~told[rows] & (score >= KEPT_SCORE) & (wrong <= KEPT_WRONG)
    q[rows] = np.minimum(shared * crossing_p(score, SUPPORT_DAYS, LOOKED_DAYS), 1.0)
    return Support(told, q, kept, known)


def know(pair: Pair, population: Population) -> Known | None:
    """Return what others say of the pair at its natural lag, where a person's own days can show it."""
    if pair.lag_days > 1:
        return None
    key = pair.input.channel, pair.outcome.channel
    prior, pooled, published = prior_of(pair, population), population.get(key), PUBLISHED.get(key)
    if pooled is not None and abs(pooled.mean) >= max(FIRM * pooled.error, SHOWN_FROM):
        return Known(prior.mean, prior.spread, None, pooled.people)
    if published is None or abs(prior.mean) < EXPECTED_FROM or prior.mean * published.mean <= 0:
        return None
    return Known(prior.mean, prior.spread, published.reference)


def prior_of(pair: Pair, population: Population) -> Prior:
    """Return what an effect is measured against: studies, moved to what other people say where there are
    enough.

    Where no study is, around zero, closely for food.
    """
    key = pair.input.channel, pair.outcome.channel
    published = PUBLISHED.get(key)
    if published is not None:
        prior = Prior(published.mean, published.spread)
    else:
        prior = UNKNOWN_FOOD if origin_of(pair.input.channel) is Origin.NUTRITION else UNKNOWN
    pooled = population.get(key)
    if pooled is None:
        return prior
    sureness = 1 / prior.spread**2, 1 / max(pooled.error, 0.005) ** 2
    mean = float(np.average([prior.mean, pooled.mean], weights=sureness))
    spread = max(pooled.spread, LEAST_SPREAD, LEAST_SPREAD_SHARE * abs(mean))
    return Prior(mean, float(np.sqrt(spread**2 + 1 / sum(sureness))))


@lru_cache(maxsize=64)
def _bar(alpha: float) -> float:
    return one_sided_bar(alpha, SUPPORT_DAYS, LOOKED_DAYS)
