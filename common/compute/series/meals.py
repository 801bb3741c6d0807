"""Meals to daily nutrition and meal times. Every rule here keeps "not logged" apart from "none".

- A meal belongs to the local day of its instant, whatever its time: 00:00 UTC is somebody's dinner. What is
  eaten before 04:00 ends the evening before: it is of that day's energy, and no first meal of the day.
- Rows equal in instant, name and every nutrient are one row if they were written within 10 seconds; a
  slot's rows share an instant, and two servings are two rows.
- What a row says of energy and macros is weighed in `food_rows`. Eating means energy: rows of 0 kcal
  (water, a vitamin, a marker) add their nutrients to a day but are no meal, and a day of nothing else is
  unknown, not 0 kcal.
- Drinks and their ethanol are told by names (`drinks.parse`): a name in doubt makes the day's unknown.
- A nutrient is known on days where the rows that carry it make up 80% of the energy: NULL is unknown, not
  0. Energy itself is known where every row's is.
- `food_log` says which days are logged completely.
"""

import numpy as np

from common.compute.drinks.parse import KCAL_PER_G, drinks_in
from common.compute.series.calendar import HOUR_MS
from common.compute.series.channels import CHANNELS, Origin
from common.compute.series.food_log import DAY_FROM_HOUR, completeness, occasion_energy
from common.compute.series.food_rows import believed
from common.compute.series.rows import NUTRIENTS, Floats, Meals, Profile
from common.compute.series.window import Account, Indices, Mask, Window, encode

KNOWN_ENERGY_SHARE = 0.8
WRITTEN_TOGETHER_MS = 10_000
LATE_FROM_HOUR = 20
BREAKFAST_FROM_HOUR, BREAKFAST_UNTIL_HOUR = 4, 10

_DAY_CHANNELS = tuple(c for c in CHANNELS.values() if c.origin in {Origin.NUTRITION, Origin.TIMING})
_NUTRIENT_CHANNELS = _DAY_CHANNELS[: len(NUTRIENTS)]
_MEAL_TIMES = ("first_meal_hour", "last_meal_hour", "eating_window_hours", "after_midnight_meal_hour")
_ROW_HIGH = np.array([channel.high for channel in _NUTRIENT_CHANNELS])


def daily_meals(meals: Meals, profile: Profile, window: Window, account: Account) -> dict[str, Floats]:
    """(n,) for each nutrition and timing channel."""
    at = meals.at.astype("datetime64[ms]")
    near = window.near(at, account)
    days, hour = window.places.local_days(at[near])
    day = np.where(at[near] < window.cut_off, window.positions(days), -1)
    near, day, hour = near[day >= 0], day[day >= 0], hour[day >= 0]
    at_ms, nutrients = at[near].astype(np.int64), _possible(meals.nutrients[near], day, account)
    name, names = encode(meals.name)
    kind, kinds = encode(meals.meal_type)
    written = meals.written.astype("datetime64[ms]") if len(meals.written) else at
    written_ms = np.where(np.isnat(written), at, written)[near].astype(np.int64)
    once = ~_repeated(at_ms, name[near], nutrients, written_ms)
    account.drop("duplicate_meal", day[~once])
    drinks = _drinks(names)[name[near]][once]
    account.correct("drink_in_doubt", day[once][np.isnan(drinks[:, 0])])
    breakfast = np.array(["breakfast" in text.casefold() for text in kinds], bool)[kind[near]][once]
    at_ms, nutrients, day, hour = at_ms[once], nutrients[once], day[once], hour[once]
    n = window.length
    drink = drinks[:, 0] != 0
    nutrients = believed(nutrients, drink, day, n, account)

    eaten = nutrients[:, 0] != 0
    count = np.bincount(day[eaten], minlength=n).astype(np.float64)
    logged = count > 0
    sums = np.where(logged, _daily_nutrients(nutrients, day, n), np.nan)
    occasions = occasion_energy(np.where(drink, 0.0, nutrients[:, 0]), hour, day, n)
    complete, day_total = completeness(sums[0], occasions, count, profile)
    number, ethanol_g = _alcohol(drinks, nutrients[:, 0], day, complete)
    daily = {channel.name: row for channel, row in zip(_NUTRIENT_CHANNELS, sums, strict=True)}
    daily |= {
        "meal_count": np.where(logged, count, np.nan),
        "food_log_complete": complete,
        "alcohol_drinks": number,
        "alcohol_g": ethanol_g,
    }
    timing = _timing(at_ms[eaten], hour[eaten], day[eaten], nutrients[eaten, 0], n)
    timing["breakfast_skipped"] = _breakfast_skipped(breakfast[eaten], hour[eaten], day[eaten], complete)
    return daily | {name: np.where(day_total, np.nan, row) for name, row in timing.items()}


