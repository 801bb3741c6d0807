"""The catalogue a second time, one number at a time in plain Python: slow, obvious, and written from the
definitions alone. The tests hold `common.compute.features` to it."""

import math
import statistics
from collections.abc import Callable
from datetime import date, timedelta

from common.compute.journal import VOCABULARY
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNELS

Number = float | None
Source = Callable[[int], Number]


class Person:
    """Asks a series day by day; days outside it, and gaps, are None."""

    def __init__(self, series: DailySeries) -> None:
        self.series = series
        self.profile = series.profile

    def logged(self, channel: str) -> Source:
        def on(day: int) -> Number:
            if not 0 <= day < len(self.series.days):
                return None
            value = float(self.series[channel][day])
            return None if math.isnan(value) else value

        return on

    def complete(self, channel: str) -> Source:
        value, complete = self.logged(channel), self.logged("food_log_complete")
        return lambda day: value(day) if complete(day) == 1.0 else None

    def date(self, day: int) -> date:
        return self.series.days[0].astype(object) + timedelta(days=day)  # type: ignore[no-any-return]


def known(source: Source, day: int, days: int, lag: int = 0) -> list[float]:
    values = (source(j) for j in range(day - lag - days + 1, day - lag + 1))
    return [value for value in values if value is not None]


def mean(source: Source, day: int, days: int, minimum: int, lag: int = 0) -> Number:
    values = known(source, day, days, lag)
    return math.fsum(values) / len(values) if len(values) >= minimum else None


def sd(source: Source, day: int, days: int, minimum: int, lag: int = 0) -> Number:
    values = known(source, day, days, lag)
    return statistics.stdev(values) if len(values) >= minimum else None


def total(source: Source, day: int, days: int, minimum: int) -> Number:
    values = known(source, day, days)
    return math.fsum(values) if len(values) >= minimum else None


def slope(source: Source, day: int, days: int, minimum: int, pairs: Callable[[int], bool]) -> Number:
    points = [(j, v) for j in range(day - days + 1, day + 1) if (v := source(j)) is not None]
    slopes = [(b - a) / (k - j) for j, a in points for k, b in points if k > j and pairs(k - j)]
    return statistics.median(slopes) if len(points) >= minimum and slopes else None


def newest(source: Source, day: int, days: int) -> Number:
    return next((v for j in range(day, day - days, -1) if (v := source(j)) is not None), None)


def since(source: Source, day: int, days: int) -> Number:
    for age in range(days):
        value = source(day - age)
        if value is None:
            return None
        if value:
            return float(age)
    return float(days)


def combine(function: Callable[..., float], *values: Number) -> Number:
    if any(value is None for value in values):
        return None
    try:
        return float(function(*values))
    except ZeroDivisionError:
        return None


def each(function: Callable[..., float], *sources: Source) -> Source:
    return lambda day: combine(function, *(source(day) for source in sources))


def zscore(source: Source, day: int) -> Number:
    average, spread = mean(source, day, 28, 14, lag=1), sd(source, day, 28, 14, lag=1)
    return combine(lambda v, m, s: (v - m) / s, source(day), average, spread)


ENDINGS: dict[str, Callable[[Source, int], Number]] = {
    "_7d_avg": lambda s, d: mean(s, d, 7, 3),
    "_7d_sd": lambda s, d: sd(s, d, 7, 4),
    "_28d_avg": lambda s, d: mean(s, d, 28, 14),
    "_7d_total": lambda s, d: total(s, d, 7, 7),
    "_28d_baseline": lambda s, d: mean(s, d, 28, 14, lag=1),
    "_28d_sd": lambda s, d: sd(s, d, 28, 14, lag=1),
    "_zscore": zscore,
    "_28d_trend": lambda s, d: slope(s, d, 28, 14, lambda lag: lag % 7 == 0),
    "_14d_trend": lambda s, d: slope(s, d, 14, 8, lambda lag: lag >= 7),
    "_trend": lambda s, d: slope(s, d, 7, 4, lambda lag: True),
    "_last": lambda s, d: newest(s, d, 28),
}

