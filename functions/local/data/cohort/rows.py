"""What an app would have written of a synthetic person: a profile, patchy food logs, workouts."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Instants,
    Meals,
    PersonRows,
    Profile,
    Workouts,
)
from functions.local.data.cohort.days import COURSE_NAMES, COURSES, Behaviour, simulate_days
from functions.local.data.cohort.draws import Chance
from functions.local.data.cohort.foods import DRINKS, nutrient_table
from functions.local.data.cohort.people import COHORT, DemoPerson
from functions.local.data.cohort.wearables import at_local, away, measure

SEED = 20_260_101
_MACROS = 4
"""Columns of `NUTRIENTS` that even a quick entry has."""
_HALF_DAY = np.timedelta64(12, "h")


def make_cohort(until: date, seed: int = SEED) -> list[PersonRows]:
    """Everyone of `COHORT`, with rows up to the local day `until`: the same rows however often it is made."""
    return [make_person(person, until, seed) for person in COHORT]


def make_person(person: DemoPerson, until: date, seed: int = SEED) -> PersonRows:
    last = np.datetime64(until, "D")
    stream = f"{seed}/{person.key}"
    days = simulate_days(person, last - (person.history_days - 1), last, stream)
    chance = Chance(stream, days.days)
    midnights = find_midnights_utc(person.timezone, days.days)
    return PersonRows(
        _describe(person),
        _log_meals(person, days.behaviour, midnights, chance),
        measure(person, days, midnights, chance),
        _log_workouts(person, days.behaviour, midnights),
    )


def find_midnights_utc(zone: str | None, days: Instants) -> Instants:
    """Local hour h of a day is `midnight + h`, by the day's offset at noon: right from the small hours on."""
    if zone is None:
        return days.astype("datetime64[ms]")
    tz = ZoneInfo(zone)
    noons = [datetime(d.year, d.month, d.day, 12, tzinfo=tz).astimezone(UTC) for d in days.tolist()]
    naive: Instants = np.array([noon.replace(tzinfo=None) for noon in noons], "datetime64[ms]")
    return naive - _HALF_DAY


def _describe(person: DemoPerson) -> Profile:
    return Profile(
        user_id=person.user_id,
        timezone=person.timezone,
        goal_calories_kcal=person.energy_kcal,
        goal_protein_g=round(1.6 * person.weight_kg),
        weight_kg=person.weight_kg,
        goal_weight_kg=person.weight_kg - 2,
        height_cm=person.height_cm,
        activity_level=person.activity_level,
        date_of_birth=person.born,
        biological_sex=person.sex,
    )


def _log_meals(person: DemoPerson, did: Behaviour, midnights: Instants, chance: Chance) -> Meals:
    logged = chance.happens("logs food", person.logging)
    if person.unlogged_weekends:
        logged &= ~did.weekend
    if person.gaps:
        logged &= ~away(chance.days)
    logged_dinner = logged & ~chance.happens("forgot dinner", 0.06)

    at, name, kind, nutrients = [], [], [], []
    for course, (title, dishes) in enumerate(zip(COURSE_NAMES, COURSES, strict=True)):
        hours = did.meal_hours[:, course]
        shown = (logged_dinner if title == "dinner" else logged) & ~np.isnan(hours)
        quick = chance.happens(f"quick {title}", 0.1)[:, None] & (np.arange(len(NUTRIENTS)) >= _MACROS)
        at.append(at_local(midnights, hours)[shown])
        name += [dishes[i].name for i in did.dishes[shown, course]]
        kind += [title] * int(shown.sum())
        nutrients.append(np.where(quick, np.nan, did.nutrients[:, course].round(1))[shown])

    table = nutrient_table(DRINKS)
    for glass in range(1, int(did.drinks.max(initial=0)) + 1):
        shown = logged_dinner & (did.drinks >= glass)
        # before dinner, so that the last meal of the day stays the dinner
        at.append(at_local(midnights, did.meal_hours[:, -1] - 0.1 * glass)[shown])
        name += [DRINKS[i].name for i in did.drink[shown]]
        kind += ["snack"] * int(shown.sum())
        nutrients.append(table[did.drink[shown]])
    return Meals(np.concatenate(at), name, kind, np.concatenate(nutrients))


def _log_workouts(person: DemoPerson, did: Behaviour, midnights: Instants) -> Workouts:
    trained = did.workout_minutes > 0
    minutes, hard = did.workout_minutes[trained], did.hard[trained]
    started = at_local(midnights, did.workout_hour)[trained]
    mean_hr = np.where(hard, 158.0, 128.0)
    measures = {
        "duration": minutes,
        "caloriesBurned": (minutes * np.where(hard, 0.15, 0.1) * person.weight_kg).round(),
        "averageHeartRate": mean_hr,
        "maxHeartRate": mean_hr + 18,
        "distance": minutes * np.where(hard, 190, 150),
        "steps": np.full(len(minutes), np.nan),
    }
    return Workouts(
        started,
        at_local(started, minutes / 60),
        [person.sport] * len(minutes),
        np.where(hard, "HIGH", "MODERATE").tolist(),
        [person.devices[0].source] * len(minutes),
        np.stack([measures[name] for name in WORKOUT_MEASURES], axis=1),
    )
