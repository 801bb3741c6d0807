"""Which of everything tested may be told, over all pairs and looks. Owns the error rates, not the tests."""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.evidence import Evidence
from common.compute.correlations.looks import anytime_p
from common.compute.correlations.multiplicity import q_values
from common.compute.correlations.pairs import Pair
from common.compute.correlations.permutation import permutation_p
from common.compute.correlations.ranks import Floats, Mask, rank_rows
from common.compute.correlations.report import Tier


@dataclass(frozen=True, slots=True)
class Rules:
    """Below `minimum_days` paired days nothing is tested; from `publish_days` a finding may be published."""

    minimum_days: int = 30
    publish_days: int = 84
    false_discovery_rate: float = 0.10
    early_rate: float = 0.10
    any_dependence: bool = False
    """Benjamini-Yekutieli in place of Benjamini-Hochberg."""


@dataclass(frozen=True)
class Verdicts:
    """(rows,) of the evidence: the tier a pair earns or None, its single-look p and its q over all looks."""

    tiers: list[Tier | None]
    p: Floats
    q: Floats


@dataclass(frozen=True, slots=True)
class _Family:
    tier: Tier
    members: Mask
    rate: float
    looked_from: int | None
    """First day count at which the tier's looks begin; None for a single look."""


def judge(evidence: Evidence, rules: Rules, *, exploratory: bool) -> Verdicts:
    """Blocks are permuted only where the analytic p alone would tell the pair; p is the larger of both."""
    p, q = evidence.p.copy(), np.ones(len(evidence.p))
    tiers: list[Tier | None] = [None] * len(p)
    for family in _families(evidence, rules, exploratory):
        rows = np.flatnonzero(family.members)
        for row in rows[_q(evidence, p, rows, family, rules) <= family.rate]:
            p[row] = max(p[row], _permuted(evidence, row))
        q[rows] = _q(evidence, p, rows, family, rules)
        for row in rows[q[rows] <= family.rate]:
            tiers[row] = family.tier
    return Verdicts(tiers, p, q)


def generator_of(pair: Pair) -> np.random.Generator:
    """Seeded by the pair, so that equal histories give equal answers."""
    return np.random.default_rng(zlib.crc32(f"{pair.input.channel}>{pair.outcome.channel}".encode()))


def _families(evidence: Evidence, rules: Rules, exploratory: bool) -> list[_Family]:
    publishable = evidence.n >= rules.publish_days
    if exploratory:
        everything = np.ones(len(evidence.n), np.bool_)
        return [_Family(Tier.EXPLORATORY, everything, rules.false_discovery_rate, None)]
    return [
        _Family(Tier.PUBLISHED, publishable, rules.false_discovery_rate, rules.publish_days),
        _Family(Tier.EARLY_SIGNAL, ~publishable, rules.early_rate, rules.minimum_days),
    ]


def _q(evidence: Evidence, p: Floats, rows: NDArray[np.intp], family: _Family, rules: Rules) -> Floats:
    """Adjusted over the family, and where it is looked at repeatedly, over all its looks."""
    chosen = p[rows]
    if family.looked_from is not None:
        chosen = anytime_p(chosen, evidence.n[rows], family.looked_from)
    return q_values(chosen, any_dependence=rules.any_dependence)


def _permuted(evidence: Evidence, row: int) -> float:
    inside = evidence.mask[row]
    ranks = rank_rows(np.stack([evidence.adjusted_x[row, inside], evidence.adjusted_y[row, inside]]))
    return permutation_p(ranks[0], ranks[1], generator_of(evidence.pairs[row]))