COMPLETE_STEMS = {
    "calories": "energy_kcal", "protein": "protein_g", "carbs": "carbs_g", "fat": "fat_g", "fiber": "fiber_g",
    "alcohol_drinks": "alcohol_drinks", "first_meal_time": "first_meal_hour",
    "last_meal_time": "last_meal_hour", "eating_window": "eating_window_hours",
    "sodium": "sodium_mg", "potassium": "potassium_mg", "calcium": "calcium_mg", "iron": "iron_mg",
    "magnesium": "magnesium_mg", "zinc": "zinc_mg",
}  # fmt: skip

LOGGED_STEMS = {
    "workout_minutes": "workout_minutes", "hard_minutes": "hard_minutes", "training_load": "training_load",
    "steps": "steps", "active_calories": "active_kcal", "exercise_minutes": "exercise_minutes",
    "rhr": "rhr_bpm", "hrv_rmssd": "hrv_rmssd_ms", "sleep_duration": "sleep_minutes", "vo2_max": "vo2_max",
    "sleep_efficiency": "sleep_efficiency_pct", "recovery_score": "recovery_score",
    "respiratory_rate": "respiratory_rate_brpm", "blood_pressure_systolic": "blood_pressure_systolic_mmhg",
    "body_fat": "body_fat_pct",
}  # fmt: skip

DAILY_CHANNELS = {
    "calories_daily": "energy_kcal", "protein_daily": "protein_g", "carbs_daily": "carbs_g",
    "fat_daily": "fat_g", "fiber_daily": "fiber_g", "sugar_daily": "sugar_g",
    "saturated_fat_daily": "saturated_fat_g", "trans_fat_daily": "trans_fat_g",
    "alcohol_drinks_daily": "alcohol_drinks", "alcohol_grams_daily": "alcohol_g", "meals_daily": "meal_count",
    "food_log_complete": "food_log_complete", "first_meal_time": "first_meal_hour",
    "last_meal_time": "last_meal_hour", "eating_window": "eating_window_hours",
    "late_energy_daily": "late_energy_kcal",
    **{f"{n}_daily": f"{n}_mg" for n in ("sodium", "potassium", "calcium", "iron", "magnesium", "zinc")},
    "phosphorus_daily": "phosphorus_mg", "cholesterol_daily": "cholesterol_mg",
    **{f"{n}_daily": n for n in CHANNELS if n.startswith("vitamin")},
    **{f"{n}_daily": n for n in ("folate", "thiamin", "riboflavin", "niacin")},
    "workout_minutes_daily": "workout_minutes", "hard_minutes_daily": "hard_minutes",
    "training_load_daily": "training_load", "evening_training_minutes": "evening_workout_minutes",
    "workout_calories_daily": "workout_kcal", "workout_distance_daily": "workout_distance_m",
    "steps_daily": "steps", "active_calories_daily": "active_kcal", "total_calories_daily": "total_kcal",
    "exercise_minutes_daily": "exercise_minutes", "standing_hours_daily": "standing_hours",
    "nap_minutes": "nap_minutes", "sleep_periods": "sleep_periods",
    "strain_score_daily": "strain_score", "rhr": "rhr_bpm", "hrv_rmssd": "hrv_rmssd_ms",
    "hrv_sdnn": "hrv_sdnn_ms", "sleep_duration": "sleep_minutes", "deep_sleep_minutes": "deep_minutes",
    "rem_sleep_minutes": "rem_minutes", "sleep_efficiency": "sleep_efficiency_pct",
    "sleep_score": "sleep_score", "recovery_score": "recovery_score", "readiness_score": "readiness_score",
    "respiratory_rate": "respiratory_rate_brpm", "skin_temperature": "skin_temperature_c",
    "oxygen_saturation": "oxygen_saturation_pct", "vo2_max": "vo2_max",
    "blood_pressure_systolic": "blood_pressure_systolic_mmhg",
    "blood_pressure_diastolic": "blood_pressure_diastolic_mmhg", "body_fat": "body_fat_pct",
    "muscle_mass": "muscle_mass_kg", "bone_mass": "bone_mass_kg", "body_water": "water_pct",
    "blood_glucose": "blood_glucose_mg_dl", "glucose_mean": "glucose_mean_mg_dl",
    "glucose_in_range": "glucose_in_range_pct", "glucose_variability": "glucose_cv_pct",
    "weight": "weight_kg", "water_daily": "water_ml", "stress_level": "stress_level",
    **{name: name for name in VOCABULARY if name != "drinks"},
}  # fmt: skip


