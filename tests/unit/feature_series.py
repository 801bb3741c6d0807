"""A seeded maker of daily series for feature tests: plausible values, gaps, rest days, partial food logs."""

from datetime import date
from zlib import crc32

import numpy as np

from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS, Origin
from common.compute.series.rows import Profile

# low and high of a plausible day where the channel's own bounds are far wider
PLAUSIBLE = {
    "energy_kcal": (1400, 3200), "protein_g": (50, 180), "carbs_g": (100, 400), "fat_g": (40, 120),
    "first_meal_hour": (6, 11), "last_meal_hour": (17, 23), "eating_window_hours": (7, 15),
    "rhr_bpm": (48, 66), "hrv_rmssd_ms": (25, 90), "hrv_sdnn_ms": (30, 100), "sleep_minutes": (300, 540),
    "body_fat_pct": (15, 25), "total_kcal": (1800, 3500), "workout_minutes": (0, 90),
    "training_load": (0, 300), "late_energy_kcal": (0, 900), "meal_count": (2, 6), "workout_kcal": (0, 900),
}  # fmt: skip

SOMEBODY = Profile(
    "u1", weight_kg=71.5, height_cm=178.0, date_of_birth=date(1990, 5, 17), biological_sex="FEMALE"
)


def make_series(
    seed: int, n: int, *, gaps: float = 0.2, first: date = date(2024, 1, 20), profile: Profile = SOMEBODY
) -> DailySeries:
    rng = np.random.default_rng(seed)
    values = np.empty((len(CHANNELS), n))
    for row, channel in zip(values, CHANNELS.values(), strict=True):
        own = np.random.default_rng([seed, crc32(channel.name.encode())])  # a new channel moves no other
        low, high = PLAUSIBLE.get(channel.name, (max(channel.low, 0.0), min(channel.high, 400.0)))
        row[:] = np.round(own.uniform(low, high, n), 2)
        row[own.random(n) < gaps] = np.nan
    resting = rng.random(n) < 0.4
    for name in ("workout_minutes", "training_load", "hard_minutes", "evening_workout_minutes"):
        row = values[CHANNEL_INDEX[name]]
        row[resting & ~np.isnan(row)] = 0.0
    hard = values[CHANNEL_INDEX["hard_minutes"]]
    values[CHANNEL_INDEX["last_hard_end_hour"], ~(hard > 0)] = np.nan
    values[CHANNEL_INDEX["breakfast_skipped"]] = rng.integers(0, 2, n)
    values[CHANNEL_INDEX["food_log_complete"]] = (rng.random(n) < 0.8).astype(float)
    unlogged = rng.random(n) < gaps / 2
    for food in _food_rows():
        values[food, unlogged] = np.nan
    days = np.datetime64(first, "D") + np.arange(n)
    return DailySeries(profile=profile, zone_known=True, days=days, values=values)


def _food_rows() -> list[int]:
    food = (Origin.NUTRITION, Origin.TIMING)
    return [CHANNEL_INDEX[channel.name] for channel in CHANNELS.values() if channel.origin in food]
