"""What is known of a habit and a measure from people other than the one asked about. Owns no data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Mean and standard deviation of the standardised effect over people, and the study that says so."""

    mean: float
    spread: float
    reference: str
