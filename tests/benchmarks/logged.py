"""Seeded made-up people who log as people do: known truth, realistic gaps, the service's full set of tests.

Twenty-four inputs and eight outcomes give some 190 pairs that are tested. Food is logged completely on half
to four fifths of the days, in stretches; nights and movement are missing now and then. An effect of size `d`
is the mean difference between a day with the habit and one without, in standard deviations of the night; of a
quantity, between days one deviation above and below its mean.
"""

from collections.abc import Callable, Mapping

import numpy as np

from tests.benchmarks.people import FIRST_DAY, Declared, Floats, Table, declare, draw_autoregressive

FOOD = (
    "energy_kcal", "protein_g", "carbs_g", "fat_g", "fiber_g", "sugar_g", "saturated_fat_g", "sodium_mg",
    "alcohol_drinks", "first_meal_hour", "last_meal_hour", "eating_window_hours", "late_energy_kcal",
    "breakfast_skipped",
)  # fmt: skip
MOVEMENT = (
    "workout_minutes", "hard_minutes", "training_load", "evening_workout_minutes", "workout_kcal",
    "workout_distance_m", "steps", "active_kcal", "exercise_minutes", "standing_hours",
)  # fmt: skip
NIGHTS = (
    "rhr_bpm", "hrv_rmssd_ms", "sleep_minutes", "deep_minutes", "rem_minutes", "sleep_efficiency_pct",
    "skin_temperature_c",
)  # fmt: skip
BODY = ("stress_level",)
NAMES = (*FOOD, *MOVEMENT, *NIGHTS, *BODY)
CATALOGUE: dict[str, Declared] = declare(NAMES)

LEVEL = {
    "energy_kcal": (2300, 450), "protein_g": (105, 28), "carbs_g": (240, 60), "fat_g": (85, 22),
    "fiber_g": (25, 8), "sugar_g": (70, 24), "saturated_fat_g": (28, 9), "sodium_mg": (2600, 800),
    "first_meal_hour": (8.2, 1.0), "last_meal_hour": (19.6, 1.0), "eating_window_hours": (11.4, 1.4),
    "late_energy_kcal": (250, 180), "steps": (8500, 3000), "active_kcal": (520, 190),
    "exercise_minutes": (45, 25), "standing_hours": (11, 2),
    "rhr_bpm": (58, 3), "hrv_rmssd_ms": (52, 9), "sleep_minutes": (425, 50), "deep_minutes": (80, 18),
    "rem_minutes": (95, 22), "sleep_efficiency_pct": (88, 4),
    "skin_temperature_c": (0.0, 0.35), "stress_level": (40, 12),
}  # fmt: skip
OCCASIONAL = {"alcohol_drinks": 0.25, "breakfast_skipped": 0.2, "workout_minutes": 0.45}
Effects = Mapping[tuple[str, str], float]
Change = Callable[[np.random.Generator, dict[str, Floats], int], None]
"""A common cause at work on standardised series, by name."""


def make_logger(
    rng: np.random.Generator,
    n: int,
    *,
    effects: Effects | None = None,
    occasions: Mapping[str, float] | None = None,
    complete: float | None = None,
    cause: Change | None = None,
    phi: float = 0.5,
    unlogged: Mapping[str, float] | None = None,
) -> Table:
    """n days. `occasions` overrides how often a habit is done; `complete` the share of complete food logs."""
    share = OCCASIONAL | dict(occasions or {})
    z = _draw_inputs(rng, n, share) | _draw_nights(rng, n, phi)
    z["stress_level"] = draw_autoregressive(rng, 1, n, 0.4)[0]
    if cause is not None:
        cause(rng, z, n)
    for (habit, outcome), d in (effects or {}).items():
        # a habit of some days is 0 or 1 (d a time), a quantity is standardised (d from -1 to +1)
        z[outcome][1:] += d * (z[habit][:-1] if habit in share else z[habit][:-1] / 2)
    return _record(rng, z, n, complete if complete is not None else rng.uniform(0.5, 0.8), share)


