"""Made-up people's nights, each correlated with the one before, and illnesses planted into them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats
from tests.unit.insight_samples import series_of

Flags = NDArray[np.bool_]

NIGHTS, ILL = 150, slice(120, 123)
TOLD_BY = slice(121, 124)
"""From the second ill night to the morning after the last."""
JUDGED = slice(90, 150)
RHR_SD, HRV_SD, BREATHS_SD, WARMTH_SD = 2.5, 0.15, 0.6, 0.3
MEASURED: Mapping[str, tuple[str, ...]] = {
    "one": ("rhr_bpm",),
    "two": ("rhr_bpm", "hrv_rmssd_ms"),
    "five": ("rhr_bpm", "hrv_rmssd_ms", "respiratory_rate_brpm", "skin_temperature_c", "sleep_minutes"),
}


def draw_nights(rng: np.random.Generator, resemblance: float, nights: int = NIGHTS) -> Floats:
    """Standard-normal nights, each correlated so much with the one before."""
    steps = rng.standard_normal(nights + 50)
    values = np.zeros(nights + 50)
    for night in range(1, nights + 50):
        values[night] = resemblance * values[night - 1] + np.sqrt(1 - resemblance**2) * steps[night]
    return values[50:]


def make_nights(seed: int, resemblance: float) -> dict[str, Floats]:
    """Channel -> (NIGHTS,). HRV falls as RHR rises (-.5); the others go their own ways."""
    rng = np.random.default_rng([seed, int(100 * resemblance)])
    strain = draw_nights(rng, resemblance)
    calm = -0.5 * strain + np.sqrt(0.75) * draw_nights(rng, min(resemblance, 0.4))
    return {
        "rhr_bpm": 58 + RHR_SD * strain,
        "hrv_rmssd_ms": 50 * np.exp(HRV_SD * calm),
        "respiratory_rate_brpm": 15 + BREATHS_SD * draw_nights(rng, 0.5),
        "skin_temperature_c": WARMTH_SD * draw_nights(rng, 0.3),
        "sleep_minutes": 430 + 45 * draw_nights(rng, 0.1),
    }


def make_ill(
    nights: dict[str, Floats], *, rhr_sds: float = 2.5, others_sds: float = 0.0
) -> dict[str, Floats]:
    """The same with three nights so many standard deviations towards strain."""
    ill = {name: values.copy() for name, values in nights.items()}
    ill["rhr_bpm"][ILL] += rhr_sds * RHR_SD
    ill["hrv_rmssd_ms"][ILL] *= np.exp(-others_sds * HRV_SD)
    ill["respiratory_rate_brpm"][ILL] += others_sds * BREATHS_SD
    ill["skin_temperature_c"][ILL] += others_sds * WARMTH_SD
    return ill


def series_with(nights: dict[str, Floats], measured: str) -> DailySeries:
    return series_of(None, len(nights["rhr_bpm"]), **{name: nights[name] for name in MEASURED[measured]})


def count_episodes(unusual: Flags) -> int:
    """Runs that lie further apart than one insight lasts."""
    nights = np.flatnonzero(unusual)
    return int((np.diff(nights, prepend=-99) > 30).sum())
