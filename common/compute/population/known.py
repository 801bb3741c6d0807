"""What is known of a habit and a measure from people other than the one asked about. Owns no data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Mean and standard deviation of the standardised effect over people, and who says so."""

    mean: float
    spread: float
    reference: str | None
    """The study; None where other people of this installation say it."""
    people: int | None = None
    """How many of those; None where a study says it."""
