"""Every figure of every text, worked out again from a person's rows by loops that share no code with it.

A template stands here under its name with somebody who is told it and with its figures; one that does not, or
that quotes a figure nobody works out, fails.
"""

import itertools
import re
import statistics
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from string import Formatter

import numpy as np
import pytest

from common.compute.experiments import Trial
from common.compute.insights import Insight
from common.compute.insights.english import TEMPLATES
from common.compute.insights.english_words import CONDITIONS, HABITS
from common.compute.person import Profile
from tests.benchmarks.insights_report import forecasts, tell_person
from tests.people import LAST_DAY
from tests.unit.diary import DAY, INTENSITY, Daily, Diary, days_back, effect, percentile

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
    return {c.insight.template: c.insight for c in tell_person(diary.rows(), LAST_DAY, trials)[1]}


def quoted(insight: Insight) -> list[str]:
    """Names of the figures and dates that the sentences of an insight quote."""
    told = TEMPLATES[insight.template]
    text = " ".join((told.title, told.description, told.evidence, told.caveat, told.recommendation))
    fields = {name for _, name, _, _ in Formatter().parse(text) if name}
    fields |= {"lower", "upper"} if "range" in fields else set()
    for name, words in (("condition", CONDITIONS), ("habit", HABITS)):
        if name in fields and "{step}" in words[str(insight.facts[name].value)]:
            fields.add("step")
    return sorted(
        name
        for name in fields & insight.facts.keys()
        if not isinstance(insight.facts[name].value, str) or insight.facts[name].unit in {"date", "dates"}
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_figure_a_text_quotes_is_that_of_the_rows(template: str) -> None:
    assert template in RECOMPUTED, f"nobody works out the figures of {template!r}"
    insight, figures = RECOMPUTED[template]()
    assert insight.template == template
    names = quoted(insight)
    assert names
    for name in names:
        assert name in figures, f"nobody works out {name!r} of {template!r}"
        assert insight.facts[name].value == figures[name], name


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
    diary = eater(1800, goal_protein_g=120.0)
    return diary, goal(diary, 120.0, 0.2, 4)


@recomputes("goal_energy_below")
def _() -> tuple[Diary, Figures]:
    diary = eater(1700, goal_calories_kcal=2300.0)
    return diary, goal(diary, 2300.0)


@recomputes("goal_energy_above")
def _() -> tuple[Diary, Figures]:
    diary = eater(2500)
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
    diary = eater(2000, goal_weight_kg=66.5)
    return diary, {**goal(diary, 2000.0), "weight": 70.0, "goal": 66.5, "gap": 3.5, "plan": 2000.0}


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
    values = np.random.default_rng(1).normal(365, 110, 60).round(1).clip(60, 700).tolist()
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
    diary.wear(RHR, [*np.random.default_rng(6).normal(55, 1, 80).round(1), *[last] * 6], missing=0.05)
    series, _ = tell_person(diary.rows(), LAST_DAY)
    (forecast,) = (made for made in forecasts(series) if made.metric == "rhr")
    nights = diary.nights(RHR, 27)
    return diary, {
        "target": (LAST_DAY + DAY).isoformat(), "value": forecast.value, "lower": forecast.lower_80,
        "upper": forecast.upper_80, "usual": pytest.approx(statistics.median(nights)), "days": len(nights),
        "period": 28,
    }  # fmt: skip


recomputes("forecast_worse")(lambda: tomorrow(66.0))
recomputes("forecast_better")(lambda: tomorrow(47.0))


# what goes with what


def finding(cause: Daily, outcome: Daily, lag: int, step: float) -> Figures:
    found = effect(cause, outcome, lag, step)
    sign = 1 if found.change > 0 else -1
    lower, upper = sorted((sign * found.lower, sign * found.upper))
    by_chance = 0.25 * (upper - lower)  # both intervals are drawn
    return {
        "days": found.days,
        "period": (LAST_DAY - min(outcome)).days + 1,
        "step": step,
        "change": pytest.approx(abs(found.change), rel=1e-3),
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


@recomputes("try")
def _() -> tuple[Diary, Figures]:
    diary = diner(150)
    return diary, finding(diary.last_meals(), diary.daily(RHR), 1, 1.0)


@recomputes("early_signal")
def _() -> tuple[Diary, Figures]:
    diary = diner(75)
    return diary, finding(diary.last_meals(), diary.daily(RHR), 1, 1.0)


@recomputes("correlation_same_night")
def _() -> tuple[Diary, Figures]:
    diary = sleeper(150)
    return diary, finding(diary.daily(SLEEP), diary.daily(RHR), 0, 60.0)


@recomputes("early_signal_same_night")
def _() -> tuple[Diary, Figures]:
    diary = sleeper(80)
    return diary, finding(diary.daily(SLEEP), diary.daily(RHR), 0, 60.0)


@recomputes("try_more")
def _() -> tuple[Diary, Figures]:
    diary, rng = Diary(), np.random.default_rng(10)
    walked = 8000.0
    for day in days_back(150):
        diary.readings.append((day, RHR, round(58 - (walked - 8000) / 1500 + rng.normal(0, 1), 1)))
        walked = round(float(rng.normal(8000, 2500)))
        diary.readings.append((day, STEPS, walked))
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
    trial = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST_DAY - days_ago * DAY)
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


def test_a_finding_told_of_rows_that_were_not_adjusted_would_say_much_the_same() -> None:
    diary = diner(150)
    facts = told(diary)["try"].facts
    mornings, dinner = diary.daily(RHR), diary.last_meals()
    pairs = [(dinner[day], mornings[day + DAY]) for day in dinner if day + DAY in mornings]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a in pairs for b in pairs if b[0] > a[0]]
    assert facts["change"].value == pytest.approx(statistics.median(slopes), rel=0.1)
    assert re.search("higher", str(facts["way"].value))
