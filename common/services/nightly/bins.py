"""Where people are parted when one period's people are compared with another's: about as many in each bin."""

from collections.abc import Mapping, Sequence
from typing import Final

from common.compute.measures import REGISTER

OUTCOME_BINS: Final[Mapping[str, Sequence[float]]] = {
    measure.stored_as: measure.bins for measure in REGISTER if measure.forecast and measure.bins
}
"""Value of "HealthMetricType" -> edges in the metric's unit."""
INPUT_BINS: Final[Mapping[str, Sequence[float]]] = {
    measure.channel: measure.bins for measure in REGISTER if measure.bins
}
"""Channel of what models look at -> edges in its unit."""