def _draw_inputs(rng: np.random.Generator, n: int, share: Mapping[str, float]) -> dict[str, Floats]:
    weekend = (np.arange(n) % 7 >= 5) - 2 / 7
    shared = {"food": draw_autoregressive(rng, 1, n, 0.2)[0], "move": draw_autoregressive(rng, 1, n, 0.2)[0]}
    z = {}
    for name in (*FOOD, *MOVEMENT):
        own = draw_autoregressive(rng, 1, n, 0.25)[0]
        common = shared["food" if name in FOOD[:8] else "move"]
        weight = 0.65 if name in (*FOOD[:8], *MOVEMENT) else 0.0
        z[name] = weight * common + np.sqrt(1 - weight**2) * own + rng.normal(0, 0.5) * weekend
    z["eating_window_hours"] = (z["last_meal_hour"] - z["first_meal_hour"]) / np.sqrt(2)
    z["late_energy_kcal"] = 0.7 * z["last_meal_hour"] + 0.7 * z["late_energy_kcal"]
    for name, often in share.items():
        z[name] = (z[name] > np.quantile(z[name], 1 - often)).astype(float)
    return z


def _draw_nights(rng: np.random.Generator, n: int, phi: float) -> dict[str, Floats]:
    strain, rest = draw_autoregressive(rng, 2, n, phi)
    own = draw_autoregressive(rng, len(NIGHTS), n, phi)
    loads = {
        "rhr_bpm": (0.6, 0.0), "hrv_rmssd_ms": (-0.6, 0.0), "sleep_minutes": (0.0, 0.7),
        "deep_minutes": (0.0, 0.5), "rem_minutes": (0.0, 0.6), "sleep_efficiency_pct": (0.0, 0.4),
        "skin_temperature_c": (0.2, 0.0),
    }  # fmt: skip
    return {
        name: a * strain + b * rest + np.sqrt(1 - a * a - b * b) * own[k]
        for k, (name, (a, b)) in enumerate(loads.items())
    }


def _record(
    rng: np.random.Generator, z: dict[str, Floats], n: int, complete: float, share: Mapping[str, float]
) -> Table:
    """As devices and diaries would have it: in units, with gaps."""
    values = {}
    for name in NAMES:
        if name in LEVEL:
            middle, spread = LEVEL[name]
            values[name] = middle + spread * z[name]
    values["alcohol_drinks"] = z["alcohol_drinks"] * rng.choice([1.0, 2.0, 3.0], n)
    values["breakfast_skipped"] = z["breakfast_skipped"]
    trains = z["workout_minutes"] > 0
    minutes = np.where(trains, np.clip(50 + 15 * rng.standard_normal(n), 15, 120), 0.0)
    hard = minutes * rng.uniform(0, 0.5, n)
    values |= {
        "workout_minutes": minutes,
        "hard_minutes": hard,
        "training_load": minutes * 2 + hard,
        "evening_workout_minutes": minutes * (rng.random(n) < 0.4),
        "workout_kcal": minutes * rng.uniform(7, 11, n),
        "workout_distance_m": minutes * rng.uniform(90, 180, n),
    }
    for name in ("late_energy_kcal", "exercise_minutes", "standing_hours", "fiber_g"):
        values[name] = np.maximum(values[name], 0)
    table = np.array([values[name] for name in NAMES])
    logs = draw_autoregressive(rng, 1, n, 0.4)[0]
    table[: len(FOOD), logs > np.quantile(logs, complete)] = np.nan
    first = len(FOOD) + len(MOVEMENT)
    table[len(FOOD) : first, rng.random(n) < 0.05] = np.nan
    table[first:, rng.random(n) < 0.08] = np.nan
    return Table(NAMES, FIRST_DAY + np.arange(n), table)


