"""What a language must bring to say an insight. Data only: no text is made here."""

from collections.abc import Mapping
from dataclasses import dataclass

Plural = Mapping[str, str]
"""The CLDR's plural category -> the form; "other" is always there."""


@dataclass(frozen=True, slots=True)
class Template:
    """Sentences with the names of facts in braces."""

    title: str
    description: str
    evidence: str
    """How many days, over which period."""
    caveat: str
    recommendation: str


@dataclass(frozen=True)
class Vocabulary:
    """A table named `unit:form` holds another form of the same words, as `{name_form}` of a fact `name`."""

    cldr: str
    """The CLDR's name of the language, of which numbers, plurals and dates are written."""
    templates: Mapping[str, Template]
    names: Mapping[str, Mapping[str, str]]
    """Unit of a fact that names something ("outcome", "input") -> its value -> the word."""
    conditions: Mapping[str, str]
    """Feature -> how `{step}` more of it reads after "With"."""
    habits: Mapping[str, str]
    """Feature -> `{step}` more of it as the subject of a title."""
    quoted: str
    """The `{name}` of a habit of the person's own, in either place."""
    notes: Mapping[str, str]
    measures: Mapping[str, Plural]
    """Unit -> how a `{number}` of it is written."""
    ranks: Mapping[str, str]
    """Why an insight stands where it does -> a clause."""
    because: str
    """`{reasons}` as a sentence."""
    statuses: Mapping[str, str]
    """What a feed of a status says of itself."""
    less_food: str
    """Regular expression of words that lead to eating less, earlier or instead, whatever the template."""
    range: str
    hours: str
    hours_minutes: str
    clock: str
    halves: tuple[str, str] | None
    """Of a day of twice twelve hours; None where nobody counts so."""
