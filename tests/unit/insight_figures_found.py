"""Somebody for each template of findings and trials, with its figures worked out from the rows."""

import itertools
import statistics
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from common.compute.insights import Insight
from common.compute.trials import Trial
from tests.people import LAST_DAY
from tests.unit.diary import DAY, Daily, Diary, days_back, effect
from tests.unit.insight_figures import HRV, RECOMPUTED, RHR, SLEEP, STEPS, Figures, recomputes, told

# what goes with what


SHRUNK = 0.1


def finding(cause: Daily, outcome: Daily, lag: int, step: float) -> Figures:
    found = effect(cause, outcome, lag, step)
    sign = 1 if found.change > 0 else -1
    lower, upper = sorted((sign * found.lower, sign * found.upper))
    by_chance = 0.25 * (upper - lower) + SHRUNK * abs(found.change)  # both intervals are drawn
    return {
        "days": found.days,
        "period": (LAST_DAY - min(outcome)).days + 1,
        "step": step,
        # drawn towards what is known of the pair: a little, for these nights say much
        "change": pytest.approx(abs(found.change), rel=SHRUNK),
        "lower": pytest.approx(lower, abs=by_chance),
        "upper": pytest.approx(upper, abs=by_chance),
    }


def diner(days: int) -> Diary:
    """A later last meal, a higher resting heart rate the next morning."""
    diary, rng = Diary(), np.random.default_rng(7)
    dinner: Daily = {}
    for day in days_back(days):
        before = dinner.get(day - DAY, 20.0)
        if rng.random() >= 0.1:
            diary.readings.append((day, RHR, round(58 + 2.0 * (before - 20) + rng.normal(0, 1), 1)))
        if rng.random() >= 0.15:
            dinner[day] = round(float(rng.choice([19.0, 20.0, 21.0]) + rng.normal(0, 0.1)), 2)
            diary.meals += [(day, hour, 700.0) for hour in (8.0, 13.0, dinner[day])]
    return diary


def sleeper(days: int) -> Diary:
    """Longer sleep, a lower resting heart rate in the same night."""
    diary, rng = Diary(), np.random.default_rng(8)
    for day in days_back(days):
        if rng.random() >= 0.1:
            asleep = round(rng.normal(430, 50), 1)
            diary.readings.append((day, SLEEP, asleep))
            diary.readings.append((day, RHR, round(58 - 0.04 * (asleep - 430) + rng.normal(0, 1), 1)))
    return diary


def walker(days: int) -> Diary:
    """More steps, a lower resting heart rate the next morning."""
    diary, rng = Diary(), np.random.default_rng(10)
    walked = 8000.0
    for day in days_back(days):
        diary.readings.append((day, RHR, round(58 - (walked - 8000) / 1500 + rng.normal(0, 1), 1)))
        walked = round(float(rng.normal(8000, 2500)))
        diary.readings.append((day, STEPS, walked))
    return diary


@recomputes("try")
def _() -> tuple[Diary, Figures]:
    diary = diner(150)
    return diary, finding(diary.last_meals(), diary.daily(RHR), 1, 1.0)


@recomputes("supported")
def _() -> tuple[Diary, Figures]:
    diary = diner(75)
    return diary, finding(diary.last_meals(), diary.daily(RHR), 1, 1.0)


@recomputes("early_signal")
def _() -> tuple[Diary, Figures]:
    diary = walker(70)
    return diary, finding(diary.daily(STEPS), diary.daily(RHR), 1, 3000.0)


@recomputes("correlation_same_night")
def _() -> tuple[Diary, Figures]:
    diary = sleeper(150)
    return diary, finding(diary.daily(SLEEP), diary.daily(RHR), 0, 60.0)


@recomputes("try_more")
def _() -> tuple[Diary, Figures]:
    diary = walker(150)
    return diary, finding(diary.daily(STEPS), diary.daily(RHR), 1, 3000.0)


