"""The tidy daily format, one CSV row per person and day: the only reader of it, for training and for imports.

Every line is checked; what is blank stays unknown. `rows` turns what is read here into the contract's rows.
Needs the standard library only.
"""

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

NIGHT_HOUR, DAY_HOUR = 7.0, 23.0
"""Local times readings are stamped with: a night on waking, a day's total when the day is nearly over."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column goes: a "HealthMetric" type, its unit, the local hour, a factor on the value."""

    metric: str
    unit: str
    hour: float
    factor: float = 1.0


READING_COLUMNS: dict[str, Column] = {
    "rhr": Column("RESTING_HEART_RATE", "bpm", NIGHT_HOUR),
    "hrv_rmssd": Column("HEART_RATE_VARIABILITY_RMSSD", "ms", NIGHT_HOUR),
    "hrv_sdnn_morning": Column("HEART_RATE_VARIABILITY_SDNN", "ms", NIGHT_HOUR),
    "sleep_minutes": Column("SLEEP_DURATION", "min", NIGHT_HOUR),
    "deep_minutes": Column("DEEP_SLEEP_DURATION", "min", NIGHT_HOUR),
    "rem_minutes": Column("REM_SLEEP_DURATION", "min", NIGHT_HOUR),
    "sleep_score": Column("SLEEP_SCORE", "score", NIGHT_HOUR),
    "sleep_efficiency": Column("SLEEP_EFFICIENCY", "%", NIGHT_HOUR),
    "readiness_score": Column("READINESS_SCORE", "score", NIGHT_HOUR),
    "recovery": Column("RECOVERY_SCORE", "score", NIGHT_HOUR),
    "resp_rate": Column("RESPIRATORY_RATE", "breaths/min", NIGHT_HOUR),
    "breath_average": Column("RESPIRATORY_RATE", "breaths/min", NIGHT_HOUR),
    "full_sleep_breathing_rate": Column("RESPIRATORY_RATE", "breaths/min", NIGHT_HOUR),
    "spo2": Column("OXYGEN_SATURATION", "%", NIGHT_HOUR),
    "average_spo2_value": Column("OXYGEN_SATURATION", "%", NIGHT_HOUR, 100.0),
    "skin_temp": Column("SKIN_TEMPERATURE", "degC", NIGHT_HOUR),
    "nightly_temperature": Column("SKIN_TEMPERATURE", "degC", NIGHT_HOUR),
    "temperature_delta": Column("SKIN_TEMPERATURE", "degC", NIGHT_HOUR),
    "steps": Column("STEPS", "steps", DAY_HOUR),
    "active_minutes": Column("EXERCISE_MINUTES", "min", DAY_HOUR),
    "calories_out": Column("TOTAL_CALORIES", "kcal", DAY_HOUR),
    "cal_active": Column("ACTIVE_CALORIES", "kcal", DAY_HOUR),
    "active_kcal": Column("ACTIVE_CALORIES", "kcal", DAY_HOUR),
    "active_calories_burned": Column("ACTIVE_CALORIES", "kcal", DAY_HOUR),
    "stand_hours_total": Column("STANDING_HOURS", "hours", DAY_HOUR),
    "strain": Column("STRAIN_SCORE", "score", DAY_HOUR),
    "stress_avg": Column("STRESS_LEVEL", "score", DAY_HOUR),
    "stress_mean": Column("STRESS_LEVEL", "score", DAY_HOUR),
    "filteredDemographicVO2Max": Column("VO2_MAX", "ml/kg/min", DAY_HOUR),
}

NUTRIENT_COLUMNS: dict[str, str] = {
    "calories_in": "calories", "protein_g": "protein", "carbs_g": "carbs", "fat_g": "fat",
    "fiber_g": "fiber", "sugar_g": "sugar", "sodium_mg": "sodium",
}  # fmt: skip
OTHER_NUMBERS = ("workout_minutes", "alcohol", "weight_kg", "n_meal_entries", "first_meal_h", "last_meal_h")
SIGNED = {"temperature_delta"}
KEYS = ("dataset", "user", "date")
ATTRIBUTES = ("gender", "age")
"""Kept for evaluation by subgroup; no table stores them."""

NUMBERS: tuple[str, ...] = (*READING_COLUMNS, *NUTRIENT_COLUMNS, *OTHER_NUMBERS)

