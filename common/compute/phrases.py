"""Words for the quantities the service speaks of, and how an amount is written. Computes nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    name: str
    better: str | None = None
    """The direction most people would welcome; None where neither is plainly better."""
    when: str = "the next morning"
    """When the value of a night is met, counted from the day before it."""


_NIGHT = "the following night"

OUTCOMES: dict[str, Outcome] = {
    "rhr": Outcome("resting heart rate", "lower"),
    "hrv": Outcome("heart rate variability (HRV)", "higher"),
    "hrv_rmssd": Outcome("heart rate variability (HRV)", "higher"),
    "hrv_sdnn": Outcome("heart rate variability (HRV, as SDNN)", "higher"),
    "sleep_duration": Outcome("time asleep", "higher", _NIGHT),
    "deep_sleep_minutes": Outcome("deep sleep", "higher", _NIGHT),
    "rem_sleep_minutes": Outcome("REM sleep", "higher", _NIGHT),
    "sleep_efficiency": Outcome("sleep efficiency", "higher", _NIGHT),
    "sleep_score": Outcome("sleep score", "higher", _NIGHT),
    "recovery_score": Outcome("recovery score", "higher"),
    "readiness_score": Outcome("readiness score", "higher"),
    "respiratory_rate": Outcome("breathing rate asleep", None, _NIGHT),
    "skin_temperature": Outcome("skin temperature asleep", None, _NIGHT),
    "stress_level": Outcome("stress level", "lower", "the next day"),
    "blood_glucose": Outcome("blood glucose", None, "the next day"),
}

# Inputs whose plain name with "more" before it would not be English.
_CONDITIONS: dict[str, tuple[str, str]] = {
    "calories_daily": ("Eating more", "{step} more eaten"),
    "first_meal_time": ("A later first meal", "the first meal {step} later"),
    "last_meal_time": ("A later last meal", "the last meal {step} later"),
    "eating_window": ("A longer eating window", "an eating window {step} longer"),
    "late_energy_daily": ("Eating late in the evening", "{step} more eaten after 20:00"),
    "breakfast_skipped": ("Skipping breakfast", "breakfast skipped"),
    "alcohol_drinks_daily": ("Alcohol", "{step} more"),
    "steps_daily": ("More steps", "{step} more"),
    "training_load_daily": ("More training", "{step} more training"),
    "hard_minutes_daily": ("More hard training", "{step} more of hard training"),
    "workout_minutes_daily": ("Longer workouts", "{step} more of workouts"),
    "evening_training_minutes": ("Training in the evening", "{step} more of training after 18:00"),
    "sleep_duration": ("Longer sleep", "{step} more sleep"),
    "deep_sleep_minutes": ("More deep sleep", "{step} more deep sleep"),
    "rem_sleep_minutes": ("More REM sleep", "{step} more REM sleep"),
    "sleep_efficiency": ("Sounder sleep", "sleep efficiency {step} higher"),
    "strain_score_daily": ("More strain", "a strain score {step} higher"),
    "standing_hours_daily": ("More time on your feet", "{step} more on your feet"),
}

_UNITS = {"local hour": "h", "0/1": "", "score": "points", "degC": "°C", "as logged": ""}


def describe_condition(feature: str, step: float, step_unit: str) -> tuple[str, str]:
    """A title ("More protein") and a condition ("30 g more protein") for `step` more of an input."""
    size = amount(step, step_unit)
    if feature in _CONDITIONS:
        title, condition = _CONDITIONS[feature]
        return title, condition.format(step=size)
    name = feature.removesuffix("_daily").replace("_", " ")
    return f"More {name}", f"{size} more {name}"


def amount(value: float, unit: str = "") -> str:
    """A number as people write it: no false precision, its unit behind it, a single one in the singular."""
    size = abs(value)
    digits = 0 if size >= 20 else 1 if size >= 1 else 2
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    unit = _UNITS.get(unit, unit)
    if text in {"1", "-1"} and unit in {"drinks", "points", "steps", "meals"}:
        unit = unit[:-1]
    return f"{text} {unit}".strip()