@recomputes("correlation")
def _() -> tuple[Diary, Figures]:
    diary, rng, minutes = Diary(), np.random.default_rng(11), 40
    for day in days_back(150):
        diary.readings.append((day, RHR, round(58 + (minutes - 40) / 10 + rng.normal(0, 1), 1)))
        minutes = int(rng.integers(15, 70))
        diary.workouts.append((day, minutes, "MODERATE"))
    trained = {day: float(minutes) for day, minutes, _ in diary.workouts}
    return diary, finding(trained, diary.daily(RHR), 1, 30.0)


# a person's own trial


def trier(days_ago: int, *, worn: bool = True) -> tuple[Diary, Trial]:
    """An earlier last meal on the days drawn by lot, and a higher HRV in the mornings after."""
    trial = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST_DAY - days_ago * DAY, 14)
    plan = dict(zip(trial.days, trial.changed(), strict=True))
    diary, rng = Diary(), np.random.default_rng(12)
    for day in days_back(60):
        hours = (8.0, 13.0, round(20.5 - 1.2 * plan.get(day, False) + rng.normal(0, 0.2), 2))
        diary.meals += [(day, hour, 700.0) for hour in hours]
        if worn or day < trial.start:
            diary.readings.append(
                (day, HRV, round(50 + 6 * plan.get(day - DAY, False) + rng.normal(0, 2), 1))
            )
    return diary, trial


def of_trial(template: str, make: Callable[[], tuple[Diary, Trial, Figures]]) -> None:
    def tell() -> tuple[Insight, Figures]:
        diary, trial, figures = make()
        return told(diary, trial)[template], figures

    RECOMPUTED[template] = tell


def running() -> tuple[Diary, Trial, Figures]:
    diary, trial = trier(5)
    chosen = [day for day, change in zip(trial.days, trial.changed(), strict=True) if change]
    last = diary.last_meals()
    usual = statistics.median(last[trial.start - back * DAY] for back in range(1, 29))
    past = [day for day in trial.days if day <= LAST_DAY]
    kept = sum((last[day] <= usual - 0.5) == (day in chosen) for day in past)
    return diary, trial, {
        "dates": " ".join(day.isoformat() for day in chosen),
        "end": (trial.start + timedelta(days=13)).isoformat(),
        "kept": kept, "past": len(past), "days": 14,
    }  # fmt: skip


def finished() -> tuple[Diary, Trial, Figures]:
    diary, trial = trier(20)
    nights, gaps = diary.daily(HRV), []
    for first in range(0, 14, 2):
        of_pair = zip(trial.days[first : first + 2], trial.changed()[first : first + 2], strict=True)
        gaps.append(sum(nights[day + DAY] * (1 if change else -1) for day, change in of_pair))

    def chance(shift: float) -> float:
        shifted = [gap - shift for gap in gaps]
        sums = [sum(s * g for s, g in zip(signs, shifted, strict=True)) for signs in DRAWS]
        return sum(abs(s) >= abs(sum(shifted)) - 1e-9 for s in sums) / len(sums)

    middles = sorted((a + b) / 2 for a, b in itertools.combinations_with_replacement(gaps, 2))
    likely = [shift for shift in middles if chance(shift) > 0.10]
    return diary, trial, {
        "change": pytest.approx(abs(sum(gaps) / len(gaps))),
        "lower": pytest.approx(min(likely)), "upper": pytest.approx(max(likely)),
        "pairs": 7, "chance": pytest.approx(100 * chance(0.0)),
    }  # fmt: skip


def unworn() -> tuple[Diary, Trial, Figures]:
    diary, trial = trier(20, worn=False)
    known = [day for day in trial.days if day + DAY in diary.daily(HRV)]
    return diary, trial, {"days": 14, "known": len(known)}


DRAWS = list(itertools.product((1, -1), repeat=7))
of_trial("trial_running", running)
of_trial("trial_result", finished)
of_trial("trial_unfinished", unworn)
