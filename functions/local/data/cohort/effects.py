"""What is planted in the synthetic people, so that tests and benchmarks know what there is to find.

A cause acts on the logarithm of an outcome, in proportion: `change` is relative, per `step` of the cause.
With `lag_days` 1 the cause of day D acts on the night that ends on D + 1; with 0 both are of one night.
"""

import math
from dataclasses import dataclass

import numpy as np

from common.compute.series.rows import Floats


@dataclass(frozen=True, slots=True)
class Effect:
    cause: str
    """A channel name, as is `outcome`."""
    outcome: str
    lag_days: int
    step: float
    step_unit: str
    change: float
    usual: float
    """The value of the cause at which the outcome is the person's own baseline."""
    basis: str

    def log_change(self, cause: Floats) -> Floats:
        """Return what `cause` adds to the logarithm of the outcome."""
        return math.log1p(self.change) * (cause - self.usual) / self.step


_ALTINI = "Altini & Plews 2021"
_CHOSEN = "size chosen for the demo"

PLANTED: tuple[Effect, ...] = (
    # three drinks make the published +6% and -12% of an evening of high intake
    Effect("alcohol_drinks", "rhr_bpm", 1, 1, "drink", 0.0196, 0, _ALTINI),
    Effect("alcohol_drinks", "hrv_rmssd_ms", 1, 1, "drink", -0.0417, 0, _ALTINI),
    Effect("alcohol_drinks", "deep_minutes", 1, 1, "drink", -0.06, 0, _CHOSEN),
    Effect("alcohol_drinks", "sleep_minutes", 1, 1, "drink", -0.02, 0, _CHOSEN),
    Effect("hard_minutes", "rhr_bpm", 1, 45, "min", 0.013, 0, _ALTINI),
    Effect("hard_minutes", "hrv_rmssd_ms", 1, 45, "min", -0.046, 0, _ALTINI),
    Effect("last_meal_hour", "rhr_bpm", 1, 1, "h", 0.012, 19, _CHOSEN),
    # half an hour later to bed costs .2 bpm
    Effect("sleep_minutes", "rhr_bpm", 0, 60, "min", -0.006, 430, "Faust 2020"),
    Effect("sleep_minutes", "hrv_rmssd_ms", 0, 60, "min", 0.03, 430, _CHOSEN),
    # d about .1: real, and too small to be found in one person's half year
    Effect("fiber_g", "hrv_rmssd_ms", 1, 10, "g", 0.01, 31, "macronutrients reach d <= .2"),
)

LUTEAL_RHR_BPM = 3.8
"""Mid-luteal phase against menses, for the people whose `cycle_days` is given."""


def total_log_change(outcome: str, evening: dict[str, Floats], night: dict[str, Floats]) -> Floats:
    """All that is planted on `outcome`, from the evening before (lag 1) and from the same night (lag 0)."""
    total = np.zeros_like(next(iter(evening.values())))
    for effect in PLANTED:
        causes = evening if effect.lag_days else night
        if effect.outcome == outcome and effect.cause in causes:
            total += effect.log_change(causes[effect.cause])
    return total
