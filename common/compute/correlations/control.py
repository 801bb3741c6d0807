"""Which of everything tested may be told, over all pairs and looks. Owns the error rates, not the tests."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from common.compute.correlations.evidence import Evidence
from common.compute.correlations.held import HELD_P, Charge, recall
from common.compute.correlations.looks import anytime_p
from common.compute.correlations.multiplicity import q_values
from common.compute.correlations.pairs import Pair
from common.compute.correlations.permutation import permutation_p
from common.compute.correlations.ranks import Floats, Mask
from common.compute.correlations.report import Tier
from common.compute.correlations.standard import standardise
from common.compute.correlations.support import Support, support_pairs
from common.compute.population.known import Known


@dataclass(frozen=True, slots=True)
class Rules:
    """Below `minimum_days` paired days nothing is tested; from `publish_days` a finding may be published."""

    minimum_days: int = 30
    publish_days: int = 84
    false_discovery_rate: float = 0.10
    early_rate: float = 0.10
    literature_rate: float = 0.10
    """Of people told what studies expect and they do not have, over all such pairs and 26 weekly looks."""
    any_dependence: bool = False
    """Benjamini-Yekutieli in place of Benjamini-Hochberg."""

    @property
    def exploratory_rate(self) -> float:
        """Half the other: one look is charged nothing for others, so nothing makes up for its p-values.

        They are approximate where days resemble each other: at .10, up to .15 of people without any effect
        were told something; at half of it up to .08 (`make honesty`, lag-one autocorrelation 0 to .97).
        """
        return self.false_discovery_rate / 2


@dataclass(frozen=True)
class Verdicts:
    """(rows,) of the evidence: the tier a pair earns or None, its single-look p and its q over all looks."""

    tiers: list[Tier | None]
    p: Floats
    q: Floats
    held: Mask
    """This look alone would not tell the pair; what is told of it, an earlier look found."""
    estimates: Floats
    """Standardised effects as the days say them, and their errors; NaN where there is none."""
    errors: Floats
    known: list[Known | None]


@dataclass(frozen=True, slots=True)
class _Family:
    tier: Tier
    members: Mask
    rate: float
    looked_from: int | None
    """First day count at which the tier's looks begin; None for a single look."""


def judge(
    evidence: Evidence,
    rules: Rules,
    *,
    exploratory: bool,
    earlier: Sequence[Evidence] = (),
) -> Verdicts:
    """Blocks are permuted only where the analytic p alone would tell the pair; p is the larger of both.

    `earlier` holds the looks before this one, of the pairs that this one alone finds at `HELD_P`.
    """
    p, q = evidence.p.copy(), np.ones(len(evidence.p))
    tiers: list[Tier | None] = [None] * len(p)
    held = np.zeros(len(p), np.bool_)
    for family in _families(evidence, rules, exploratory):
        rows = np.flatnonzero(family.members)
        charge = partial(_charge, family)
        now = charge(p[rows], evidence.n[rows])
        before, stands = recall(evidence, rows, earlier, charge)
        for k in np.flatnonzero(_q(np.minimum(now, before), rules) <= family.rate):
            row = rows[k]
            p[row] = max(p[row], _permuted(evidence, row))
            now[k] = charge(p[[row]], evidence.n[[row]])[0]
            if before[k] < now[k]:
                before[k] = _confirm(*stands[int(k)], charge) if p[row] <= HELD_P else 1.0
        q[rows] = _q(np.minimum(now, before), rules)
        held[rows] = _q(now, rules) > family.rate
        for row in rows[q[rows] <= family.rate]:
            tiers[row] = family.tier
    estimates, errors = standardise(evidence)

    def support() -> Support:
        return support_pairs(evidence, p, estimates, errors, rate=rules.literature_rate)

    supported = support()
    if not exploratory:
        alone = [int(row) for row in np.flatnonzero(supported.told) if tiers[row] is None]
        for row in alone:
            p[row] = max(p[row], _permuted(evidence, row))
        supported = support() if alone else supported
        for row in np.flatnonzero(supported.told):
            if tiers[row] is not Tier.PUBLISHED:
                tiers[row], q[row] = Tier.SUPPORTED, supported.q[row]
    return Verdicts(tiers, p, q, held, estimates, errors, supported.known)


def generator_of(pair: Pair) -> np.random.Generator:
    """Seeded by the pair, so that equal histories give equal answers."""
    return np.random.default_rng(zlib.crc32(f"{pair.input.channel}>{pair.outcome.channel}".encode()))


def _families(evidence: Evidence, rules: Rules, exploratory: bool) -> list[_Family]:
    publishable = evidence.n >= rules.publish_days
    if exploratory:
        everything = np.ones(len(evidence.n), np.bool_)
        return [_Family(Tier.EXPLORATORY, everything, rules.exploratory_rate, None)]
    return [
        _Family(Tier.PUBLISHED, publishable, rules.false_discovery_rate, rules.publish_days),
        _Family(Tier.EARLY_SIGNAL, ~publishable, rules.early_rate, rules.minimum_days),
    ]


def _q(charged: Floats, rules: Rules) -> Floats:
    return q_values(charged, any_dependence=rules.any_dependence)


def _charge(family: _Family, p: Floats, n: Floats) -> Floats:
    """p (m,) on `n` days, valid at all looks together where the family is looked at repeatedly."""
    if family.looked_from is None:
        return p
    charged: Floats = np.where(n >= family.looked_from, anytime_p(p, n, family.looked_from), 1.0)
    return charged


def _confirm(look: Evidence, row: int, charge: Charge) -> float:
    """The charged p of an earlier look, its blocks permuted as well."""
    p = max(look.p[row], _permuted(look, row))
    return float(charge(np.array([p]), look.n[[row]])[0])


def _permuted(evidence: Evidence, row: int) -> float:
    inside = evidence.mask[row]
    scored = evidence.scored_x[row, inside], evidence.scored_y[row, inside]
    return permutation_p(*scored, generator_of(evidence.pairs[row]))
