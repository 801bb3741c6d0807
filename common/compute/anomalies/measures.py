"""What is looked at night by night, in which direction lies strain, and what is too small to mention."""

from dataclasses import dataclass

import numpy as np

from common.compute.series.rows import Floats


@dataclass(frozen=True, slots=True)
class Measure:
    metric: str
    channel: str
    unit: str
    worse: int
    """+1 where higher is the direction of strain, -1 where lower is."""
    floor: float
    """The smallest deviation worth a word, in the unit of `transformed`."""
    long_floor: float
    """The deviation from which a long run of nights is worth a doctor's time."""
    alone: float
    """The score from which it is told with nothing beside it. Resting heart rate answers illness most surely;
    were every measure told as readily, a person with many of them would be told too often."""
    logarithmic: bool = False

    def transformed(self, values: Floats) -> Floats:
        return np.log(values) if self.logarithmic else values

    def restored(self, value: float) -> float:
        return float(np.exp(value)) if self.logarithmic else value


MEASURES: tuple[Measure, ...] = (
    Measure("rhr", "rhr_bpm", "bpm", +1, 2.0, 10.0, 2.6),
    Measure("hrv", "hrv_rmssd_ms", "ms", -1, 0.15, 0.7, 4.0, logarithmic=True),
    Measure("hrv_sdnn", "hrv_sdnn_ms", "ms", -1, 0.15, 0.7, 4.0, logarithmic=True),
    Measure("respiratory_rate", "respiratory_rate_brpm", "breaths/min", +1, 0.8, 4.0, 4.0),
    Measure("skin_temperature", "skin_temperature_c", "degC", +1, 0.4, 1.5, 4.0),
)
SLEEP = Measure("sleep_duration", "sleep_minutes", "min", -1, 30.0, np.inf, np.inf)
"""Short sleep has many plain reasons: it is never told as unusual, and only stands beside the others."""
