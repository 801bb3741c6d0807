"""Which pairs a person's own days and what is known of others tell together. Owns the rule, no evidence.

A pair is supported where its own score leans the way it is known to go, and the posterior chance of the other
sign is at most `MOST_WRONG`. Of what people of this service tell beyond doubt, leaning is enough: most of them
have the effect. What is known from studies need not hold for this person's wrist and days, so there the score
must also pass a bar that a person without any such effect passes, over all such pairs and weekly looks together,
with the rate of `Rules.literature_rate`.
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
from common.compute.population.known import Known, Pooled, Source
from common.compute.population.literature import PUBLISHED, published_effect
from common.compute.series.channels import CHANNELS, Origin

SUPPORT_DAYS = 42
"""Paired days from which other evidence may speak for a person's own."""
MOST_WRONG = 0.05
LEANS = 1.2816
"""The score that one in ten without an effect reaches."""
LEAST_FAMILY = 12
"""Pairs the rate is shared by: those of somebody who logs meals, drinks and training. With fewer the bar stays."""
LOOKED_DAYS = SUPPORT_DAYS + 26 * 7
UNKNOWN_FOOD = Prior(0.0, 0.15)
UNKNOWN = Prior(0.0, 0.3)


@dataclass(frozen=True)
class Support:
    """(rows,) of the evidence."""

    told: Mask
    q: Floats
    """Chance of being told over all such pairs and looks without any effect; the wrong sign's, of people's."""
    known: list[Known | None]

    @property
    def by_studies(self) -> Mask:
        studied = [k is not None and k.source is Source.LITERATURE for k in self.known]
        return self.told & np.array(studied, np.bool_)


def support_pairs(
    evidence: Evidence, p: Floats, estimates: Floats, errors: Floats, pooled: Pooled, rate: float
) -> Support:
    """`pooled` is what people of the service tell, without this one; `estimates` and `errors` standardised."""
    known = [know(pair, pooled) for pair in evidence.pairs]
    old_enough = (evidence.n >= SUPPORT_DAYS) & np.isfinite(estimates)
    rows = np.flatnonzero(np.array([k is not None for k in known], np.bool_) & old_enough)
    told, q = np.zeros(len(known), np.bool_), np.ones(len(known))
    if not len(rows):
        return Support(told, q, known)
    mean, spread, studied = _columns([known[row] for row in rows])
    score = np.sign(mean) * np.sign(evidence.adjusted[rows]) * -ndtri(np.maximum(p[rows], 1e-300) / 2)
    wrong = sign_errors(estimates[rows], errors[rows], mean, spread)
    family = max(int(studied.sum()), LEAST_FAMILY)
    bar = np.where(studied, _bar(rate / family), LEANS)
    charged = np.minimum(family * crossing_p(score, SUPPORT_DAYS, LOOKED_DAYS), 1.0)
    told[rows] = (score >= bar) & (wrong <= MOST_WRONG)
    q[rows] = np.where(studied, charged, wrong)
    return Support(told, q, known)


def know(pair: Pair, pooled: Pooled) -> Known | None:
    """What is known of the pair: from people where enough of them tell, else from studies."""
    if pair.lag_days > 1:
        return None
    channels = (pair.input.channel, pair.outcome.channel)
    return pooled.get(channels) or published_effect(*channels)


def prior_of(pair: Pair, known: Known | None) -> Prior:
    """What an effect is measured against; around zero where nothing is known, closely for food."""
    if known is not None:
        return Prior(known.mean, known.spread)
    published = PUBLISHED.get((pair.input.channel, pair.outcome.channel))
    if published is not None:
        return Prior(published.mean, published.spread)
    return UNKNOWN_FOOD if CHANNELS[pair.input.channel].origin is Origin.NUTRITION else UNKNOWN


def _columns(known: list[Known | None]) -> tuple[Floats, Floats, Mask]:
    found = [k for k in known if k is not None]
    return (
        np.array([k.mean for k in found]),
        np.array([k.spread for k in found]),
        np.array([k.source is Source.LITERATURE for k in found]),
    )


@lru_cache(maxsize=64)
def _bar(alpha: float) -> float:
    return one_sided_bar(alpha, SUPPORT_DAYS, LOOKED_DAYS)
