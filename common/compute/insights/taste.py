"""What a person finds helpful: counts of feedback, shrunk to the kind, and to what everybody finds.

A beta-binomial hierarchy (Gelman et al., Bayesian Data Analysis, ch. 5) with fixed strengths, so that equal
feedback gives equal weights. It orders insights; it never makes one true.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

EVERYBODY_STRENGTH, KIND_STRENGTH, TEMPLATE_STRENGTH = 20.0, 6.0, 3.0
USUAL_HELPFUL = 0.5
DISMISSED_WEIGHT = 0.5
"""A dismissal without a word counts as half a "not helpful": it may only mean "seen"."""
LEAST, MOST = 0.25, 2.0


@dataclass(frozen=True, slots=True)
class Votes:
    helpful: float = 0.0
    unhelpful: float = 0.0

    def __add__(self, other: "Votes") -> "Votes":
        return Votes(self.helpful + other.helpful, self.unhelpful + other.unhelpful)

    def shrunk_to(self, mean: float, strength: float) -> float:
        """Posterior mean share of helpful."""
        return (self.helpful + strength * mean) / (self.helpful + self.unhelpful + strength)


def vote(*, helpful: bool | None, dismissed: bool) -> Votes:
    if helpful is not None:
        return Votes(helpful=1.0) if helpful else Votes(unhelpful=1.0)
    return Votes(unhelpful=DISMISSED_WEIGHT) if dismissed else Votes()


KindAndTemplate = tuple[str, str]
"""Kind and template."""


@dataclass(frozen=True)
class Taste:
    own: Mapping[KindAndTemplate, Votes]
    everybody: Mapping[KindAndTemplate, Votes]
    """The same counts over all people."""

    def of(self, kind: str, template: str) -> float:
        """How much more helpful than usual this person likely finds it: LEAST..MOST, 1 if unknown."""
        general_kind = _of_kind(self.everybody, kind).shrunk_to(USUAL_HELPFUL, EVERYBODY_STRENGTH)
        general = self.everybody.get((kind, template), Votes()).shrunk_to(general_kind, EVERYBODY_STRENGTH)
        own_kind = _of_kind(self.own, kind).shrunk_to(general_kind, KIND_STRENGTH)
        expected = _shift(general, own_kind, general_kind)
        own = self.own.get((kind, template), Votes()).shrunk_to(expected, TEMPLATE_STRENGTH)
        return min(max(own / USUAL_HELPFUL, LEAST), MOST)


def _of_kind(votes: Mapping[KindAndTemplate, Votes], kind: str) -> Votes:
    return sum((count for (of, _), count in votes.items() if of == kind), Votes())


def _shift(share: float, towards: float, away: float) -> float:
    """`share` moved on the logit scale by as much as `towards` lies from `away`."""
    moved = _logit(share) + _logit(towards) - _logit(away)
    return 1 / (1 + math.exp(-moved))


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
