"""Seeded people for tests: meals, workouts and readings of a plausible person, with gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from common.compute.series.calendar import HOUR_MS, day_starts, resolve_zone
from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Floats,
    Instants,
    Meals,
    PersonRows,
    Profile,
    Readings,
    Workouts,
)
from common.compute.series.window import Mask

LAST_DAY = date(2025, 6, 30)

# name, type, local hour, kcal, protein g, carbs g, fat g
MENU = (
    ("oat porridge", "breakfast", 7.5, 420, 18, 58, 12),
    ("chicken and rice", "lunch", 12.5, 720, 45, 80, 23),
    ("yoghurt", "snack", 16.0, 190, 12, 20, 7),
    ("salmon and potatoes", "dinner", 19.0, 780, 42, 70, 36),
)
# metric, unit, local hour, mean, spread
VITALS = (
    ("RESTING_HEART_RATE", "bpm", 7.0, 58.0, 2.5),
    ("HEART_RATE_VARIABILITY_RMSSD", "ms", 7.0, 52.0, 9.0),
    ("SLEEP_DURATION", "min", 7.0, 435.0, 45.0),
    ("DEEP_SLEEP_DURATION", "min", 7.0, 85.0, 15.0),
    ("REM_SLEEP_DURATION", "min", 7.0, 95.0, 18.0),
    ("SLEEP_EFFICIENCY", "%", 7.0, 89.0, 3.0),
    ("RESPIRATORY_RATE", "breaths/min", 7.0, 14.5, 0.6),
    ("OXYGEN_SATURATION", "%", 7.0, 96.5, 0.7),
    ("STEPS", "steps", 21.0, 9_000.0, 2_500.0),
    ("ACTIVE_CALORIES", "kcal", 21.0, 520.0, 120.0),
    ("TOTAL_CALORIES", "kcal", 21.0, 2_450.0, 150.0),
    ("EXERCISE_MINUTES", "min", 21.0, 42.0, 15.0),
)


def make_person(
    seed: int = 0,
    days: int = 120,
    timezone: str | None = "Europe/Berlin",
    last: date = LAST_DAY,
    *,
    sources: Sequence[str] = ("oura",),
    logged_share: float = 0.9,
    worn_share: float = 0.95,
    workout_share: float = 0.4,
    alcohol_share: float = 0.1,
) -> PersonRows:
    """Rows for the `days` local days that end with `last`; equal arguments give equal rows.

    Each day is logged (four meals, with fibre and sodium), worn (each metric from each source) and trained
    with the given shares. The first source measures as it is, each further one with an offset of its own.
    """
    rng = np.random.default_rng(seed)
    zone, _ = resolve_zone(timezone)
    dates = np.arange(np.datetime64(last, "D") - (days - 1), np.datetime64(last, "D") + 1)
    midnight = day_starts(dates, zone)
    logged, worn, trained, drank = (
        rng.random(days) < share for share in (logged_share, worn_share, workout_share, alcohol_share)
    )
    return PersonRows(
        Profile(f"person-{seed}", timezone, weight_kg=72.0, height_cm=176.0),
        _meals(rng, midnight[logged], drank[logged]),
        _readings(rng, midnight[worn], sources),
        _workouts(rng, midnight[trained], sources[0]),
    )


def later(instants: Instants, hours: Floats | float) -> Instants:
    shift = np.round(np.asarray(hours) * HOUR_MS).astype("timedelta64[ms]")
    moved: Instants = instants + shift
    return moved


def _meals(rng: np.random.Generator, midnight: Instants, drank: Mask) -> Meals:
    at, name, meal_type, nutrients = [], [], [], []
    for title, kind, hour, *macros in MENU:
        amount = rng.normal(1.0, 0.15, len(midnight)).clip(0.5, 1.6)
        rows = np.full((len(midnight), len(NUTRIENTS)), np.nan)
        rows[:, :4] = amount[:, None] * np.array(macros, float)
        rows[:, NUTRIENTS.index("fiber")] = 7 * amount
        rows[:, NUTRIENTS.index("sodium")] = 600 * amount
        at.append(later(midnight, hour + rng.normal(0, 0.3, len(midnight))))
        name += [title] * len(midnight)
        meal_type += [kind] * len(midnight)
        nutrients.append(rows)
    evenings = midnight[drank]
    drinks = np.full((len(evenings), len(NUTRIENTS)), np.nan)
    drinks[:, :4] = [150, 1, 12, 0]
    at.append(later(evenings, 20.5))
    return Meals(
        np.concatenate(at),
        name + ["beer"] * len(evenings),
        meal_type + ["snack"] * len(evenings),
        np.concatenate([*nutrients, drinks]),
    )


def _readings(rng: np.random.Generator, midnight: Instants, sources: Sequence[str]) -> Readings:
    at, metric, value, unit, origin = [], [], [], [], []
    for name, stated, hour, mean, spread in VITALS:
        truth = rng.normal(mean, spread, len(midnight))
        if name == "OXYGEN_SATURATION":
            truth = truth.clip(90, 100)
        for i, source in enumerate(sources):
            at.append(later(midnight, hour + i / 60))
            metric += [name] * len(midnight)
            value.append(truth * (1 - 0.04 * i))
            unit += [stated] * len(midnight)
            origin += [source] * len(midnight)
    return Readings(np.concatenate(at), metric, np.concatenate(value), unit, origin)


def _workouts(rng: np.random.Generator, midnight: Instants, source: str) -> Workouts:
    n = len(midnight)
    start = later(midnight, rng.uniform(16.5, 19.5, n))
    minutes = rng.integers(25, 80, n).astype(float)
    measures = np.stack(
        [minutes, minutes * 9, np.full(n, 138.0), np.full(n, 165.0), minutes * 150, minutes * 160], axis=1
    )
    return Workouts(
        start,
        later(start, minutes / 60),
        ["RUNNING"] * n,
        rng.choice(["LOW", "MODERATE", "HIGH", "MAXIMUM"], n).tolist(),
        [source] * n,
        measures,
    )


def joined(first: PersonRows, second: PersonRows) -> PersonRows:
    """The rows of both, of the first one's person."""
    a, b = first, second
    return replace(
        a,
        meals=Meals(
            np.concatenate([a.meals.at, b.meals.at]),
            a.meals.name + b.meals.name,
            a.meals.meal_type + b.meals.meal_type,
            np.concatenate([a.meals.nutrients, b.meals.nutrients]),
        ),
        readings=Readings(
            np.concatenate([a.readings.at, b.readings.at]),
            a.readings.metric + b.readings.metric,
            np.concatenate([a.readings.value, b.readings.value]),
            a.readings.unit + b.readings.unit,
            a.readings.source + b.readings.source,
        ),
        workouts=Workouts(
            np.concatenate([a.workouts.started_at, b.workouts.started_at]),
            np.concatenate([a.workouts.ended_at, b.workouts.ended_at]),
            a.workouts.kind + b.workouts.kind,
            a.workouts.intensity + b.workouts.intensity,
            a.workouts.source + b.workouts.source,
            np.concatenate([a.workouts.measures, b.workouts.measures]),
        ),
    )


