"""A person as lists of plain records, and plain arithmetic on them that shares no code with the service."""

import math
import statistics
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Meals,
    PersonRows,
    Profile,
    Readings,
    Workouts,
)
from tests.people import LAST_DAY

UNITS = {
    "RESTING_HEART_RATE": "bpm", "HEART_RATE_VARIABILITY_RMSSD": "ms", "SLEEP_DURATION": "min",
    "STEPS": "steps",
}  # fmt: skip
INTENSITY = {"LOW": 1, "MODERATE": 2, "HIGH": 3, "MAXIMUM": 4}
DAY = timedelta(days=1)

Daily = dict[date, float]


@dataclass
class Diary:
    """Local time is UTC."""

    profile: Profile = field(default_factory=lambda: Profile("anna", "UTC", weight_kg=70.0))
    readings: list[tuple[date, str, float]] = field(default_factory=list)
    meals: list[tuple[date, float, float]] = field(default_factory=list)
    """(day, hour, kcal)"""
    fiber_g_a_kcal: float = math.nan
    workouts: list[tuple[date, int, str]] = field(default_factory=list)
    """(day, minutes, intensity)"""

    def daily(self, metric: str) -> Daily:
        return {day: value for day, name, value in self.readings if name == metric}

    def nights(self, metric: str, back: int, until: int = 0) -> list[float]:
        """Of the days from `back` to `until` days before the last."""
        first, last = LAST_DAY - back * DAY, LAST_DAY - until * DAY
        return [v for day, name, v in self.readings if name == metric and first <= day <= last]

    def wear(self, metric: str, values: list[float], missing: float = 0.0, seed: int = 0) -> None:
        """One value a day up to the last day, of which some are missing, never the last."""
        rng = np.random.default_rng(seed)
        for day, value in zip(days_back(len(values)), values, strict=True):
            if day == LAST_DAY or rng.random() >= missing:
                self.readings.append((day, metric, value))

    def eaten(self, share: float, kcal_a_gram: float, days: int = 7) -> list[float]:
        """What each of the last days with a meal had of one nutrient, in grams, or in kcal with 1 and 1."""
        totals: Daily = {}
        for day, _, kcal in self.meals:
            if LAST_DAY - day < days * DAY:
                totals[day] = totals.get(day, 0.0) + kcal * share / kcal_a_gram
        return list(totals.values())

    def last_meals(self) -> Daily:
        return {day: max(hour for d, hour, _ in self.meals if d == day) for day, _, _ in self.meals}

    def rows(self) -> PersonRows:
        eaten = np.full((len(self.meals), len(NUTRIENTS)), np.nan)
        for row, (_, _, kcal) in zip(eaten, self.meals, strict=True):
            row[:5] = [kcal, kcal * 0.2 / 4, kcal * 0.5 / 4, kcal * 0.3 / 9, kcal * self.fiber_g_a_kcal]
        trained = np.full((len(self.workouts), len(WORKOUT_MEASURES)), np.nan)
        trained[:, 0] = [minutes for _, minutes, _ in self.workouts]
        return PersonRows(
            self.profile,
            Meals(
                _instants([(day, hour) for day, hour, _ in self.meals]),
                ["food"] * len(self.meals), ["meal"] * len(self.meals), eaten,
            ),
            Readings(
                _instants([(day, 7.0) for day, _, _ in self.readings]),
                [metric for _, metric, _ in self.readings],
                np.array([value for _, _, value in self.readings]),
                [UNITS[metric] for _, metric, _ in self.readings],
                ["oura"] * len(self.readings),
            ),
            Workouts(
                _instants([(day, 12.0) for day, _, _ in self.workouts]),
                _instants([(day, 12.0 + minutes / 60) for day, minutes, _ in self.workouts]),
                ["RUNNING"] * len(self.workouts), [intensity for _, _, intensity in self.workouts],
                ["oura"] * len(self.workouts), trained,
            ),
        )  # fmt: skip


def _instants(moments: list[tuple[date, float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    told = [datetime.combine(day, time()) + timedelta(hours=hour) for day, hour in moments]
    return np.array(told, "datetime64[ms]")


def days_back(count: int) -> list[date]:
    """The last `count` days, oldest first."""
    return [LAST_DAY - back * DAY for back in range(count - 1, -1, -1)]


def percentile(values: list[float], share: float) -> float:
    """Linear between neighbours in rank."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@dataclass(frozen=True)
class Effect:
    days: int
    change: float
    lower: float
    upper: float


def effect(cause: Daily, outcome: Daily, lag: int, step: float) -> Effect:
    """What `step` more of the cause goes with, by the rules the docs state and by nothing of ours.

    Both sides lose weekday, slow drift and the two series' own pasts by least squares; the effect is the
    median slope of all pairs of days (Sen 1968), its 90% interval a bootstrap of blocks of days.
    """
    look = LAST_DAY - (LAST_DAY.isoweekday() % 7) * DAY  # the last Sunday
    days = [look - back * DAY for back in range(364, -1, -1)]
    cause = {d: v for d, v in cause.items() if d in days}
    outcome = {d: v for d, v in outcome.items() if d in days}
    paired = [d for d in days if d in outcome and d - lag * DAY in cause]
    own, others = _past(outcome, days, max(lag, 1)), _past(cause, days, lag + 1)
    span = (paired[-1] - paired[0]).days + 1
    design = []
    for day in paired:
        phase = ((day - paired[0]).days + 0.5) / span
        waves = [math.cos(math.pi * k * phase) for k in range(1, span // 28 + 1)]
        weekdays = [float(day.weekday() == k) for k in range(7)]
        design.append([*weekdays, phase, *waves, *own[day], *others[day]])
    x = _residuals(design, [cause[d - lag * DAY] for d in paired])
    y = _residuals(design, [outcome[d] for d in paired])
    rng, n = np.random.default_rng(99), len(paired)
    length = math.ceil(n ** (1 / 3))
    drawn = []
    for _ in range(200):
        starts = rng.integers(0, n, math.ceil(n / length))
        index = [(start + k) % n for start in starts for k in range(length)][:n]
        drawn.append(_median_slope(x[index], y[index]) * step)
    bounds = percentile(drawn, 0.05), percentile(drawn, 0.95)
    return Effect(n, _median_slope(x, y) * step, *bounds)


def _past(values: Daily, days: list[date], gap: int) -> dict[date, tuple[float, float]]:
    """By day: the value `gap` days before and the week that ended then, as differences from their means."""
    middle = statistics.mean(values.values())
    weeks = {}
    for day in days:
        week = [values[d] for back in range(gap, gap + 7) if (d := day - back * DAY) in values]
        if week:
            weeks[day] = statistics.mean(week)
    usual = statistics.mean(weeks.values())
    past = {}
    for day in days:
        week_off = weeks.get(day, usual) - usual
        before = day - gap * DAY
        past[day] = (values[before] - middle if before in values else week_off, week_off)
    return past


def _residuals(
    design: list[list[float]], values: list[float]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    told, target = np.array(design), np.array(values)
    return np.asarray(target - told @ np.linalg.lstsq(told, target, rcond=None)[0], np.float64)


def _median_slope(
    x: np.ndarray[tuple[int, ...], np.dtype[np.float64]], y: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> float:
    run, rise = x[:, None] - x[None, :], y[:, None] - y[None, :]
    return float(np.median(rise[run > 0] / run[run > 0]))
