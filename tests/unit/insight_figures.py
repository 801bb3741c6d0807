"""Somebody for each template of goals, nights, weeks and forecasts, its figures worked out from the rows."""

import statistics
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import pytest

from common.compute.insights import Insight
from common.compute.series.rows import Profile
from common.compute.trials import Trial
from tests.benchmarks.insights_report import forecasts, gather_insights
from tests.people import LAST_DAY
from tests.unit.diary import DAY, INTENSITY, Daily, Diary, days_back, percentile

Figures = Mapping[str, object]
Told = Callable[[], tuple[Diary, Figures]]
RHR, HRV, SLEEP, STEPS = (
    "RESTING_HEART_RATE", "HEART_RATE_VARIABILITY_RMSSD", "SLEEP_DURATION", "STEPS",
)  # fmt: skip
RECOMPUTED: dict[str, Callable[[], tuple[Insight, Figures]]] = {}
"""Template -> an insight that says it, and its figures from the rows."""


def recomputes(template: str) -> Callable[[Told], Told]:
    """The decorated function gives the diary of somebody who is told it, and the figures."""

    def remember(make: Told) -> Told:
        def tell() -> tuple[Insight, Figures]:
            diary, figures = make()
            return told(diary)[template], figures

        RECOMPUTED[template] = tell
        return make

    return remember


def told(diary: Diary, *trials: Trial) -> dict[str, Insight]:
    return {c.insight.template: c.insight for c in gather_insights(diary.rows(), LAST_DAY, trials)[1]}


# goals: what was eaten on the logged days of a week, a fifth of the energy protein, half carbs, the rest fat


def eater(kcal: float, **profile: object) -> Diary:
    diary = Diary(Profile("anna", "UTC", **{"weight_kg": 70.0, **profile}))  # type: ignore[arg-type]
    rng = np.random.default_rng(int(kcal))
    for n, day in enumerate(days_back(30)):
        if n % 6 != 1:  # nothing logged
            for hour, share in ((8.0, 0.25), (13.0, 0.35), (19.0, 0.4)):
                diary.meals.append((day, hour, round(kcal * share * rng.uniform(0.95, 1.05), 1)))
    return diary


def goal(diary: Diary, wanted: float, share: float = 1.0, kcal_a_gram: float = 1.0) -> Figures:
    days = diary.eaten(share, kcal_a_gram)
    average = sum(days) / len(days)
    return {
        "average": pytest.approx(average),
        "goal": wanted,
        "gap": pytest.approx(abs(average - wanted)),
        "days": len(days),
        "period": 7,
        "floor": 1200.0,
    }


@recomputes("goal_on_track")
def _() -> tuple[Diary, Figures]:
    diary = eater(2000, goal_fat_g=100.0)  # of the others none is on target
    return diary, goal(diary, 2000.0)


@recomputes("goal_protein_below")
def _() -> tuple[Diary, Figures]:
    diary = eater(1800, goal_calories_kcal=1800.0, goal_protein_g=120.0)
    return diary, goal(diary, 120.0, 0.2, 4)


@recomputes("goal_energy_below")
def _() -> tuple[Diary, Figures]:
    diary = eater(1700, goal_calories_kcal=2300.0)
    return diary, goal(diary, 2300.0)


@recomputes("goal_energy_above")
def _() -> tuple[Diary, Figures]:
    diary = eater(2500, goal_carbs_g=310.0)
    return diary, goal(diary, 2000.0)


@recomputes("goal_below")
def _() -> tuple[Diary, Figures]:
    diary = eater(2000, goal_carbs_g=400.0)
    return diary, goal(diary, 400.0, 0.5, 4)


@recomputes("goal_above")
def _() -> tuple[Diary, Figures]:
    diary = eater(2000, goal_fat_g=45.0, goal_carbs_g=250.0)
    return diary, goal(diary, 45.0, 0.3, 9)


@recomputes("energy_low")
def _() -> tuple[Diary, Figures]:
    diary = eater(1130)
    return diary, goal(diary, 2000.0)


@recomputes("energy_goal_low")
def _() -> tuple[Diary, Figures]:
    diary = eater(1600, goal_calories_kcal=1000.0)
    return diary, goal(diary, 1000.0)


@recomputes("weight_goal")
def _() -> tuple[Diary, Figures]:
    diary = eater(2000, goal_weight_kg=66.5, height_cm=172.0)
    return diary, {**goal(diary, 2000.0), "weight": 70.0, "goal": 66.5, "gap": 3.5}


# nights


@recomputes("usual_range")
def _() -> tuple[Diary, Figures]:
    diary = Diary()
    diary.wear(HRV, np.random.default_rng(2).normal(50, 8, 15).round(1).tolist())
    nights = diary.nights(HRV, 27)
    return diary, {
        "lower": pytest.approx(percentile(nights, 0.1)),
        "usual": pytest.approx(statistics.median(nights)),
        "upper": pytest.approx(percentile(nights, 0.9)),
        "nights": 15,
    }