def stress(rng: np.random.Generator, z: dict[str, Floats], n: int) -> None:
    """Hard days: eaten later and sweeter, drunk on, slept badly on."""
    hard = z["stress_level"]
    z["last_meal_hour"] += 0.7 * hard
    z["sugar_g"] += 0.5 * hard
    z["alcohol_drinks"] = np.where(rng.random(n) < 0.3 / (1 + np.exp(-2 * hard)), 1.0, 0.0)
    for name, size in (("rhr_bpm", 0.6), ("hrv_rmssd_ms", -0.5), ("sleep_minutes", -0.4)):
        z[name][1:] += size * hard[:-1]
    z["stress_level"] = 0.85 * hard + 0.5 * rng.standard_normal(n)


def rota(rng: np.random.Generator, z: dict[str, Floats], n: int) -> None:
    """Two early, two late, two night shifts, two days off, again and again."""
    phase = (np.arange(n) + rng.integers(8)) % 8 // 2
    for name, by_shift in {
        "last_meal_hour": (-1.0, 1.2, 2.0, 0.0), "first_meal_hour": (-1.5, 0.8, 2.0, 0.5),
        "sugar_g": (0.0, 0.3, 0.8, 0.0), "steps": (0.3, 0.0, -0.4, 0.3),
    }.items():  # fmt: skip
        z[name] = z[name] + np.array(by_shift)[phase]
    for name, by_shift in {
        "rhr_bpm": (-0.2, 0.3, 1.3, -0.3), "sleep_minutes": (-0.6, 0.2, -1.2, 0.6),
        "hrv_rmssd_ms": (0.1, -0.2, -1.0, 0.3),
    }.items():  # fmt: skip
        z[name][1:] += np.array(by_shift)[phase[:-1]]


def heat(rng: np.random.Generator, z: dict[str, Floats], n: int) -> None:
    """Hot spells of a week or two: little eaten, and late; hot, short nights."""
    hot = np.convolve(rng.random(n) < 1 / 30, np.ones(10))[:n].clip(0, 1) * (1 + 0.3 * rng.standard_normal(n))
    for name, size in {
        "energy_kcal": -0.7, "last_meal_hour": 0.8, "steps": -0.6, "rhr_bpm": 0.8, "hrv_rmssd_ms": -0.6,
        "sleep_minutes": -0.7, "sleep_efficiency_pct": -0.6, "skin_temperature_c": 1.0,
    }.items():  # fmt: skip
        z[name] = z[name] + size * hot


def training_block(rng: np.random.Generator, z: dict[str, Floats], n: int) -> None:
    """Three weeks of hard training and one of rest: more eaten, and a heart that tires with the weeks."""
    block = (np.arange(n) + rng.integers(28)) % 28
    hard = np.where(block < 21, 0.4 + block / 21, -1.0)
    z["workout_minutes"] = (rng.random(n) < np.where(block < 21, 0.6, 0.2)).astype(float)
    for name, size in {
        "energy_kcal": 0.5, "protein_g": 0.6, "carbs_g": 0.5, "steps": 0.3, "rhr_bpm": 0.5,
        "hrv_rmssd_ms": -0.5, "sleep_minutes": 0.3,
    }.items():  # fmt: skip
        z[name] = z[name] + size * hard


def unlogged_dinner(rng: np.random.Generator, z: dict[str, Floats], n: int) -> None:
    """Evenings out: dinner and drinks are not written down, and the night pays for them."""
    out = rng.random(n) < np.where(np.arange(n) % 7 >= 4, 0.25, 0.08)
    z["last_meal_hour"] = np.where(out, -4.0, z["last_meal_hour"])
    z["late_energy_kcal"] = np.where(out, -1.4, z["late_energy_kcal"])
    z["energy_kcal"] = z["energy_kcal"] - 1.2 * out
    z["alcohol_drinks"] = np.where(out, 0.0, z["alcohol_drinks"])
    for name, size in (("rhr_bpm", 0.9), ("hrv_rmssd_ms", -0.8), ("sleep_minutes", -0.5)):
        z[name][1:] += size * out[:-1]


CAUSES: dict[str, Change] = {
    "stress": stress, "shift rota": rota, "heat": heat, "training blocks": training_block,
    "unlogged social dinners": unlogged_dinner,
}  # fmt: skip