def _drinks(names: tuple[str, ...]) -> Floats:
    """Return (names, 2): drinks and grams of ethanol; NaN where a name leaves it in doubt."""
    said = [drinks_in(text) for text in names]
    return np.array([(each.number, each.ethanol_g) for each in said]).reshape(-1, 2)


def _alcohol(drinks: Floats, energy: Floats, day: Indices, complete: Floats) -> tuple[Floats, Floats]:
    """Return drinks and grams of ethanol a day: unknown with a name in doubt, none only where all is logged.

    A row holds no more ethanol than its energy allows.
    """
    n = len(complete)
    most_g = np.where(energy > 0, energy / KCAL_PER_G, np.inf)
    grams = np.where(most_g < drinks[:, 1], most_g, drinks[:, 1])
    number, ethanol_g = (np.bincount(day, each, minlength=n) for each in (drinks[:, 0], grams))
    known = (number > 0) | (complete == 1)
    return np.where(known, number, np.nan), np.where(known, ethanol_g, np.nan)


def _possible(nutrients: Floats, day: Indices, account: Account) -> Floats:
    absent = np.isnan(nutrients)
    possible = (nutrients >= 0) & (nutrients <= _ROW_HIGH)
    account.drop("nutrient_out_of_bounds", np.repeat(day, (~possible & ~absent).sum(axis=1)))
    return np.where(possible, nutrients, np.nan)


def _repeated(at_ms: Indices, name: Indices, nutrients: Floats, written_ms: Indices) -> Mask:
    """Return rows equal to another in instant, name and nutrients, and written with it, but for one of
    each.
    """
    filled = np.where(np.isnan(nutrients), -1.0, nutrients)
    order = np.lexsort((written_ms, *filled[:, :4].T, name, at_ms))
    before, after = order[:-1], order[1:]
    same = (at_ms[before] == at_ms[after]) & (name[before] == name[after])
    same &= written_ms[after] - written_ms[before] <= WRITTEN_TOGETHER_MS
    same[same] = (filled[before[same]] == filled[after[same]]).all(axis=1)
    repeated = np.zeros(len(name), bool)
    repeated[after[same]] = True
    return repeated


def _daily_nutrients(nutrients: Floats, day: Indices, n: int) -> Floats:
    """(len(NUTRIENTS), n): sums where enough of the day's energy carries the nutrient, else NaN."""
    known = ~np.isnan(nutrients)
    energy = np.nan_to_num(nutrients[:, 0])
    cell = (np.arange(len(NUTRIENTS)) * n + day[:, None]).ravel()
    size = len(NUTRIENTS) * n

    def add_up(weights: Floats) -> Floats:
        return np.bincount(cell, weights.ravel(), minlength=size).astype(np.float64).reshape(-1, n)

    sums = add_up(np.where(known, nutrients, 0.0))
    carried = add_up(known * energy[:, None])
    share = np.divide(carried, sums[0], out=np.zeros_like(carried), where=sums[0] > 0)
    enough = share >= KNOWN_ENERGY_SHARE
    enough[0] &= np.bincount(day[~known[:, 0]], minlength=n) == 0
    return np.where(enough, sums, np.nan)


def _timing(at_ms: Indices, hour: Floats, day: Indices, energy: Floats, n: int) -> dict[str, Floats]:
    by_day = np.flatnonzero(hour >= DAY_FROM_HOUR)
    order = by_day[np.argsort(at_ms[by_day], kind="stable")]
    starts = np.flatnonzero(np.diff(day[order], prepend=-1))
    first, last = order[starts], order[np.append(starts[1:], len(order))[: len(starts)] - 1]
    present = day[first]
    daily = {name: np.full(n, np.nan) for name in _MEAL_TIMES}
    daily["first_meal_hour"][present] = hour[first]
    daily["last_meal_hour"][present] = hour[last]
    daily["eating_window_hours"][present] = np.minimum((at_ms[last] - at_ms[first]) / HOUR_MS, 24.0)
    at_night = hour < DAY_FROM_HOUR
    np.fmax.at(daily["after_midnight_meal_hour"], day[at_night], hour[at_night])
    late = (hour >= LATE_FROM_HOUR) | at_night
    late_energy = np.bincount(
        day, np.where(late, energy, 0.0), minlength=n
    )  # an unknown energy stays unknown
    daily["late_energy_kcal"] = np.where(np.bincount(day, minlength=n) > 0, late_energy, np.nan)
    return daily


def _breakfast_skipped(breakfast: Mask, hour: Floats, day: Indices, complete: Floats) -> Floats:
    """0 with a breakfast or anything eaten at its time, 1 without on a complete day, else NaN."""
    early = breakfast | ((hour >= BREAKFAST_FROM_HOUR) & (hour < BREAKFAST_UNTIL_HOUR))
    had = np.bincount(day[early], minlength=len(complete)) > 0
    return np.where(had, 0.0, np.where(complete == 1, 1.0, np.nan))
