"""The daily quantities a `DailySeries` carries: name, unit, origin, and what one row of each metric means.

A channel is one number per local day. `series` fills channels from rows; `features` reads nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from common.compute.series.rows import NUTRIENTS


class Origin(StrEnum):
    NUTRITION = "nutrition"  # sums over the day's meals; NaN on a day without one
    TIMING = "timing"  # when the day's meals were
    ACTIVITY = "activity"  # workouts and movement of the day
    NIGHT = "night"  # the night that ended on the morning of the day
    BODY = "body"  # measured at some moment of the day


class Reading(StrEnum):
    """How several rows of one source and day become one number."""

    TOTAL = "total"  # a count of the day: the highest running total, or the sum of increments
    PEAK = "peak"  # one finding sent again as it grows: the maximum. A nap does not add to the night
    SAMPLE = "sample"  # a measurement: the median


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    unit: str
    origin: Origin
    low: float = -np.inf
    high: float = np.inf
    """Physiological bounds, both included; a value outside is dropped and counted."""
    metric: str | None = None
    """The "HealthMetricType" it comes from, for channels read from "HealthMetric"."""
    reading: Reading = Reading.SAMPLE

    @property
    def known_at_wake(self) -> bool:
        """True where the day's value is complete in the morning of that day."""
        return self.origin is Origin.NIGHT


_NUTRIENT_CHANNELS = {
    "calories": ("energy_kcal", "kcal", 15_000), "protein": ("protein_g", "g", 1_000),
    "carbs": ("carbs_g", "g", 2_000), "fat": ("fat_g", "g", 1_000),
    "fiber": ("fiber_g", "g", 300), "sugar": ("sugar_g", "g", 1_500),
    "saturatedFat": ("saturated_fat_g", "g", 500), "transFat": ("trans_fat_g", "g", 200),
    "cholesterol": ("cholesterol_mg", "mg", 10_000), "sodium": ("sodium_mg", "mg", 50_000),
    "potassium": ("potassium_mg", "mg", 50_000), "calcium": ("calcium_mg", "mg", 20_000),
    "iron": ("iron_mg", "mg", 1_000), "magnesium": ("magnesium_mg", "mg", 10_000),
    "zinc": ("zinc_mg", "mg", 1_000), "phosphorus": ("phosphorus_mg", "mg", 20_000),
    "vitaminA": ("vitamin_a", "as logged", 1e6), "vitaminC": ("vitamin_c", "as logged", 1e6),
    "vitaminD": ("vitamin_d", "as logged", 1e6), "vitaminE": ("vitamin_e", "as logged", 1e6),
    "vitaminK": ("vitamin_k", "as logged", 1e6), "vitaminB6": ("vitamin_b6", "as logged", 1e6),
    "vitaminB12": ("vitamin_b12", "as logged", 1e6), "folate": ("folate", "as logged", 1e6),
    "thiamin": ("thiamin", "as logged", 1e6), "riboflavin": ("riboflavin", "as logged", 1e6),
    "niacin": ("niacin", "as logged", 1e6),
}  # fmt: skip

