"""What a person said of their days, as daily numbers: channels of the vocabulary, and their own habits.

`said["drinks"]` (n,) and the like hold the vocabulary, `said["habit:name"]` what is the person's own; NaN is
not asked, never "no". `series.values` has the vocabulary as channels of the same names, and `series.habits`
the person's own, for whoever needs inputs or confounders of a day.
"""

import numpy as np

from common.compute.drinks.parse import STANDARD_DRINK_G
from common.compute.journal import HABIT_PREFIX
from common.compute.series.rows import Floats, Journal
from common.compute.series.window import Window


def daily_answers(journal: Journal, window: Window) -> dict[str, Floats]:
    """(n,) for each name that was answered on any of the days."""
    position = window.positions(journal.day)
    said: dict[str, Floats] = {}
    for at, name, value in zip(position, journal.name, journal.value, strict=True):
        if at >= 0:
            said.setdefault(name, np.full(window.length, np.nan))[at] = value
    return said


def own_habits(said: dict[str, Floats]) -> dict[str, Floats]:
    return {name: answers for name, answers in said.items() if name.startswith(HABIT_PREFIX)}


def without_denied_drinks(drinks: Floats, said_alcohol: Floats) -> Floats:
    """Return drinks, unknown on days that are called alcoholic and whose meals tell none."""
    return np.where((said_alcohol == 1) & (drinks == 0), np.nan, drinks)


def with_said_drinks(drinks: Floats, ethanol_g: Floats, said: Floats) -> tuple[Floats, Floats]:
    """Return drinks and their ethanol, where somebody said how many by that and not by what meals are called.

    Meals' ethanol stands where they tell as many drinks; else each counts as a standard one.
    """
    known = ~np.isnan(said)
    standard = said * STANDARD_DRINK_G
    return np.where(known, said, drinks), np.where(known & (said != drinks), standard, ethanol_g)
