"""Arithmetic of one day: elementwise functions of arrays of any one shape, NaN for unknown.

A formula knows no feature and no window. Where it divides by zero the plan turns the result into NaN.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FULL_DAY_HOURS = 24.0
NEED_LOW_MINUTES, NEED_HIGH_MINUTES = 420.0, 540.0
GOAL_TOLERANCE = 0.10
# mg a day, adults, the higher of the two sexes: US National Academies, Dietary Reference Intakes (2019).
CALCIUM_MG, IRON_MG, MAGNESIUM_MG, ZINC_MG, POTASSIUM_MG = 1000.0, 18.0, 420.0, 11.0, 3400.0


def ratio(a: Floats, b: Floats) -> Floats:
    return a / b


def percent(a: Floats, b: Floats) -> Floats:
    return 100.0 * a / b


def difference(a: Floats, b: Floats) -> Floats:
    return a - b


def product(a: Floats, b: Floats) -> Floats:
    return a * b


def standard_drinks(ethanol_g: Floats) -> Floats:
    """Return standard drinks of 10 g (WHO 2000, International Guide for Monitoring Alcohol Consumption)."""
    return ethanol_g / 10.0


def log(a: Floats) -> Floats:
    return np.log(a)


def zscore(value: Floats, average: Floats, spread: Floats) -> Floats:
    return (value - average) / spread


def monotony(average: Floats, spread: Floats) -> Floats:
    return average / spread


def week(average: Floats) -> Floats:
    return 7.0 * average


def is_positive(a: Floats) -> Floats:
    return np.where(np.isnan(a), np.nan, a > 0.0)


def is_zero(a: Floats) -> Floats:
    return np.where(np.isnan(a), np.nan, a == 0.0)


def is_known(a: Floats) -> Floats:
    return np.where(np.isnan(a), 0.0, 1.0)


def is_one(a: Floats) -> Floats:
    """1 where the flag is 1, 0 where it is 0 or unknown."""
    return np.where(a == 1.0, 1.0, 0.0)


def where_positive(amount: Floats, condition: Floats) -> Floats:
    return np.where(condition > 0.0, amount, np.nan)


def share_of_energy_at_4(grams: Floats, energy_kcal: Floats) -> Floats:
    return 400.0 * grams / energy_kcal


def share_of_energy_at_9(grams: Floats, energy_kcal: Floats) -> Floats:
    return 900.0 * grams / energy_kcal


def per_1000_kcal(amount: Floats, energy_kcal: Floats) -> Floats:
    return 1000.0 * amount / energy_kcal


def within_goal(amount: Floats, goal: Floats) -> Floats:
    return np.where(np.isnan(amount), np.nan, np.abs(amount - goal) <= GOAL_TOLERANCE * goal)


def goal_reached(amount: Floats, goal: Floats) -> Floats:
    return np.where(np.isnan(amount), np.nan, amount >= goal)


def midpoint(first_hour: Floats, last_hour: Floats) -> Floats:
    return (first_hour + last_hour) / 2.0


def overnight_hours(first_hour: Floats, last_hour_before: Floats, after_midnight_hour: Floats) -> Floats:
    fast = FULL_DAY_HOURS + first_hour - last_hour_before
    return np.where(np.isnan(after_midnight_hour), fast, first_hour - after_midnight_hour + 0 * fast)


def hours_since(days: Floats, hour: Floats) -> Floats:
    """Return hours to the end of the day since `hour` `days` days ago, at least 0 (an hour may lie past 24).

    Whole days where the hour is unknown.
    """
    return np.maximum(FULL_DAY_HOURS * days + np.where(np.isnan(hour), 0.0, FULL_DAY_HOURS - hour), 0.0)


def on_weekend(amount: Floats, day_of_week: Floats) -> Floats:
    return np.where(day_of_week >= 5.0, amount, np.nan)


def on_weekdays(amount: Floats, day_of_week: Floats) -> Floats:
    return np.where(day_of_week < 5.0, amount, np.nan)


def is_weekend(day_of_week: Floats) -> Floats:
    return np.where(day_of_week >= 5.0, 1.0, 0.0)


def sine_of_week(day_of_week: Floats) -> Floats:
    return np.sin(2.0 * np.pi / 7.0 * day_of_week)


def cosine_of_week(day_of_week: Floats) -> Floats:
    return np.cos(2.0 * np.pi / 7.0 * day_of_week)


def sine_of_year(day_of_year: Floats) -> Floats:
    return np.sin(2.0 * np.pi / 365.25 * day_of_year)


def cosine_of_year(day_of_year: Floats) -> Floats:
    return np.cos(2.0 * np.pi / 365.25 * day_of_year)


def season(month: Floats) -> Floats:
    return (month % 12.0) // 3.0


def sleep_debt(average_7d: Floats, baseline_28d: Floats, spread_28d: Floats) -> Floats:
    need = np.clip(baseline_28d + spread_28d, NEED_LOW_MINUTES, NEED_HIGH_MINUTES)
    return np.maximum(7.0 * (need - average_7d), 0.0)


def mineral_adequacy(
    calcium: Floats, iron: Floats, magnesium: Floats, zinc: Floats, potassium: Floats
) -> Floats:
    """Mean of intake over reference, each at most 1, in percent."""
    total = np.minimum(calcium / CALCIUM_MG, 1.0) + np.minimum(iron / IRON_MG, 1.0)
    total += np.minimum(magnesium / MAGNESIUM_MG, 1.0) + np.minimum(zinc / ZINC_MG, 1.0)
    return 20.0 * (total + np.minimum(potassium / POTASSIUM_MG, 1.0))


def energy_availability(
    energy_kcal: Floats, workout_kcal: Floats, weight_kg: Floats, body_fat_pct: Floats
) -> Floats:
    return (energy_kcal - workout_kcal) / (weight_kg * (1.0 - body_fat_pct / 100.0))


def net_energy_per_kg(energy_kcal: Floats, workout_kcal: Floats, weight_kg: Floats) -> Floats:
    return (energy_kcal - workout_kcal) / weight_kg


def resting_energy(weight_kg: Floats, height_cm: Floats, age_years: Floats, sex_term: Floats) -> Floats:
    """Mifflin and St Jeor 1990, Am J Clin Nutr 51:241."""
    return 10.0 * weight_kg + 6.25 * height_cm - 5.0 * age_years + sex_term


def ln_rmssd_to_rr(ln_rmssd: Floats, rhr_bpm: Floats) -> Floats:
    return 1000.0 * ln_rmssd * rhr_bpm / 60_000.0


def per_hour(amount: Floats, minutes: Floats) -> Floats:
    return 60.0 * amount / minutes


def night_strain(rhr_z: Floats, ln_rmssd_z: Floats) -> Floats:
    return (rhr_z - ln_rmssd_z) / 2.0
