"""Seeded made-up people for measuring the correlation engine: known truth, nothing else.

`make_person` draws autocorrelated outcomes and inputs with a weekday rhythm and gaps, and plants an effect of
known size: `d` is the mean difference between exposed and unexposed days over the outcome's marginal standard
deviation, exposure on half the days.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.series.channels import CHANNELS

Floats = NDArray[np.float64]
FIRST_DAY = np.datetime64("2024-01-01", "D")  # a Monday

INPUTS = (
    "last_meal_hour", "protein_g", "carbs_g", "fat_g", "fiber_g", "sodium_mg", "first_meal_hour", "sugar_g",
)  # fmt: skip
OUTCOMES = ("rhr_bpm", "hrv_rmssd_ms", "sleep_efficiency_pct", "recovery_score", "respiratory_rate_brpm")
LEVEL = {
    "last_meal_hour": (19.5, 1.0), "protein_g": (110, 30), "carbs_g": (220, 50), "fat_g": (80, 20),
    "fiber_g": (25, 8), "sodium_mg": (2500, 800), "first_meal_hour": (8, 1.0), "sugar_g": (60, 20),
    "rhr_bpm": (58, 3.0), "hrv_rmssd_ms": (55, 9.0), "sleep_efficiency_pct": (88, 4.0),
    "recovery_score": (60, 15), "respiratory_rate_brpm": (15, 0.8),
}  # fmt: skip


@dataclass(frozen=True)
class Declared:
    name: str
    unit: str
    window_days: int
    derived_from: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    names: tuple[str, ...]
    days: NDArray[np.datetime64]
    values: Floats


def declare(channels: tuple[str, ...]) -> dict[str, Declared]:
    return {c: Declared(c, CHANNELS[c].unit, 1, (c,)) for c in channels}


def draw_autoregressive(rng: np.random.Generator, rows: int, n: int, phi: float) -> Floats:
    """(rows, n) Gaussian AR(1) of unit marginal variance."""
    noise = rng.standard_normal((rows, n + 1))
    noise[:, 1:] *= np.sqrt(1 - phi * phi)
    values = noise.copy()
    for t in range(1, n + 1):
        values[:, t] += phi * values[:, t - 1]
    return values[:, 1:]


def make_person(
    rng: np.random.Generator,
    n: int,
    *,
    phi_outcome: float = 0.6,
    phi_input: float = 0.3,
    weekday: float = 0.5,
    gaps: float = 0.1,
    d: float = 0.0,
) -> Table:
    """n days of 8 inputs and 5 outcomes; with `d`, late dinners (first input, half the days) raise RHR."""
    inputs = draw_autoregressive(rng, len(INPUTS), n, phi_input)
    outcomes = draw_autoregressive(rng, len(OUTCOMES), n, phi_outcome)
    exposed = (inputs[0] > 0).astype(float)
    inputs[0] = 2 * exposed - 1
    outcomes[0, 1:] += d * exposed[:-1]
    rhythm = np.arange(n) % 7
    weekend = (rhythm >= 5) - 2 / 7
    inputs[1:] += weekday * rng.choice([-1, 1], (len(INPUTS) - 1, 1)) * weekend * 2
    outcomes += weekday * rng.choice([-1, 1], (len(OUTCOMES), 1)) * weekend * 2
    values = np.vstack([inputs, outcomes])
    values[rng.random(values.shape) < gaps] = np.nan
    names = INPUTS + OUTCOMES
    level = np.array([LEVEL[name] for name in names])
    return Table(names, FIRST_DAY + np.arange(n), level[:, :1] + level[:, 1:] * values)
