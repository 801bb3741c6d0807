"""A tidy person's days as the rows the backend and a wearable would have stored.

`nutri import` writes these rows and training builds features from the same ones: no second way.
Must not compute features, and must not invent a value that is blank.
"""

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Floats,
    Instants,
    Journal,
    Meals,
    PersonRows,
    Profile,
    Readings,
    Workouts,
)
from model_export.data.tidy import NUTRIENT_COLUMNS, READING_COLUMNS, TidyPerson

WORKOUT_HOUR, DRINK_HOUR = 17.5, 20.0
"""Local times of workouts and drinks, which the format has no time for."""

MEAL_TIMES = ("n_meal_entries", "first_meal_h", "last_meal_h")

MEAL_HOURS, MEAL_SHARES = (8.0, 13.0, 19.0), (0.25, 0.35, 0.40)
"""How a day's food is spread where the file does not say when it was eaten."""

REQUIRED_NUTRIENTS = ("calories", "protein", "carbs", "fat")
"""The "Meal" table has no NULL for these: a blank is stored as 0, as the backend itself stores it."""


def to_person_rows(person: TidyPerson, timezone: str = "UTC") -> PersonRows:
    """Return the rows an import stores: one reading per metric and day, a workout, meals, days without a
    drink.

    Times are UTC; `timezone` (IANA) is where the file's dates are local to, and becomes the person's own.
    """
    zone = ZoneInfo(timezone)
    weights = [w for w in person.values.get("weight_kg", []) if not math.isnan(w)]
    profile = Profile(person.user_id, timezone, weight_kg=weights[-1] if weights else None)
    return PersonRows(
        profile, _meals(person, zone), _readings(person, zone), _workouts(person, zone), _journal(person)
    )


def _instant(day: date, hour: float, zone: ZoneInfo) -> np.datetime64:
    local = datetime.combine(day, time(), zone) + timedelta(hours=hour)
    at = local.astimezone(UTC).replace(tzinfo=None)
    # exactly 00:00 UTC would be read as a date stamp, which labels the UTC date
    return np.datetime64(at + timedelta(seconds=at.time() == time()), "ms")


def _known(person: TidyPerson, column: str) -> list[tuple[date, float]]:
    values = person.values.get(column, [])
    return [(day, value) for day, value in zip(person.days, values, strict=False) if not math.isnan(value)]


def _instants(instants: list[np.datetime64]) -> Instants:
    return np.array(instants, "datetime64[ms]")


def _readings(person: TidyPerson, zone: ZoneInfo) -> Readings:
    rows: dict[tuple[str, date], tuple[np.datetime64, float, str]] = {}
    for name, column in READING_COLUMNS.items():
        for day, value in _known(person, name):
            # two columns of one set for the same metric: the first named above is kept
            rows.setdefault(
                (column.metric, day), (_instant(day, column.hour, zone), value * column.factor, column.unit)
            )
    return Readings(
        at=_instants([at for at, _, _ in rows.values()]),
        metric=[metric for metric, _ in rows],
        value=np.array([value for _, value, _ in rows.values()], float),
        unit=[unit for _, _, unit in rows.values()],
        source=[person.source] * len(rows),
    )


def _workouts(person: TidyPerson, zone: ZoneInfo) -> Workouts:
    # the table has whole minutes
    known = [(day, round(m)) for day, m in _known(person, "workout_minutes") if m >= 0.5]
    started = _instants([_instant(day, WORKOUT_HOUR, zone) for day, _ in known])
    minutes = np.array([minutes for _, minutes in known], float)
    measures = np.full((len(known), len(WORKOUT_MEASURES)), np.nan)
    measures[:, WORKOUT_MEASURES.index("duration")] = minutes
    return Workouts(
        started_at=started,
        ended_at=started + (minutes * 60_000).astype("timedelta64[ms]"),
        kind=["OTHER"] * len(known),
        intensity=["MODERATE"] * len(known),
        source=[person.source] * len(known),
        measures=measures,
    )


def _meals(person: TidyPerson, zone: ZoneInfo) -> Meals:
    at: list[np.datetime64] = []
    names: list[str] = []
    kinds: list[str] = []
    nutrients: list[Floats] = []
    required = [NUTRIENTS.index(nutrient) for nutrient in REQUIRED_NUTRIENTS]

    def add(day: date, hour: float, name: str, amounts: dict[str, float]) -> None:
        row = np.array([amounts.get(nutrient, np.nan) for nutrient in NUTRIENTS])
        row[required] = np.nan_to_num(row[required])
        at.append(_instant(day, hour, zone))
        names.append(name)
        kinds.append(_meal_type(hour))
        nutrients.append(row)

    food: dict[date, dict[str, float]] = {}
    for column, nutrient in NUTRIENT_COLUMNS.items():
        for day, amount in _known(person, column):
            food.setdefault(day, {})[nutrient] = amount
    counts, firsts, lasts = (dict(_known(person, c)) for c in MEAL_TIMES)
    for day in sorted(food):
        for hour, share in _meal_times(counts.get(day), firsts.get(day), lasts.get(day)):
            add(day, hour, "logged food", {n: amount * share for n, amount in food[day].items()})
    for day, drank in _known(person, "alcohol"):
        if drank:
            add(day, DRINK_HOUR, "alcoholic drink", {})
    empty = np.empty((0, len(NUTRIENTS)))
    return Meals(_instants(at), names, kinds, np.array(nutrients) if nutrients else empty)


def _journal(person: TidyPerson) -> Journal:
    """Enter the days without a drink, which no meal can say; a 1 is a meal, for it says no amount."""
    sober = [day for day, drank in _known(person, "alcohol") if not drank]
    return Journal(np.array(sober, "datetime64[D]"), ["drinks"] * len(sober), np.zeros(len(sober)))


def _meal_times(count: float | None, first: float | None, last: float | None) -> list[tuple[float, float]]:
    """(local hour, share of the day's food): evenly from the first to the last meal where both are known."""
    if first is None or last is None or last < first:
        return list(zip(MEAL_HOURS, MEAL_SHARES, strict=True))
    meals = max(int(count) if count else 2, 1) if last > first else 1
    hours = np.linspace(first, last, max(meals, 2)) if last > first else [first]
    return [(float(hour), 1 / len(hours)) for hour in hours]


def _meal_type(hour: float) -> str:
    if hour < 11:
        return "breakfast"
    if hour < 15:
        return "lunch"
    return "dinner" if 17 <= hour < 22 else "snack"