@recomputes("usual_lately")
def _() -> tuple[Diary, Figures]:
    diary = Diary()
    diary.wear(RHR, np.random.default_rng(16).normal(58, 2, 90).round(1).tolist(), 0.2)
    nights = diary.nights(RHR, 55)
    return diary, {
        "lower": pytest.approx(percentile(nights, 0.1)),
        "usual": pytest.approx(statistics.median(nights)),
        "upper": pytest.approx(percentile(nights, 0.9)),
        "nights": len(nights),
        "period": 56,
    }


@recomputes("month_shift")
def _() -> tuple[Diary, Figures]:
    diary, rng = Diary(), np.random.default_rng(3)
    diary.wear(RHR, [*rng.normal(58, 1, 60).round(1), *rng.normal(63, 1, 14).round(1)], 0.1)
    recent, before = diary.nights(RHR, 13), diary.nights(RHR, 41, 14)
    now, then = statistics.mean(recent), statistics.mean(before)
    return diary, {
        "level": pytest.approx(now),
        "usual": pytest.approx(then),
        "change": pytest.approx(now - then),
        "days": len(recent) + len(before),
        "recent": 14,
        "before": 28,
    }


@recomputes("settled_level")
def _() -> tuple[Diary, Figures]:
    diary, rng = Diary(), np.random.default_rng(17)
    diary.wear(HRV, [*rng.normal(52, 2, 80).round(1), *rng.normal(26, 1, 9).round(1)], 0.1)
    since, before = diary.nights(HRV, 8), diary.nights(HRV, 38, 9)
    now, then = statistics.median(since), statistics.median(before)
    return diary, {
        "level": pytest.approx(now),
        "usual": pytest.approx(then),
        "change": pytest.approx(then - now),
        "since": (LAST_DAY - 8 * DAY).isoformat(),
        "nights": len(since),
        "before": len(before),
    }


def unusual(diary: Diary, nights: int) -> Figures:
    recent, before = diary.nights(RHR, 2), diary.nights(RHR, 59, 4)
    return {
        "level": pytest.approx(statistics.median(recent)),
        "usual": pytest.approx(statistics.median(before)),
        "change": pytest.approx(statistics.median(recent) - statistics.median(before)),
        "nights": nights,
        "days": len(before),
    }


@recomputes("nights_off")
def _() -> tuple[Diary, Figures]:
    diary = Diary()
    values = [*np.random.default_rng(4).normal(58, 2, 97).round(1), 69.0, 71.0, 70.0]
    diary.wear(RHR, values, missing=0.1)
    return diary, unusual(diary, nights=3)


@recomputes("nights_off_long")
def _() -> tuple[Diary, Figures]:
    diary = Diary()
    values = [*np.random.default_rng(4).normal(58, 2, 94).round(1), *[75.0, 76.0, 74.5, 76.5, 77.0, 75.5]]
    diary.wear(RHR, values)
    return diary, unusual(diary, nights=6)


@recomputes("irregular_sleep")
def _() -> tuple[Diary, Figures]:
    diary = uneven_sleeper()
    nights = diary.nights(SLEEP, 27)
    low, high = percentile(nights, 0.1), percentile(nights, 0.9)
    return diary, {
        "lower": pytest.approx(low), "upper": pytest.approx(high), "spread": pytest.approx(high - low),
        "nights": len(nights), "period": 28,
    }  # fmt: skip


@recomputes("short_sleep")
def _() -> tuple[Diary, Figures]:
    diary = uneven_sleeper()
    nights = diary.nights(SLEEP, 27)
    return diary, {
        "average": pytest.approx(sum(nights) / len(nights)), "advised": 420.0, "nights": len(nights),
        "period": 28,
    }  # fmt: skip


@lru_cache
def uneven_sleeper() -> Diary:
    diary = Diary()
    values = np.random.default_rng(1).normal(330, 110, 60).round(1).clip(60, 700).tolist()
    diary.wear(SLEEP, values, missing=0.1)
    return diary


# weeks


def is_weekend(day: object) -> bool:
    return f"{day:%a}" in {"Sat", "Sun"}


@recomputes("weekend_sleep")
def _() -> tuple[Diary, Figures]:
    diary, rng = Diary(), np.random.default_rng(9)
    values = [round(410 + 80 * is_weekend(day) + rng.normal(0, 15), 1) for day in days_back(40)]
    diary.wear(SLEEP, values, missing=0.1)
    means = weekend_means({d: v for d, v in diary.daily(SLEEP).items() if LAST_DAY - d < 28 * DAY})
    return diary, means


