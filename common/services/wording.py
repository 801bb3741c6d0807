"""Kept insights in words, through the gate: anew where this build made them, as stored where another did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from common.compute.insights import INSIGHTS_VERSION, Fact, Insight, UnknownWordsError, render
from common.compute.insights.cautions import Caution, cautions_of
from common.compute.insights.safety import is_permitted
from common.schemas.insights import KeptInsight, UnitSystem, Wording
from common.services.snapshot import Derived, Snapshot

CAUTIONS: Final = Derived[frozenset[Caution]]("cautions")


@dataclass(frozen=True)
class _Sayable:
    template: str
    facts: Mapping[str, Fact]
    notes: Sequence[str]


def word(insight: KeptInsight, locale: str, units: UnitSystem) -> Wording | None:
    """In the language and the units asked for, or as stored where another build made the insight.

    None where it was kept without words and this build has none for it.
    """
    if insight.version != INSIGHTS_VERSION and insight.words is not None:
        return insight.words
    try:
        said = render(_Sayable(insight.template, facts_of(insight), insight.notes), locale, units.value)
    except UnknownWordsError:
        return insight.words
    return Wording.model_validate(said, from_attributes=True)


def may_be_shown(insight: KeptInsight, words: Wording, cautions: frozenset[Caution]) -> bool:
    """Whether the gate lets this wording of a kept insight through."""
    text = f"{words.title}\n{words.description}\n{words.recommendation}"
    return is_permitted(insight.template, facts_of(insight), [text], cautions)


def cautions_for(snapshot: Snapshot) -> frozenset[Caution]:
    """Return what to be careful of with the snapshot's person."""
    return snapshot.once(CAUTIONS, lambda: cautions_of(snapshot.series))


def facts_of(insight: KeptInsight) -> dict[str, Fact]:
    return {name: Fact(fact.value, fact.unit) for name, fact in insight.facts.items()}


def word_new(insight: Insight) -> Wording:
    """As it is stored."""
    return Wording.model_validate(render(insight), from_attributes=True)