def reference(series: DailySeries, day: int) -> dict[str, Number]:
    """Every feature of the series' day number `day`."""
    person = Person(series)
    log, full = person.logged, person.complete
    sources: dict[str, Source] = {
        **{stem: full(channel) for stem, channel in COMPLETE_STEMS.items()},
        **{stem: log(channel) for stem, channel in LOGGED_STEMS.items()},
        "ln_rmssd": each(math.log, log("hrv_rmssd_ms")),
        "ln_sdnn": each(math.log, log("hrv_sdnn_ms")),
        "deep_sleep_share": each(lambda a, b: 100 * a / b, log("deep_minutes"), log("sleep_minutes")),
        "rem_sleep_share": each(lambda a, b: 100 * a / b, log("rem_minutes"), log("sleep_minutes")),
        "eating_midpoint": each(lambda a, b: (a + b) / 2, full("first_meal_hour"), full("last_meal_hour")),
        "late_energy_share": each(
            lambda a, b: 100 * a / b, full("late_energy_kcal"), full("energy_kcal")
        ),
    }  # fmt: skip
    rows: dict[str, Number] = {}
    for stem, source in sources.items():
        for ending, statistic in ENDINGS.items():
            rows[stem + ending] = statistic(source, day)
        rows.setdefault(stem, source(day))
    rows.update({name: log(channel)(day) for name, channel in DAILY_CHANNELS.items()})
    rows.update(_nutrition(person, day))
    rows.update(_timing(person, sources, day))
    rows.update(_activity(person, day))
    rows.update(_health(person, day))
    rows.update(_temporal(person, day))
    rows.update(_interaction(person, rows, day))
    return rows


def _nutrition(person: Person, day: int) -> dict[str, Number]:
    full, profile = person.complete, person.profile
    energy, protein = full("energy_kcal"), full("protein_g")
    goals = {
        "calories": (energy, profile.goal_calories_kcal), "protein": (protein, profile.goal_protein_g),
        "carbs": (full("carbs_g"), profile.goal_carbs_g), "fat": (full("fat_g"), profile.goal_fat_g),
    }  # fmt: skip
    shares = {
        "protein": ("protein_g", 4), "carbs": ("carbs_g", 4), "fat": ("fat_g", 9), "sugar": ("sugar_g", 4),
        "saturated_fat": ("saturated_fat_g", 9),
    }  # fmt: skip
    intakes = {"calcium_mg": 1000, "iron_mg": 18, "magnesium_mg": 420, "zinc_mg": 11, "potassium_mg": 3400}
    adequacy = [combine(lambda v, r: min(v / r, 1), mean(full(c), day, 7, 3), r) for c, r in intakes.items()]
    complete, eaten = person.logged("food_log_complete"), person.logged("meal_count")
    day_is_complete: Source = lambda d: 1.0 if complete(d) == 1 else 0.0 if _inside(person, d) else None  # noqa: E731
    day_is_logged: Source = lambda d: (  # noqa: E731
        None if not _inside(person, d) else 0.0 if eaten(d) is None else 1.0
    )
    return {
        **{f"{k}_goal_diff": combine(lambda a, g: a - g, s(day), g) for k, (s, g) in goals.items()},
        **{
            f"{k}_7d_goal_diff": combine(lambda a, g: a - g, mean(s, day, 7, 3), g)
            for k, (s, g) in goals.items()
        },
        **{
            f"{k}_energy_share": combine(lambda a, e, p=per: 100 * p * a / e, full(c)(day), energy(day))
            for k, (c, per) in shares.items()
        },
        "fiber_density": combine(lambda a, e: 1000 * a / e, full("fiber_g")(day), energy(day)),
        "sodium_density": combine(lambda a, e: 1000 * a / e, full("sodium_mg")(day), energy(day)),
        "sodium_potassium_ratio": combine(
            lambda a, b: a / b, full("sodium_mg")(day), full("potassium_mg")(day)
        ),
        "alcohol_standard_drinks_daily": combine(lambda g: g / 10, person.logged("alcohol_g")(day)),
        "calories_per_meal": combine(lambda e, m: e / m, energy(day), full("meal_count")(day)),
        "calories_7d_cv": combine(lambda s, m: 100 * s / m, sd(energy, day, 7, 4), mean(energy, day, 7, 3)),
        "calories_on_goal_7d_share": mean(
            each(lambda e: abs(e - profile.goal_calories_kcal) <= 0.1 * profile.goal_calories_kcal, energy),
            day, 7, 3,
        ),
        "protein_reached_7d_share": mean(each(lambda p: p >= profile.goal_protein_g, protein), day, 7, 3),
        "complete_7d_days": total(day_is_complete, day, 7, 0),
        "complete_28d_days": total(day_is_complete, day, 28, 0),
        "logged_7d_days": total(day_is_logged, day, 7, 0),
        "mineral_adequacy_7d": combine(lambda *shares: 100 * sum(shares) / 5, *adequacy),
    }  # fmt: skip


