"""Figures of the texts, worked out again from a person's rows by plain loops that share no code with them."""

import statistics
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from common.compute.insights import Insight
from common.compute.person import NUTRIENTS, WORKOUT_MEASURES, Meals, PersonRows, Profile, Readings, Workouts
from tests.benchmarks.insights_report import forecasts, tell_person
from tests.people import LAST_DAY

UNITS = {
    "RESTING_HEART_RATE": "bpm", "HEART_RATE_VARIABILITY_RMSSD": "ms", "SLEEP_DURATION": "min",
}  # fmt: skip
INTENSITY = {"LOW": 1, "MODERATE": 2, "HIGH": 3, "MAXIMUM": 4}


@dataclass
class Diary:
    """A person as lists of plain records, local time being UTC."""

    readings: list[tuple[date, str, float]] = field(default_factory=list)
    meals: list[tuple[date, float, float]] = field(default_factory=list)
    """(day, hour, kcal)"""
    workouts: list[tuple[date, int, str]] = field(default_factory=list)
    """(day, minutes, intensity)"""

    def nights(self, metric: str, first: date, last: date) -> list[float]:
        return [v for day, name, v in self.readings if name == metric and first <= day <= last]

    def rows(self) -> PersonRows:
        eaten = np.full((len(self.meals), len(NUTRIENTS)), np.nan)
        for row, (_, _, kcal) in zip(eaten, self.meals, strict=True):
            row[:4] = [kcal, kcal * 0.2 / 4, kcal * 0.5 / 4, kcal * 0.3 / 9]
        trained = np.full((len(self.workouts), len(WORKOUT_MEASURES)), np.nan)
        trained[:, 0] = [minutes for _, minutes, _ in self.workouts]
        return PersonRows(
            Profile("anna", "UTC", weight_kg=70.0),
            Meals(
                instants([instant(day, hour) for day, hour, _ in self.meals]),
                ["food"] * len(self.meals), ["meal"] * len(self.meals), eaten,
            ),
            Readings(
                instants([instant(day, 7.0) for day, _, _ in self.readings]),
                [metric for _, metric, _ in self.readings],
                np.array([value for _, _, value in self.readings]),
                [UNITS[metric] for _, metric, _ in self.readings],
                ["oura"] * len(self.readings),
            ),
            Workouts(
                instants([instant(day, 12.0) for day, _, _ in self.workouts]),
                instants([instant(day, 12.0 + minutes / 60) for day, minutes, _ in self.workouts]),
                ["RUNNING"] * len(self.workouts), [intensity for _, _, intensity in self.workouts],
                ["oura"] * len(self.workouts), trained,
            ),
        )  # fmt: skip


def instant(day: date, hour: float) -> np.datetime64:
    return np.datetime64(datetime.combine(day, time()) + timedelta(hours=hour), "ms")


def instants(moments: list[np.datetime64]) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return np.array(moments, "datetime64[ms]")


def days_back(count: int) -> list[date]:
    """The last `count` days, oldest first."""
    return [LAST_DAY - timedelta(days=back) for back in range(count - 1, -1, -1)]


def told(diary: Diary) -> dict[str, Insight]:
    return {c.insight.template: c.insight for c in tell_person(diary.rows(), LAST_DAY)[1]}


