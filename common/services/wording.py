"""Kept insights in words: anew where this build made them, as stored where another did. Knows no HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.compute.insights import INSIGHTS_VERSION, Fact, Insight, UnknownWordsError, tell
from common.schemas.insights import KeptInsight, UnitSystem, Wording


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
    facts = {name: Fact(fact.value, fact.unit) for name, fact in insight.facts.items()}
    try:
        said = tell(_Sayable(insight.template, facts, insight.notes), locale, units.value)
    except UnknownWordsError:
        return insight.words
    return Wording.model_validate(said, from_attributes=True)


def word_new(insight: Insight) -> Wording:
    """As it is stored."""
    return Wording.model_validate(tell(insight), from_attributes=True)