def _inside(person: Person, day: int) -> bool:
    return 0 <= day < len(person.series.days)


def _timing(person: Person, sources: dict[str, Source], day: int) -> dict[str, Number]:
    full = person.complete
    first, last_meal, midpoint = full("first_meal_hour"), full("last_meal_hour"), sources["eating_midpoint"]
    night = full("after_midnight_meal_hour")
    return {
        "breakfast_skipped": full("breakfast_skipped")(day),
        "breakfast_skipped_7d_share": mean(full("breakfast_skipped"), day, 7, 3),
        "overnight_fast": combine(
            lambda f, before: f - (before - 24 if night(day) is None else night(day)),
            first(day),
            last_meal(day - 1),
        ),
        "last_meal_deviation": combine(lambda a, b: a - b, last_meal(day), mean(last_meal, day, 28, 14)),
        "eating_jetlag": _weekend_difference(person, midpoint, day),
    }


def _weekend_difference(person: Person, source: Source, day: int) -> Number:
    weekend: Source = lambda d: source(d) if person.date(d).weekday() >= 5 else None  # noqa: E731
    weekdays: Source = lambda d: source(d) if person.date(d).weekday() < 5 else None  # noqa: E731
    return combine(lambda a, b: a - b, mean(weekend, day, 28, 3), mean(weekdays, day, 28, 8))


def _activity(person: Person, day: int) -> dict[str, Number]:
    log = person.logged
    load, minutes, evening = log("training_load"), log("workout_minutes"), log("evening_workout_minutes")
    rest = each(lambda m: m == 0, minutes)
    monotony = combine(lambda m, s: m / s, mean(load, day, 7, 6), sd(load, day, 7, 6))
    hard_age = since(each(lambda m: m > 0, log("hard_minutes")), day, 28)
    hard_hour = newest(log("last_hard_end_hour"), day, 28)
    return {
        "rest_day": rest(day),
        "evening_training_share": combine(lambda a, b: 100 * a / b, evening(day), minutes(day)),
        "training_intensity": combine(lambda a, b: a / b, load(day), minutes(day)),
        "training_load_change": combine(
            lambda a, b: a - b, mean(load, day, 7, 3), mean(load, day, 7, 3, lag=7)
        ),
        "acute_chronic_ratio": combine(lambda a, b: a / b, mean(load, day, 7, 3), mean(load, day, 28, 14)),
        "training_monotony": monotony,
        "training_strain": combine(lambda a, m: 7 * a * m, mean(load, day, 7, 6), monotony),
        "training_7d_days": total(each(lambda m: m > 0, minutes), day, 7, 7),
        "days_since_rest": since(rest, day, 28),
        "recovery_time": combine(
            lambda age: max(24 * age + (0 if hard_hour is None else 24 - hard_hour), 0), hard_age
        ),
        "evening_training_7d_share": mean(each(lambda m: m > 0, evening), day, 7, 3),
    }  # fmt: skip


def _health(person: Person, day: int) -> dict[str, Number]:
    log = person.logged
    sleep, temperature = log("sleep_minutes"), log("skin_temperature_c")
    ln_rmssd = each(math.log, log("hrv_rmssd_ms"))
    return {
        "ln_rmssd_7d_cv": combine(
            lambda s, m: 100 * s / m, sd(ln_rmssd, day, 7, 4), mean(ln_rmssd, day, 7, 3)
        ),
        "sleep_debt_7d": combine(
            lambda a, m, s: max(7 * (min(max(m + s, 420), 540) - a), 0),
            mean(sleep, day, 7, 5), mean(sleep, day, 28, 14, lag=1), sd(sleep, day, 28, 14, lag=1),
        ),
        "sleep_weekend_difference": _weekend_difference(person, sleep, day),
        "skin_temperature_deviation": combine(
            lambda a, b: a - b, temperature(day), mean(temperature, day, 28, 14, lag=1)
        ),
    }  # fmt: skip