def wear(diary: Diary, metric: str, values: list[float], missing: float = 0.0, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    for day, value in zip(days_back(len(values)), values, strict=True):
        if day == LAST_DAY or rng.random() >= missing:
            diary.readings.append((day, metric, value))


def percentile(values: list[float], share: float) -> float:
    """Linear between neighbours in rank."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def test_uneven_and_short_nights() -> None:
    diary = Diary()
    rng = np.random.default_rng(1)
    wear(diary, "SLEEP_DURATION", rng.normal(365, 110, 60).round(1).clip(60, 700).tolist(), missing=0.1)
    insights = told(diary)
    nights = diary.nights("SLEEP_DURATION", LAST_DAY - timedelta(days=27), LAST_DAY)
    uneven, short = insights["irregular_sleep"].facts, insights["short_sleep"].facts
    low, high = percentile(nights, 0.1), percentile(nights, 0.9)
    assert uneven["lower"].value == pytest.approx(low)
    assert uneven["upper"].value == pytest.approx(high)
    assert uneven["spread"].value == pytest.approx(high - low)
    assert short["average"].value == pytest.approx(sum(nights) / len(nights))
    assert uneven["nights"].value == short["nights"].value == len(nights)


def test_a_first_usual_range() -> None:
    diary = Diary()
    wear(diary, "HEART_RATE_VARIABILITY_RMSSD", np.random.default_rng(2).normal(50, 8, 15).round(1).tolist())
    facts = told(diary)["usual_range"].facts
    nights = [value for _, _, value in diary.readings]
    assert facts["lower"].value == pytest.approx(percentile(nights, 0.1))
    assert facts["usual"].value == pytest.approx(statistics.median(nights))
    assert facts["upper"].value == pytest.approx(percentile(nights, 0.9))
    assert facts["nights"].value == 15


def test_a_fortnight_unlike_the_month_before() -> None:
    diary = Diary()
    rng = np.random.default_rng(3)
    wear(diary, "RESTING_HEART_RATE", [*rng.normal(58, 1, 60).round(1), *rng.normal(63, 1, 14).round(1)], 0.1)
    facts = told(diary)["month_shift"].facts
    recent = diary.nights("RESTING_HEART_RATE", LAST_DAY - timedelta(days=13), LAST_DAY)
    before = diary.nights("RESTING_HEART_RATE", LAST_DAY - timedelta(days=41), LAST_DAY - timedelta(days=14))
    assert facts["level"].value == pytest.approx(sum(recent) / len(recent))
    assert facts["usual"].value == pytest.approx(sum(before) / len(before))
    assert facts["change"].value == pytest.approx(sum(recent) / len(recent) - sum(before) / len(before))
    assert facts["days"].value == len(recent) + len(before)


def test_unusual_nights() -> None:
    diary = Diary()
    values = [*np.random.default_rng(4).normal(58, 2, 97).round(1), 69.0, 71.0, 70.0]
    wear(diary, "RESTING_HEART_RATE", values, missing=0.1)
    facts = told(diary)["nights_off"].facts
    recent = diary.nights("RESTING_HEART_RATE", LAST_DAY - timedelta(days=2), LAST_DAY)
    before = diary.nights("RESTING_HEART_RATE", LAST_DAY - timedelta(days=59), LAST_DAY - timedelta(days=4))
    assert facts["level"].value == pytest.approx(statistics.median(recent))
    assert facts["usual"].value == pytest.approx(statistics.median(before))
    assert facts["change"].value == pytest.approx(statistics.median(recent) - statistics.median(before))
    assert (facts["nights"].value, facts["days"].value) == (3, len(before))


def test_later_meals_at_weekends() -> None:
    diary = Diary()
    rng = np.random.default_rng(5)
    middles: dict[bool, list[float]] = {True: [], False: []}
    for day in days_back(40):
        weekend = day.strftime("%a") in {"Sat", "Sun"}
        first, last = (round(hour + 2.0 * weekend + rng.normal(0, 0.2), 2) for hour in (8.0, 18.5))
        for hour in (first, 12.5 + 2 * weekend, last):
            diary.meals.append((day, hour, 700.0))
        if LAST_DAY - day < timedelta(days=28):
            middles[weekend].append((first + last) / 2)
    facts = told(diary)["weekend_meals"].facts
    late, usual = (statistics.mean(middles[kind]) for kind in (True, False))
    assert facts["weekend"].value == pytest.approx(late, abs=1e-3)
    assert facts["weekday"].value == pytest.approx(usual, abs=1e-3)
    assert facts["gap"].value == pytest.approx(late - usual, abs=1e-3)
    assert facts["days"].value == 28


def test_training_days_much_alike() -> None:
    diary = Diary()
    wear(diary, "SLEEP_DURATION", [430.0] * 30)
    for n, day in enumerate(days_back(21)):
        if n % 7 != 6 or day == LAST_DAY:
            diary.workouts.append((day, 40 + n % 3, "MODERATE"))
    facts = told(diary)["same_training"].facts
    load, minutes = [], 0
    for day in days_back(7):
        of_day = [(m, INTENSITY[i]) for d, m, i in diary.workouts if d == day]
        load.append(sum(m * i for m, i in of_day))
        minutes += sum(m for m, _ in of_day)
    assert facts["score"].value == pytest.approx(statistics.mean(load) / statistics.stdev(load))
    assert facts["minutes"].value == minutes
    assert facts["trained"].value == sum(daily > 0 for daily in load)


def test_a_forecast_against_the_usual() -> None:
    diary = Diary()
    values = [*np.random.default_rng(6).normal(55, 1, 80).round(1), *[66.0] * 6]
    wear(diary, "RESTING_HEART_RATE", values, missing=0.05)
    series, candidates = tell_person(diary.rows(), LAST_DAY)
    (facts,) = (c.insight.facts for c in candidates if c.insight.kind == "PREDICTION")
    nights = diary.nights("RESTING_HEART_RATE", LAST_DAY - timedelta(days=27), LAST_DAY)
    assert facts["usual"].value == pytest.approx(statistics.median(nights))
    assert (facts["days"].value, facts["period"].value) == (len(nights), 28)
    assert facts["target"].value == (LAST_DAY + timedelta(days=1)).isoformat()
    (forecast,) = (made for made in forecasts(series) if made.metric == "rhr")
    assert (facts["value"].value, facts["lower"].value, facts["upper"].value) == (
        forecast.value, forecast.lower_80, forecast.upper_80,
    )  # fmt: skip


def test_a_recommendation_counts_its_days_and_states_the_effect_of_the_rows() -> None:
    diary = Diary()
    rng = np.random.default_rng(7)
    dinner: dict[date, float] = {}
    for day in days_back(150):
        before = dinner.get(day - timedelta(days=1), 20.0)
        if rng.random() >= 0.1:
            diary.readings.append(
                (day, "RESTING_HEART_RATE", round(58 + 2.0 * (before - 20) + rng.normal(0, 1), 1))
            )
        if rng.random() < 0.15:
            continue  # nothing logged
        dinner[day] = round(float(rng.choice([19.0, 20.0, 21.0]) + rng.normal(0, 0.1)), 2)
        for hour in (8.0, 13.0, dinner[day]):
            diary.meals.append((day, hour, 700.0))
    (insight,) = (i for i in told(diary).values() if i.kind in {"RECOMMENDATION", "CORRELATION"})
    assert (insight.kind, insight.plotted) == ("RECOMMENDATION", ("last_meal_time", "rhr"))
    facts = insight.facts
    mornings = {day: value for day, _, value in diary.readings}
    pairs = [
        (dinner[day], mornings[after]) for day in dinner if (after := day + timedelta(days=1)) in mornings
    ]
    assert facts["days"].value == insight.data_points == len(pairs)
    first = min(mornings)
    assert facts["period"].value == (LAST_DAY - first).days + 1
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a in pairs for b in pairs if b[0] > a[0]]
    effect = statistics.median(slopes) * float(facts["step"].value)
    assert float(facts["lower"].value) <= effect <= float(facts["upper"].value)
    assert facts["change"].value == pytest.approx(effect, rel=0.1)
    assert facts["way"].value == "higher"
