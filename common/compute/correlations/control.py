"""Which of everything tested may be told, over all pairs and looks. Owns the error rates, not the tests."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from common.compute.correlations.evidence import Evidence, correlate_halves
from common.compute.correlations.held import HELD_P, Charge, recall
from common.compute.correlations.looks import anytime_p
from common.compute.correlations.multiplicity import q_values
from common.compute.correlations.pairs import Pair
from common.compute.correlations.permutation import permutation_p
from common.compute.correlations.posterior import Prior
from common.compute.correlations.ranks import Floats, Mask
from common.compute.correlations.report import Tier
from common.compute.correlations.standard import standardise
from common.compute.correlations.support import Population, Support, prior_of, support_pairs
from common.compute.population.known import Known


@dataclass(frozen=True, slots=True)
class Rules:
    """Below `minimum_days` paired days nothing is tested; from `publish_days` a finding may be published.

    The rate is shared out among the ways to be told something, each held over all its weekly looks: whoever
    has none of the effects is told any of them, in whatever way and week, with at most that chance.
    """

    minimum_days: int = 30
    publish_days: int = 84
    false_discovery_rate: float = 0.10
    any_dependence: bool = False
    """Benjamini-Yekutieli in place of Benjamini-Hochberg."""

    @property
    def published_rate(self) -> float:
        return 0.4 * self.false_discovery_rate

    @property
    def early_rate(self) -> float:
        """Least: few days, of which little can be sure."""
        return 0.2 * self.false_discovery_rate

    @property
    def literature_rate(self) -> float:
        """Of people told what studies expect and they do not have, over all such pairs and 26 looks."""
        return 0.4 * self.false_discovery_rate

    @property
    def exploratory_rate(self) -> float:
        """Half the whole: one look is charged nothing for others, so nothing makes up for its p-values.

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
    priors: list[Prior]


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
    population: Population | None = None,
) -> Verdicts:
    """Permute blocks only where the analytic p alone would tell the pair; p is the larger of both.

    `earlier` holds the looks before this one, latest first, of the pairs `may_be_held`.
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
    others = population or {}
    supported = support_pairs(evidence, p, others, rate=rules.literature_rate)
    if not exploratory:
        known_alone = {pair for pair, tier in zip(evidence.pairs, tiers, strict=True) if tier is not None}
        supported = _support(evidence, p, others, rules, settled=known_alone)
        before = _recall_support(supported, evidence, earlier, others, rules)
        for row in np.flatnonzero(supported.told | (before < 1)):
            if tiers[row] is not Tier.PUBLISHED:
                tiers[row], held[row] = Tier.SUPPORTED, not supported.told[row]
                q[row] = min(supported.q[row], before[row])
    priors = [prior_of(pair, others) for pair in evidence.pairs]
    return Verdicts(tiers, p, q, held, *standardise(evidence), supported.known, priors)


def may_be_held(evidence: Evidence, rules: Rules, population: Population) -> list[Pair]:
    """Return the pairs of which an earlier look may still speak, because this one does not speak against
    it.
    """
    leaning = support_pairs(evidence, evidence.p, population, rate=rules.literature_rate)
    rows = np.flatnonzero((evidence.p <= HELD_P) | leaning.kept)
    return [evidence.pairs[row] for row in rows]


def _support(
    evidence: Evidence,
    p: Floats,
    population: Population,
    rules: Rules,
    *,
    settled: Collection[Pair],
    family: int = 0,
) -> Support:
    """With the blocks permuted, in `p` too, of what would be told and is not `settled`."""
    supported = support_pairs(evidence, p, population, rate=rules.literature_rate, family=family)
    rows = [int(row) for row in np.flatnonzero(supported.told) if evidence.pairs[row] not in settled]
    for row in rows:
        p[row] = max(p[row], _permuted(evidence, row))
    if not rows:
        return supported
    return support_pairs(evidence, p, population, rate=rules.literature_rate, family=family)


def _recall_support(
    supported: Support, evidence: Evidence, earlier: Sequence[Evidence], population: Population, rules: Rules
) -> Floats:
    """(rows,) least q by which an earlier look told what this one only leans to; 1 where none did."""
    least = np.ones(len(evidence.pairs))
    leaning = [row for row in np.flatnonzero(supported.kept).tolist() if not _turned(evidence, row)]
    waiting = {evidence.pairs[row]: row for row in leaning}
    family = sum(known is not None and known.people is None for known in supported.known)
    for look in earlier if waiting else ():
        settled = set(look.pairs) - waiting.keys()
        found = _support(look, look.p.copy(), population, rules, settled=settled, family=family)
        for at in np.flatnonzero(found.told):
            if look.pairs[at] in waiting:
                row = waiting[look.pairs[at]]
                least[row] = min(least[row], found.q[at])
    return least


def _turned(evidence: Evidence, row: int) -> bool:
    """Whether the later half of the days speaks against all of them, by more than its own error."""
    later = correlate_halves(evidence, row)[1] * np.sign(evidence.adjusted[row])
    return bool(later < -1 / np.sqrt(max(evidence.effective_n[row] / 2, 1.0)))


def generator_of(pair: Pair) -> np.random.Generator:
    """Seeded by the pair, so that equal histories give equal answers."""
    return np.random.default_rng(zlib.crc32(f"{pair.input.channel}>{pair.outcome.channel}".encode()))


def _families(evidence: Evidence, rules: Rules, exploratory: bool) -> list[_Family]:
    publishable = evidence.n >= rules.publish_days
    if exploratory:
        everything = np.ones(len(evidence.n), np.bool_)
        return [_Family(Tier.EXPLORATORY, everything, rules.exploratory_rate, None)]
    return [
        _Family(Tier.PUBLISHED, publishable, rules.published_rate, rules.publish_days),
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
    """Return the charged p of an earlier look, its blocks permuted as well."""
    p = max(look.p[row], _permuted(look, row))
    return float(charge(np.array([p]), look.n[[row]])[0])


def _permuted(evidence: Evidence, row: int) -> float:
    inside = evidence.mask[row]
    scored = evidence.scored_x[row, inside], evidence.scored_y[row, inside]
    return permutation_p(*scored, generator_of(evidence.pairs[row]))