def _temporal(person: Person, day: int) -> dict[str, Number]:
    today = person.date(day)
    weekday, of_year = today.weekday(), today.timetuple().tm_yday
    any_data: Source = lambda d: (  # noqa: E731
        float(any(person.logged(c)(d) is not None for c in CHANNELS)) if _inside(person, d) else None
    )
    return {
        "day_of_week": float(weekday),
        "day_of_week_sin": math.sin(2 * math.pi * weekday / 7),
        "day_of_week_cos": math.cos(2 * math.pi * weekday / 7),
        "is_weekend": float(weekday >= 5),
        "month": float(today.month),
        "season": float({12: 0, 1: 0, 2: 0}.get(today.month, today.month // 3)),
        "day_of_year_sin": math.sin(2 * math.pi * of_year / 365.25),
        "day_of_year_cos": math.cos(2 * math.pi * of_year / 365.25),
        "travel_day": 0.0,
        "history_28d_days": total(any_data, day, 28, 0),
    }


def _interaction(person: Person, rows: dict[str, Number], day: int) -> dict[str, Number]:
    log, full, profile = person.logged, person.complete, person.profile
    weight = profile.weight_kg
    energy, spent, burnt = full("energy_kcal"), log("total_kcal"), log("workout_kcal")
    minutes, fat = log("workout_minutes"), newest(log("body_fat_pct"), day, 28)
    balance = each(lambda a, b: a - b, energy, spent)
    on_training_days: Source = lambda d: full("protein_g")(d) if minutes(d) else None  # noqa: E731
    age = None if profile.date_of_birth is None else (person.date(day) - profile.date_of_birth).days / 365.25
    sex_term = {"male": 5, "female": -161}.get((profile.biological_sex or "").lower())
    resting = combine(
        lambda w, h, a, s: 10 * w + 6.25 * h - 5 * a + s, weight, profile.height_cm, age, sex_term
    )  # fmt: skip
    available = lambda e, b, w, f: (e - b) / (w * (1 - f / 100))  # noqa: E731
    per_kg = {"calories": "energy_kcal", "protein": "protein_g", "carbs": "carbs_g", "fat": "fat_g"}
    return {
        **{f"{k}_per_kg": combine(lambda a, w: a / w, full(c)(day), weight) for k, c in per_kg.items()},
        **{
            f"{k}_per_kg_7d_avg": combine(lambda a, w: a / w, mean(full(c), day, 7, 3), weight)
            for k, c in per_kg.items()
        },
        "energy_balance": balance(day),
        "energy_balance_7d_avg": mean(balance, day, 7, 3),
        "energy_availability": combine(available, energy(day), burnt(day), weight, fat),
        "energy_availability_7d_avg": combine(
            available, mean(energy, day, 7, 3), mean(burnt, day, 7, 3), weight, fat
        ),
        "net_energy_per_kg": combine(lambda e, b, w: (e - b) / w, energy(day), burnt(day), weight),
        "intake_to_resting_energy_7d": combine(lambda a, b: a / b, mean(energy, day, 7, 3), resting),
        "carbs_per_active_minute": combine(lambda a, b: a / b, full("carbs_g")(day), minutes(day)),
        "carbs_per_load_7d": combine(
            lambda a, b: a / b, mean(full("carbs_g"), day, 7, 3), mean(log("training_load"), day, 7, 3)
        ),
        "protein_on_training_days_7d": mean(on_training_days, day, 7, 2),
        "load_per_sleep_hour_7d": combine(
            lambda a, b: a / (b / 60),
            mean(log("training_load"), day, 7, 3), mean(log("sleep_minutes"), day, 7, 3),
        ),
        "ln_rmssd_rr_ratio": combine(
            lambda v, r: 1000 * math.log(v) / (60000 / r), log("hrv_rmssd_ms")(day), log("rhr_bpm")(day)
        ),
        "night_strain": combine(lambda a, b: (a - b) / 2, rows["rhr_zscore"], rows["ln_rmssd_zscore"]),
    }  # fmt: skip