def take_readings(readings: Readings, rows: NDArray[np.intp]) -> Readings:
    """Those at the positions `rows`, in that order."""
    return Readings(
        readings.at[rows],
        [readings.metric[i] for i in rows],
        readings.value[rows],
        [readings.unit[i] for i in rows],
        [readings.source[i] for i in rows],
    )


def readings_of(*rows: tuple[str, str, float, str, str]) -> Readings:
    """Readings from (UTC instant, metric, value, unit, source) rows."""
    at, metric, value, unit, source = zip(*rows, strict=True)
    return Readings(
        np.array(at, "datetime64[ms]"), list(metric), np.array(value, float), list(unit), list(source)
    )


def meals_of(*rows: tuple[str, str, Mapping[str, float]]) -> Meals:
    """Meals from (UTC instant, name, nutrients) rows; the meal type is the name."""
    nutrients = [[given.get(nutrient, np.nan) for nutrient in NUTRIENTS] for _, _, given in rows]
    return Meals(
        np.array([at for at, _, _ in rows], "datetime64[ms]"),
        [name for _, name, _ in rows],
        [name for _, name, _ in rows],
        np.array(nutrients, float).reshape(len(rows), len(NUTRIENTS)),
    )


def workouts_of(*rows: tuple[str, str, float, str, str]) -> Workouts:
    """Workouts without further measures from (UTC start, UTC end, minutes, intensity, source) rows."""
    measures = np.full((len(rows), len(WORKOUT_MEASURES)), np.nan)
    measures[:, 0] = [minutes for _, _, minutes, _, _ in rows]
    return Workouts(
        np.array([start for start, *_ in rows], "datetime64[ms]"),
        np.array([end for _, end, *_ in rows], "datetime64[ms]"),
        ["RUNNING"] * len(rows),
        [intensity for *_, intensity, _ in rows],
        [source for *_, source in rows],
        measures,
    )
