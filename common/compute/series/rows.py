"""One person's rows as columns: what the store loads, an importer or a simulator makes, and `series` reads.

Times are UTC, `datetime64[ms]`. Absent numbers are NaN, absent texts are "". Rows are in no particular order.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Instants = NDArray[np.datetime64]

# Column order of `Meals.nutrients`, as the backend's "Meal" table names them.
NUTRIENTS: tuple[str, ...] = (
    "calories", "protein", "carbs", "fat",
    "fiber", "sugar", "saturatedFat", "transFat",
    "cholesterol", "sodium", "potassium", "calcium", "iron", "magnesium", "zinc", "phosphorus",
    "vitaminA", "vitaminC", "vitaminD", "vitaminE", "vitaminK", "vitaminB6", "vitaminB12",
    "folate", "thiamin", "riboflavin", "niacin",
)  # fmt: skip

# Column order of `Workouts.measures`, as the backend's "Activity" table names them.
WORKOUT_MEASURES: tuple[str, ...] = (
    "duration", "caloriesBurned", "averageHeartRate", "maxHeartRate", "distance", "steps",
)  # fmt: skip


def no_instants() -> Instants:
    return np.empty(0, "datetime64[ms]")


@dataclass(frozen=True)
class Profile:
    """What the backend knows of a person besides rows. `timezone` is as stored: may be None or unknown."""

    user_id: str
    timezone: str | None = None
    goal_calories_kcal: float = 2000.0
    goal_protein_g: float = 150.0
    goal_carbs_g: float = 200.0
    goal_fat_g: float = 65.0
    weight_kg: float | None = None
    goal_weight_kg: float | None = None
    height_cm: float | None = None
    activity_level: str = "moderate"
    date_of_birth: date | None = None
    biological_sex: str | None = None
    work_schedule: str | None = None
    """`regular`, `shift` or `irregular`; None where it was never said."""
    primary_goal: str | None = None
    """As the backend has it, in its own words; None where it was never said."""
    zones: tuple[tuple[datetime, str], ...] = ()
    """Time zones lived in, each from an instant (naive UTC) on, in order; the first always was. Empty where
    none is on record: then `timezone` counts throughout."""


@dataclass(frozen=True)
class Meals:
    at: Instants = field(default_factory=no_instants)
    name: list[str] = field(default_factory=list)
    meal_type: list[str] = field(default_factory=list)
    nutrients: Floats = field(default_factory=lambda: np.empty((0, len(NUTRIENTS))))
    """(rows, len(NUTRIENTS)): kcal, g and mg as the contract says."""
    written: Instants = field(default_factory=no_instants)
    """When each row was first written; empty where that is not known."""


@dataclass(frozen=True)
class Readings:
    """Rows of "HealthMetric". `unit` and `source` are free text; `metric` may be a name newer than ours."""

    at: Instants = field(default_factory=no_instants)
    metric: list[str] = field(default_factory=list)
    value: Floats = field(default_factory=lambda: np.empty(0))
    unit: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    written: Instants = field(default_factory=no_instants)
    """When each row was last written; empty where that is not known."""


@dataclass(frozen=True)
class Workouts:
    started_at: Instants = field(default_factory=no_instants)
    ended_at: Instants = field(default_factory=no_instants)
    kind: list[str] = field(default_factory=list)
    intensity: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    measures: Floats = field(default_factory=lambda: np.empty((0, len(WORKOUT_MEASURES))))
    """(rows, len(WORKOUT_MEASURES)): min, kcal, bpm, bpm, m, steps."""


@dataclass(frozen=True)
class Journal:
    """Rows of ml."DayContext": what a person said of local days, as `compute.journal` understands it."""

    day: NDArray[np.datetime64] = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    name: list[str] = field(default_factory=list)
    value: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class Extras:
    """What a backend may have besides, by kind: `water_ml`, `weight_kg`, sums of glucose over half hours
    (`glucose_n`, `glucose_sum`, `glucose_squares`, `glucose_within`, in mg/dl), `supplement` by name with 1
    taken and 0 skipped, `work_schedule` and `primary_goal` by name."""

    at: Instants = field(default_factory=no_instants)
    kind: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    value: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class PersonRows:
    profile: Profile
    meals: Meals = field(default_factory=Meals)
    readings: Readings = field(default_factory=Readings)
    workouts: Workouts = field(default_factory=Workouts)
    journal: Journal = field(default_factory=Journal)
    extras: Extras = field(default_factory=Extras)
