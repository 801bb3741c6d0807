"""What truly happens to a synthetic person, day by day, whether or not anyone logs or measures it.

Draws belong to calendar days, so a longer or later range changes nothing about the days it shares.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from common.compute.series.rows import NUTRIENTS, Floats, Instants
from functions.local.data.cohort.draws import Chance, Flags
from functions.local.data.cohort.effects import LUTEAL_RHR_BPM, total_log_change
from functions.local.data.cohort.foods import BREAKFASTS, DINNERS, DRINKS, LUNCHES, SNACKS, nutrient_table
from functions.local.data.cohort.people import DemoPerson

COURSES = (BREAKFASTS, LUNCHES, SNACKS, DINNERS)
COURSE_NAMES = ("breakfast", "lunch", "snack", "dinner")
MOST_DRINKS = 4
_TABLES = [nutrient_table(dishes) for dishes in COURSES]
_USUAL_ENERGY_KCAL = 1970.0
_FIBER = NUTRIENTS.index("fiber")

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Behaviour:
    """Causes: one entry per day, hours are local."""

    weekend: Flags
    meal_hours: Floats
    """(n, courses); NaN where the meal is skipped."""
    dishes: Counts
    """(n, courses): index into the course's dishes."""
    nutrients: Floats
    """(n, courses, len(NUTRIENTS)) as eaten, 0 where skipped."""
    drinks: Counts
    drink: Counts
    workout_minutes: Floats
    hard: Flags
    workout_hour: Floats
    steps: Floats

    @property
    def hard_minutes(self) -> Floats:
        return np.where(self.hard, self.workout_minutes, 0.0)


@dataclass(frozen=True)
class Nights:
    """Outcomes of the night that ended on each day."""

    wake_hour: Floats
    sleep_minutes: Floats
    deep_minutes: Floats
    rem_minutes: Floats
    rhr_bpm: Floats
    hrv_rmssd_ms: Floats


@dataclass(frozen=True)
class Days:
    days: Instants
    behaviour: Behaviour
    nights: Nights


def simulate_days(person: DemoPerson, first: np.datetime64, last: np.datetime64, stream: str) -> Days:
    """Return the days from `first` to `last`, both included."""
    days = np.arange(first - 1, last + 1)
    behaviour = _behave(person, Chance(stream, days))
    nights = _sleep(person, behaviour, Chance(stream, days[1:]))
    own = {f.name: getattr(behaviour, f.name)[1:] for f in fields(Behaviour)}
    return Days(days[1:], Behaviour(**own), nights)


def _behave(person: DemoPerson, chance: Chance) -> Behaviour:
    weekday = (chance.days.astype(np.int64) + 3) % 7
    weekend = weekday >= 5
    breakfast = 7.4 + 1.2 * weekend + 0.3 * chance.noise("breakfast")
    dinner = person.dinner_hour + 0.3 * weekend + 0.6 * chance.noise("dinner")
    dinner += 2.2 * chance.happens("late dinner", 0.2)
    hours = np.stack(
        [
            np.where(chance.happens("no breakfast", 0.12), np.nan, breakfast),
            12.7 + 0.4 * chance.noise("lunch"),
            np.where(chance.happens("snack", 0.6), 16.0 + 0.5 * chance.noise("snack hour"), np.nan),
            np.clip(dinner, 17.0, 23.5),
        ],
        axis=1,
    )
    dishes, eaten = [], []
    for title, course, table in zip(COURSE_NAMES, COURSES, _TABLES, strict=True):
        dish = (chance.drawn(f"{title} dish") * len(course)).astype(np.int64)
        portion = np.exp(0.18 * chance.noise(f"{title} portion")) * person.energy_kcal / _USUAL_ENERGY_KCAL
        dishes.append(dish)
        eaten.append(table[dish] * portion[:, None])

    drinks_at_all = chance.drawn("drinks") < person.drinking * np.where(weekday >= 4, 1.6, 0.75)
    glasses = 1 + (chance.drawn("glasses") * MOST_DRINKS).astype(np.int64)
    trains = chance.happens("trains", person.training)
    evening = chance.happens("evening workout", 0.6)
    return Behaviour(
        weekend=weekend,
        meal_hours=hours,
        dishes=np.stack(dishes, axis=1),
        nutrients=np.where(np.isnan(hours)[:, :, None], 0.0, np.stack(eaten, axis=1)),
        drinks=np.where(drinks_at_all, glasses, 0),
        drink=(chance.drawn("drink") * len(DRINKS)).astype(np.int64),
        workout_minutes=np.where(trains, (30 + 45 * chance.drawn("minutes")).round(), 0.0),
        hard=trains & chance.happens("hard", 0.5),
        workout_hour=np.where(evening, 18.2, 7.0 + 2 * weekend) + 0.4 * chance.noise("workout hour"),
        steps=(np.where(weekend, 7200, 8600) * np.exp(0.28 * chance.noise("steps"))).round(),
    )


def _sleep(person: DemoPerson, behaviour: Behaviour, chance: Chance) -> Nights:
    """Return nights of `chance.days`; `behaviour` begins one day earlier."""
    evening = {
        "alcohol_drinks": behaviour.drinks[:-1].astype(float),
        "hard_minutes": behaviour.hard_minutes[:-1],
        "last_meal_hour": behaviour.meal_hours[:-1, -1],
        "fiber_g": behaviour.nutrients[:-1, :, _FIBER].sum(axis=1),
    }

    def change(outcome: str, night: dict[str, Floats]) -> Floats:
        return person.response * total_log_change(outcome, evening, night)

    weekend = behaviour.weekend[1:]
    usual_sleep = 422.0 + 30 * weekend + 38 * chance.lasting_noise("sleep", 0.2)
    sleep = np.clip(usual_sleep * np.exp(change("sleep_minutes", {})), 200, 660).round()
    slept = {"sleep_minutes": sleep}
    deep = 0.18 * sleep * np.exp(0.15 * chance.noise("deep") + change("deep_minutes", slept))
    rem = 0.22 * sleep * np.exp(0.15 * chance.noise("rem"))

    day = chance.days.astype(np.int64).astype(float)
    drift = np.sin(2 * np.pi * day / 131 + len(person.story))
    phase = np.sin(2 * np.pi * day / person.cycle_days) if person.cycle_days else 0.0
    rhr = person.rhr_bpm * np.exp(change("rhr_bpm", slept)) + 1.6 * chance.lasting_noise("rhr", 0.5)
    ln_hrv = change("hrv_rmssd_ms", slept) + 0.14 * chance.lasting_noise("hrv", 0.3)
    return Nights(
        wake_hour=6.6 + 1.0 * weekend + 0.3 * chance.noise("wake"),
        sleep_minutes=sleep,
        deep_minutes=deep.round(),
        rem_minutes=rem.round(),
        rhr_bpm=rhr + drift + LUTEAL_RHR_BPM / 2 * phase,
        hrv_rmssd_ms=person.hrv_ms * np.exp(ln_hrv - 0.04 * drift - 0.05 * phase),
    )