def weekend_means(daily: Daily) -> Figures:
    late = statistics.mean(v for day, v in daily.items() if is_weekend(day))
    usual = statistics.mean(v for day, v in daily.items() if not is_weekend(day))
    return {
        "weekend": pytest.approx(late, abs=1e-3),
        "weekday": pytest.approx(usual, abs=1e-3),
        "gap": pytest.approx(abs(late - usual), abs=1e-3),
        "days": len(daily),
        "nights": len(daily),
        "period": 28,
    }


@recomputes("weekend_meals")
def _() -> tuple[Diary, Figures]:
    diary, rng, middles = Diary(), np.random.default_rng(5), {}
    for day in days_back(40):
        later = 2.0 * is_weekend(day)
        first, last = (round(hour + later + rng.normal(0, 0.2), 2) for hour in (8.0, 18.5))
        diary.meals += [(day, hour, 700.0) for hour in (first, 12.5 + later, last)]
        if LAST_DAY - day < 28 * DAY:
            middles[day] = (first + last) / 2
    return diary, weekend_means(middles)


@recomputes("late_eating")
def _() -> tuple[Diary, Figures]:
    diary, rng = Diary(), np.random.default_rng(6)
    for day in days_back(40):
        last = round(float(rng.choice([19.5, 21.8])) + rng.normal(0, 0.2), 2)
        diary.meals += [(day, hour, 700.0) for hour in (8.0, 13.0, last)]
    hours = [hour for day, hour in diary.last_meals().items() if LAST_DAY - day < 28 * DAY]
    return diary, {
        "late": sum(hour >= 21 for hour in hours), "days": len(hours), "hour": 21.0, "period": 28,
        "usual": pytest.approx(statistics.median(hours), abs=1e-3),
    }  # fmt: skip


@recomputes("little_fiber")
def _() -> tuple[Diary, Figures]:
    diary = eater(2000)
    diary.fiber_g_a_kcal = 0.007
    days = diary.eaten(0.007, 1.0, days=28)
    return diary, {
        "average": pytest.approx(sum(days) / len(days)), "advised": 25.0, "days": len(days), "period": 28,
    }  # fmt: skip


@recomputes("few_steps")
def _() -> tuple[Diary, Figures]:
    diary = Diary()
    diary.wear(STEPS, np.random.default_rng(13).normal(4200, 900, 40).round().tolist(), missing=0.1)
    diary.wear(SLEEP, np.random.default_rng(14).normal(440, 20, 40).round().tolist(), missing=0.2, seed=1)
    nights = diary.daily(SLEEP)
    days = [v for d, v in diary.daily(STEPS).items() if d in nights and LAST_DAY - d < 28 * DAY]
    return diary, {
        "average": pytest.approx(sum(days) / len(days)), "advised": 7000.0, "walk": 1000.0,
        "days": len(days), "period": 28,
    }  # fmt: skip


@recomputes("same_training")
def _() -> tuple[Diary, Figures]:
    diary = Diary()
    diary.wear(SLEEP, [430.0] * 30)
    for n, day in enumerate(days_back(21)):
        if n % 7 != 6 or day == LAST_DAY:
            diary.workouts.append((day, 40 + n % 3, "MODERATE"))
    load, minutes = [], 0
    for day in days_back(7):
        of_day = [(m, INTENSITY[i]) for d, m, i in diary.workouts if d == day]
        load.append(sum(m * i for m, i in of_day))
        minutes += sum(m for m, _ in of_day)
    return diary, {
        "score": pytest.approx(statistics.mean(load) / statistics.stdev(load)),
        "minutes": minutes, "trained": sum(daily > 0 for daily in load), "limit": 2.0, "period": 7,
    }  # fmt: skip


# tomorrow: the forecast is the model's own; what it is held against is the person's


def tomorrow(last: float) -> tuple[Diary, Figures]:
    diary = Diary()
    diary.wear(RHR, [*np.random.default_rng(6).normal(55, 1, 80).round(1), last], missing=0.05)
    series, _ = gather_insights(diary.rows(), LAST_DAY)
    (forecast,) = (made for made in forecasts(series) if made.metric == "rhr")
    nights = diary.nights(RHR, 27)
    return diary, {
        "target": (LAST_DAY + DAY).isoformat(), "value": forecast.value, "lower": forecast.lower_80,
        "upper": forecast.upper_80, "usual": pytest.approx(statistics.median(nights)), "days": len(nights),
        "period": 28, "recent": pytest.approx(statistics.median(diary.nights(RHR, 2))),
    }  # fmt: skip


recomputes("forecast_worse")(lambda: tomorrow(75.0))
recomputes("forecast_better")(lambda: tomorrow(45.0))