_N, _T, _A, _S, _B = Origin.NUTRITION, Origin.TIMING, Origin.ACTIVITY, Origin.NIGHT, Origin.BODY

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        *(Channel(*_NUTRIENT_CHANNELS[n][:2], _N, 0, _NUTRIENT_CHANNELS[n][2]) for n in NUTRIENTS),
        Channel("meal_count", "meals", _N, 0, 40),
        # 1 complete, 0 logged in part, NaN no meal logged
        Channel("food_log_complete", "0/1", _N, 0, 1),
        # drinks by meal name; 0 only where the food log is complete
        Channel("alcohol_drinks", "drinks", _N, 0, 40),
        Channel("first_meal_hour", "local hour", _T, 0, 24),
        Channel("last_meal_hour", "local hour", _T, 0, 24),
        Channel("eating_window_hours", "h", _T, 0, 24),
        Channel("late_energy_kcal", "kcal", _T, 0, 15_000),  # eaten after 20:00 or before 04:00 local
        Channel("breakfast_skipped", "0/1", _T, 0, 1),
        Channel("workout_minutes", "min", _A, 0, 1_440),
        Channel("hard_minutes", "min", _A, 0, 1_440),  # HIGH and MAXIMUM
        Channel("training_load", "load units", _A, 0, 6_000),  # minutes x intensity 1..4
        Channel("evening_workout_minutes", "min", _A, 0, 1_440),  # after 18:00 local
        # local hours since that day began: past 24 where the session ended after midnight
        Channel("last_hard_end_hour", "local hour", _A, 0, 48),
        Channel("workout_kcal", "kcal", _A, 0, 10_000),
        Channel("workout_distance_m", "m", _A, 0, 300_000),
        Channel("steps", "steps", _A, 0, 120_000, "STEPS", Reading.TOTAL),
        Channel("active_kcal", "kcal", _A, 0, 10_000, "ACTIVE_CALORIES", Reading.TOTAL),
        Channel("total_kcal", "kcal", _A, 500, 9_000, "TOTAL_CALORIES", Reading.TOTAL),
        Channel("exercise_minutes", "min", _A, 0, 1_440, "EXERCISE_MINUTES", Reading.TOTAL),
        Channel("standing_hours", "h", _A, 0, 24, "STANDING_HOURS", Reading.TOTAL),
        Channel("strain_score", "score", _A, 0, 21, "STRAIN_SCORE", Reading.PEAK),
        Channel("rhr_bpm", "bpm", _S, 25, 130, "RESTING_HEART_RATE"),
        Channel("hrv_rmssd_ms", "ms", _S, 3, 250, "HEART_RATE_VARIABILITY_RMSSD"),
        Channel("hrv_sdnn_ms", "ms", _S, 3, 250, "HEART_RATE_VARIABILITY_SDNN"),
        Channel("sleep_minutes", "min", _S, 30, 1_080, "SLEEP_DURATION", Reading.PEAK),
        Channel("deep_minutes", "min", _S, 0, 600, "DEEP_SLEEP_DURATION", Reading.PEAK),
        Channel("rem_minutes", "min", _S, 0, 600, "REM_SLEEP_DURATION", Reading.PEAK),
        Channel("sleep_efficiency_pct", "%", _S, 10, 100, "SLEEP_EFFICIENCY"),
        Channel("nap_minutes", "min", _B, 0, 1_080),  # sleep of the day besides its main one
        Channel("sleep_periods", "periods", _B, 1, 20),  # fragments of the main sleep, and naps
        Channel("sleep_score", "score", _S, 0, 100, "SLEEP_SCORE"),
        Channel("recovery_score", "score", _S, 0, 100, "RECOVERY_SCORE"),
        Channel("readiness_score", "score", _S, 0, 100, "READINESS_SCORE"),
        Channel("respiratory_rate_brpm", "breaths/min", _S, 5, 40, "RESPIRATORY_RATE"),
        Channel("skin_temperature_c", "degC", _S, -10, 42, "SKIN_TEMPERATURE"),
        Channel("oxygen_saturation_pct", "%", _S, 60, 100, "OXYGEN_SATURATION"),
        Channel("vo2_max", "ml/kg/min", _B, 10, 100, "VO2_MAX"),
        Channel("blood_pressure_systolic_mmhg", "mmHg", _B, 60, 260, "BLOOD_PRESSURE_SYSTOLIC"),
        Channel("blood_pressure_diastolic_mmhg", "mmHg", _B, 30, 160, "BLOOD_PRESSURE_DIASTOLIC"),
        Channel("body_fat_pct", "%", _B, 2, 70, "BODY_FAT_PERCENTAGE"),
        Channel("muscle_mass_kg", "kg", _B, 10, 150, "MUSCLE_MASS"),
        Channel("bone_mass_kg", "kg", _B, 0.5, 10, "BONE_MASS"),
        Channel("water_pct", "%", _B, 20, 80, "WATER_PERCENTAGE"),
        Channel("blood_glucose_mg_dl", "mg/dl", _B, 20, 600, "BLOOD_GLUCOSE"),
        Channel("stress_level", "score", _B, 0, 100, "STRESS_LEVEL"),
    )
}

CHANNEL_INDEX: dict[str, int] = {name: i for i, name in enumerate(CHANNELS)}
CHANNEL_OF_METRIC: dict[str, Channel] = {c.metric: c for c in CHANNELS.values() if c.metric}
