"""What a language must bring to say an insight. Data only: no text is made here."""

from collections.abc import Mapping
from dataclasses import dataclass


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
    templates: Mapping[str, Template]
    names: Mapping[str, Mapping[str, str]]
    """Unit of a fact that names something ("outcome", "input") -> its value -> the word."""
    conditions: Mapping[str, str]
    """Feature -> how `{step}` more of it reads after "With"."""
    habits: Mapping[str, str]
    """Feature -> `{step}` more of it as the subject of a title."""
    notes: Mapping[str, str]
    measures: Mapping[str, str]
    """Unit -> how a `{number}` of it is written; `{s}` is the plural's ending."""
    statuses: Mapping[str, str]
    """What a feed of a status says of itself."""
    months: tuple[str, ...]
    day: str
    range: str
    hours: str
    hours_minutes: str
