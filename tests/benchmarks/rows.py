"""Made-up people as the backend would hold them, and the nights on which their rows arrive.

What `people.make_person` draws becomes meals and readings of a person in UTC, a share of them late, so that
the whole service can be asked about a history that grows under it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from common.compute.series.channels import CHANNELS
from common.compute.series.rows import NUTRIENTS, Instants, Meals, PersonRows, Profile, Readings
from common.compute.series.window import Mask
from tests.benchmarks.people import FIRST_DAY, OUTCOMES, Floats, Table
from tests.people import take_readings

Indices = NDArray[np.int64]

KCAL_PER_G = {"protein_g": 4, "carbs_g": 4, "fat_g": 9}
EATEN = {
    "protein": "protein_g", "carbs": "carbs_g", "fat": "fat_g", "fiber": "fiber_g", "sugar": "sugar_g",
    "sodium": "sodium_mg",
}  # fmt: skip
MEALS = (("breakfast", 0.3), ("lunch", 0.3), ("dinner", 0.4))


@dataclass(frozen=True)
class Arriving:
    """A person's rows with the night (days after the first) on which each is there."""

    rows: PersonRows
    meal_nights: Indices
    reading_nights: Indices

    def on(self, night: int) -> PersonRows:
        """What arrives on that night."""
        return self._where(lambda nights: nights == night)

    def until(self, night: int) -> PersonRows:
        """What is there on that night."""
        return self._where(lambda nights: nights <= night)

    def _where(self, chosen: Callable[[Indices], Mask]) -> PersonRows:
        m, r = self.rows.meals, self.rows.readings
        a, b = np.flatnonzero(chosen(self.meal_nights)), np.flatnonzero(chosen(self.reading_nights))
        return replace(
            self.rows,
            meals=Meals(m.at[a], [m.name[i] for i in a], [m.meal_type[i] for i in a], m.nutrients[a]),
            readings=take_readings(r, b),
        )


def make_arriving(
    user_id: str, table: Table, rng: np.random.Generator, *, late: float = 0.1, gaps: float = 0.1
) -> Arriving:
    """A share `gaps` of the days' meals and of the readings never comes, `late` of them 1 to 10 nights late.

    The table itself has no gaps.
    """
    value = dict(zip(table.names, table.values, strict=True))
    days: Instants = table.days.astype("datetime64[ms]")
    eaten = _kept(rng, len(days), gaps)
    first, last = value["first_meal_hour"][eaten], np.minimum(value["last_meal_hour"][eaten], 23.4)
    hours = (first, (first + last) / 2, last)
    at, nutrients = [], []
    for (_, share), hour in zip(MEALS, hours, strict=True):
        at.append(days[eaten] + np.round(hour * 3_600_000).astype("timedelta64[ms]"))
        nutrients.append(share * _nutrients(value, eaten))
    names = [name for name, _ in MEALS for _ in eaten]
    meals = Meals(np.concatenate(at), names, names, np.concatenate(nutrients))
    meal_nights = np.tile(eaten + _delays(rng, len(eaten), late), len(MEALS))
    readings: list[tuple[Instants, str, Floats]] = []
    reading_nights = []
    for channel in OUTCOMES:
        known = _kept(rng, len(days), gaps)
        instants: Instants = days[known] + np.timedelta64(7, "h")
        readings.append((instants, channel, value[channel][known]))
        reading_nights.append(known + _delays(rng, len(known), late))
    return Arriving(
        PersonRows(Profile(user_id, "UTC", weight_kg=72.0, height_cm=176.0), meals, _readings(readings)),
        meal_nights,
        np.concatenate(reading_nights),
    )


def evening(night: int) -> datetime:
    """Late on the day so many days after everyone's first; that day itself is still open."""
    first: date = FIRST_DAY.astype(object)
    return datetime(first.year, first.month, first.day, 23, tzinfo=UTC) + timedelta(days=night)


def _nutrients(value: dict[str, Floats], eaten: Indices) -> Floats:
    plate = np.full((len(eaten), len(NUTRIENTS)), np.nan)
    grams = {name: np.maximum(value[name][eaten], 1.0) for name in EATEN.values()}
    for nutrient, name in EATEN.items():
        plate[:, NUTRIENTS.index(nutrient)] = grams[name]
    plate[:, NUTRIENTS.index("calories")] = sum(kcal * grams[name] for name, kcal in KCAL_PER_G.items())
    return plate


def _readings(parts: Sequence[tuple[Instants, str, Floats]]) -> Readings:
    return Readings(
        np.concatenate([at for at, _, _ in parts]),
        [str(CHANNELS[channel].metric) for at, channel, _ in parts for _ in at],
        np.concatenate([np.clip(v, CHANNELS[c].low, CHANNELS[c].high) for _, c, v in parts]),
        [CHANNELS[channel].unit for at, channel, _ in parts for _ in at],
        ["oura" for at, _, _ in parts for _ in at],
    )


def _kept(rng: np.random.Generator, n: int, gaps: float) -> Indices:
    return np.flatnonzero(rng.random(n) >= gaps)


def _delays(rng: np.random.Generator, n: int, late: float) -> Indices:
    return np.where(rng.random(n) < late, rng.integers(1, 11, n), 0)
