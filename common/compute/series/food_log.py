"""Whether a day's food log is complete, judged by what the person usually logs.

- The day's energy reaches 60% of what is usual, and never less than half the person's goal or 800 kcal.
  Usual is the median of the plausible days among the `TRAILING_DAYS` before, or the goal until there are 5.
- The person's usual eating occasions are there: of morning (04:00 to 11:00), midday (to 16:00) and evening
  (to midnight), each that usually brings 15% of a day's energy brings two fifths of its own usual energy.
  Alcoholic drinks are no dinner. A day at 85% of the usual energy is complete without: a meal was left out,
  not the log.
- A single row must reach 80%, lest a lone dinner pass for a day, unless one row a day is the person's
  habit: then rows are day totals, complete at 60%, and their instant says nothing of meal times.
"""

import numpy as np

from common.compute.series.rows import Floats, Profile
from common.compute.series.trailing import previous_median
from common.compute.series.window import TRAILING_DAYS, Indices, Mask

COMPLETE_SHARE, LONE_ROW_SHARE, WITHOUT_AN_OCCASION_SHARE = 0.6, 0.8, 0.85
LEAST_PLAUSIBLE_KCAL = 800.0
USUAL_MINIMUM_DAYS = 5
MIDDAY_FROM_HOUR, EVENING_FROM_HOUR, DAY_FROM_HOUR = 11, 16, 4
OCCASION_SHARE, OCCASION_THERE_SHARE = 0.15, 0.4
OCCASIONS = 3


def occasion_energy(energy: Floats, hour: Floats, day: Indices, days: int) -> Floats:
    """(OCCASIONS, days) energy eaten in the morning, at midday and in the evening."""
    occasion = np.searchsorted([MIDDAY_FROM_HOUR, EVENING_FROM_HOUR], hour, side="right")
    counted = np.where(hour >= DAY_FROM_HOUR, np.nan_to_num(energy), 0.0)
    summed = np.bincount(occasion * days + day, counted, minlength=OCCASIONS * days)
    return summed.astype(np.float64).reshape(OCCASIONS, days)


def completeness(energy: Floats, occasions: Floats, count: Floats, profile: Profile) -> tuple[Floats, Mask]:
    """1, 0 or NaN for each day, and which days are one row standing for the whole day."""
    goal = profile.goal_calories_kcal if np.isfinite(profile.goal_calories_kcal) else 0.0
    least = max(LEAST_PLAUSIBLE_KCAL, goal / 2)
    plausible = np.where(energy >= least, energy, np.nan)

    def usually(daily: Floats) -> Floats:
        return previous_median(daily, TRAILING_DAYS, USUAL_MINIMUM_DAYS)

    usual = usually(plausible)
    habit = usually(np.where(count > 0, count, np.nan)) <= 1
    there = np.ones(len(energy), bool)
    for eaten in occasions:
        usual_eaten = usually(np.where(np.isnan(plausible), np.nan, eaten))
        there &= ~((usual_eaten >= OCCASION_SHARE * usual) & (eaten < OCCASION_THERE_SHARE * usual_eaten))
    there |= habit | (energy >= WITHOUT_AN_OCCASION_SHARE * usual)
    share = np.where((count == 1) & ~habit, LONE_ROW_SHARE, COMPLETE_SHARE)
    expected = np.where(np.isnan(usual), goal, usual)
    complete = there & (energy >= np.maximum(least, share * expected))
    return np.where(count > 0, complete.astype(np.float64), np.nan), (count == 1) & habit
