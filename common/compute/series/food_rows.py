"""What a row of food says of energy and macros, where the columns cannot be taken at their word.

The backend's columns demand numbers, so what an app did not know is stored as 0. Energy is weighed against
the macros (4, 4 and 9 kcal/g). None of it is asked of alcoholic drinks, whose energy is in no macro.

- Energy is in kJ where it is about 4.184 times what the macros give: within 12% with two macros or more,
  within 6% with fat or carbohydrate alone. Where at least 5 rows of the `TRAILING_DAYS` up to a day could
  be judged so and 80% of them were in kJ, so is what cannot be judged. Where none could, it is where the
  days before (at least 5 of `TRAILING_DAYS`) usually had over 6,000: nobody eats as many kcal.
- Macros that are 0 while those given explain less than 60% of the energy are unknown, not none.
- Energy of a quarter of what the macros give, or less, is wrong: unknown. Carbohydrate alone, up to 100
  kcal of it, may be sweetener or fibre.
"""

import numpy as np

from common.compute.series.rows import NUTRIENTS, Floats
from common.compute.series.trailing import previous_median, trailing_sum
from common.compute.series.units import KJ_PER_KCAL
from common.compute.series.window import TRAILING_DAYS, Account, Indices, Mask

KJ_TOLERANCE, KJ_TOLERANCE_OF_ONE = 0.12, 0.06
KJ_DIARY_ROWS, KJ_DIARY_SHARE = 5, 0.8
MOST_USUAL_KCAL = 6_000.0
EXPLAINED_SHARE = 0.6
WRONG_ENERGY_SHARE = 0.25
LEAST_TELLING_KCAL, SWEETENER_KCAL = 20.0, 100.0

_PROTEIN, _CARBS, _FAT = MACROS = [NUTRIENTS.index(name) for name in ("protein", "carbs", "fat")]
_KCAL_PER_G = np.array([4.0, 4.0, 9.0])


def believed(nutrients: Floats, drink: Mask, day: Indices, days: int, account: Account) -> Floats:
    """Return the (rows, len(NUTRIENTS)) nutrients with energy in kcal, and NaN for what is not to be
    believed.
    """
    nutrients = nutrients.copy()
    macros = np.nan_to_num(nutrients[:, MACROS])
    explained = macros @ _KCAL_PER_G
    in_kj = _in_kj(nutrients[:, 0], macros, drink, day, days)
    account.correct("meal_kj", day[in_kj])
    energy = nutrients[:, 0] = np.where(in_kj, nutrients[:, 0] / KJ_PER_KCAL, nutrients[:, 0])

    others = macros[:, 0] * 4 + macros[:, 2] * 9
    sweetener = (explained < SWEETENER_KCAL) & (others < LEAST_TELLING_KCAL)
    telling = (explained >= LEAST_TELLING_KCAL) & ~sweetener & ~drink
    wrong = telling & (energy <= WRONG_ENERGY_SHARE * explained)
    account.drop("energy_against_macros", day[wrong])
    nutrients[wrong, 0] = np.nan

    unexplained = (energy > 0) & (explained < EXPLAINED_SHARE * energy) & ~drink
    for macro in MACROS:
        absent = unexplained & (nutrients[:, macro] == 0)
        account.correct("macro_not_given", day[absent])
        nutrients[absent, macro] = np.nan
    return nutrients


def _in_kj(energy: Floats, macros: Floats, drink: Mask, day: Indices, days: int) -> Mask:
    explained = macros @ _KCAL_PER_G
    given = (macros > 0).sum(axis=1)
    one = (given == 1) & (macros[:, 0] == 0)
    tolerance = np.where(given >= 2, KJ_TOLERANCE, np.where(one, KJ_TOLERANCE_OF_ONE, 0.0))
    expected = KJ_PER_KCAL * explained
    told = ~drink & (energy > 0) & (given > 0) & (explained >= EXPLAINED_SHARE * energy / KJ_PER_KCAL)
    in_kj = told & (np.abs(energy - expected) < tolerance * expected)
    judged, found = (
        trailing_sum(np.bincount(day[rows], minlength=days).astype(np.float64), TRAILING_DAYS)
        for rows in (told & (given >= 2), in_kj & (given >= 2))
    )
    diary = (judged >= KJ_DIARY_ROWS) & (found >= KJ_DIARY_SHARE * judged)
    eaten = np.bincount(day, np.nan_to_num(energy), minlength=days)
    usual = previous_median(np.where(eaten > 0, eaten, np.nan), TRAILING_DAYS, KJ_DIARY_ROWS)
    diary |= (judged == 0) & (usual > MOST_USUAL_KCAL)
    unjudged = (energy > 0) & ~(told & (given >= 2))
    kj: Mask = in_kj | (unjudged & diary[day])
    return kj
