"""What is known of a habit and a measure from people other than the one asked about. Owns the words, no data.

Effects are standardised: the mean difference of the night after the habit, in standard deviations of the
person's nights; of a quantity, between a day one deviation above its mean and a day one below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    LITERATURE = "literature"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Known:
    """Mean and standard deviation of the effect over people, and where it is from."""

    mean: float
    spread: float
    source: Source
    people: int | None = None
    """How many told, where they are people of this service."""
    reference: str | None = None


Pooled = Mapping[tuple[str, str], Known]
"""By input and outcome channel: what people of this service told beyond doubt."""