SOURCES: dict[str, str] = {"lifesnaps": "fitbit", "t1d_uom": "garmin", "welltory": "manual"}
DEVICES = ("apple_health", "fitbit", "garmin", "oura", "whoop")

_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one line was refused. Lines are counted as an editor shows them: the header is line 1."""

    line: int
    detail: str


@dataclass(frozen=True)
class TidyPerson:
    dataset: str
    user: str
    days: list[date]
    """In order, each once; days nothing is known of are absent."""
    values: dict[str, list[float]]
    """Column -> one number per day, NaN where blank. Only columns of `NUMBERS` that the file has."""
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def user_id(self) -> str:
        return f"{self.dataset}-{self.user}"

    @property
    def source(self) -> str:
        """The device as "HealthMetric"."source" names it: told by the set's name, else "manual"."""
        named = next((device for device in DEVICES if device in self.dataset), "manual")
        return SOURCES.get(self.dataset, named)

    def until(self, last: date) -> "TidyPerson":
        """Return the same days moved so that the last falls on `last`."""
        shift = last - self.days[-1]
        return replace(self, days=[day + shift for day in self.days])


@dataclass(frozen=True)
class TidyFile:
    people: list[TidyPerson]
    faults: list[Fault]
    """Refused lines; `people` holds none of their values."""
    left_out: list[str]
    """Columns of the file that no table of the contract can hold."""


def read_tidy(path: Path) -> TidyFile:
    """Read one file. A bad line becomes a `Fault`; a header without the key columns raises ValueError."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return parse_tidy(lines, path.name)


def parse_tidy(lines: Iterable[str], name: str) -> TidyFile:
    """Read the lines of a file of that name, as `read_tidy` does."""
    reader = csv.reader(lines)
    header = next(reader, [])
    lost = [key for key in KEYS if key not in header]
    if lost or len(set(header)) != len(header):
        raise ValueError(f"{name}: line 1: " + (f"no column {lost[0]}" if lost else "a column twice"))
    known = [column for column in header if column in NUMBERS]
    rows: dict[tuple[str, str], dict[date, dict[str, float]]] = {}
    attributes: dict[tuple[str, str], dict[str, str]] = {}
    faults: list[Fault] = []
    for cells in reader:
        if not any(cells):
            continue
        try:
            if len(cells) != len(header):
                raise ValueError(f"{len(cells)} cells, the header has {len(header)}")
            row = dict(zip(header, cells, strict=True))
            key, day, numbers = _parse(row, known)
            if day in rows.get(key, {}):
                raise ValueError(f"{day} appears twice for {key[1]}")
        except ValueError as error:
            faults.append(Fault(reader.line_num, str(error)))
            continue
        rows.setdefault(key, {})[day] = numbers
        attributes.setdefault(key, {}).update({a: row[a] for a in ATTRIBUTES if row.get(a)})
    people = [_person(key, days, known, attributes[key]) for key, days in rows.items()]
    left_out = [column for column in header if column not in (*known, *KEYS)]
    return TidyFile(people, faults, left_out)


def _parse(row: dict[str, str], known: list[str]) -> tuple[tuple[str, str], date, dict[str, float]]:
    key = (row["dataset"], row["user"])
    if not _USER_ID.fullmatch("-".join(key)):
        raise ValueError("dataset and user must be letters, digits, '_', '.' or '-'")
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError("date is not YYYY-MM-DD") from None
    if not 1970 <= day.year < 2200:
        raise ValueError("date is before 1970 or after 2199")
    numbers = {column: _number(column, row[column]) for column in known if row[column].strip()}
    return key, day, numbers


def _number(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{column} is not a number") from None
    if not math.isfinite(value) or (value < 0 and column not in SIGNED):
        raise ValueError(f"{column} must be finite" + ("" if column in SIGNED else " and not negative"))
    if column == "alcohol" and value not in (0, 1):
        raise ValueError("alcohol must be 0 or 1")
    if column.endswith("_meal_h") and value >= 24:
        raise ValueError(f"{column} must be below 24")
    return value


def _person(
    key: tuple[str, str], rows: dict[date, dict[str, float]], known: list[str], attributes: dict[str, str]
) -> TidyPerson:
    days = sorted(rows)
    values = {column: [rows[day].get(column, math.nan) for day in days] for column in known}
    return TidyPerson(*key, days, values, attributes)
