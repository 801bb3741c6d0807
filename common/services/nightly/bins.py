"""Where people are parted when one period's people are compared with another's: about as many in each bin."""

from collections.abc import Mapping, Sequence
from typing import Final

from common.services.forecasting import STORED_AS

_BPM = tuple(range(42, 91, 4))
_MS = (12, 17, 22, 28, 35, 42, 50, 60, 72, 88, 110)

OUTCOME_BINS: Final[Mapping[str, Sequence[float]]] = {STORED_AS["rhr"]: _BPM, STORED_AS["hrv"]: _MS}
"""Value of "HealthMetricType" -> edges in the metric's unit."""
INPUT_BINS: Final[Mapping[str, Sequence[float]]] = {
    "rhr_bpm": _BPM,
    "hrv_rmssd_ms": _MS,
    "sleep_minutes": (300, 345, 375, 405, 435, 465, 495, 540),
    "steps": (2_000, 4_000, 5_500, 7_000, 8_500, 10_000, 12_000, 15_000, 20_000),
    "exercise_minutes": (5, 15, 30, 45, 60, 90, 120),
    "total_kcal": (1_400, 1_700, 1_900, 2_100, 2_300, 2_600, 3_000, 3_600),
}
"""Channel of what models look at -> edges in its unit."""
