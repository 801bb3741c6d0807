"""A person's November 2025 as apps and devices write it, by local days and hours."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from common.compute.features import build_features
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf
from common.compute.series.places import places_of
from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Extras,
    Journal,
    Meals,
    PersonRows,
    Profile,
    Readings,
    Workouts,
)

FIRST, LAST = date(2025, 11, 1), date(2025, 11, 30)
NAN = float("nan")
BERLIN, NEW_YORK, LOS_ANGELES = "Europe/Berlin", "America/New_York", "America/Los_Angeles"
METRICS = {
    "sleep": ("SLEEP_DURATION", "min"), "deep": ("DEEP_SLEEP_DURATION", "min"),
    "rem": ("REM_SLEEP_DURATION", "min"), "rhr": ("RESTING_HEART_RATE", "bpm"),
    "hrv": ("HEART_RATE_VARIABILITY_RMSSD", "ms"), "efficiency": ("SLEEP_EFFICIENCY", "%"),
    "steps": ("STEPS", "steps"), "active": ("ACTIVE_CALORIES", "kcal"), "total": ("TOTAL_CALORIES", "kcal"),
    "exercise": ("EXERCISE_MINUTES", "min"), "standing": ("STANDING_HOURS", "h"),
}  # fmt: skip
MEALS = ((8, "breakfast", 500.0), (13, "lunch", 750.0), (19, "dinner", 800.0))
MACROS = (0.05, 0.11, 0.04)
"""Grams of protein, carbohydrate and fat a kcal of an ordinary meal."""


@dataclass
class Lived:
    zone: str = BERLIN
    profile: dict[str, Any] = field(default_factory=dict)
    readings: list[tuple[Any, str, float, str, str, Any]] = field(default_factory=list)
    meals: list[tuple[np.datetime64, str, list[float], np.datetime64]] = field(default_factory=list)
    workouts: list[tuple[np.datetime64, np.datetime64, str, str, list[float]]] = field(default_factory=list)
    said: list[tuple[np.datetime64, str, float]] = field(default_factory=list)
    extras: list[tuple[np.datetime64, str, float]] = field(default_factory=list)

    def at(self, day: int, hour: float) -> np.datetime64:
        """The instant of a local clock time."""
        local = datetime(2025, 11, 1) + timedelta(days=day - 1, hours=hour)  # noqa: DTZ001
        utc = local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(ZoneInfo("UTC"))
        return np.datetime64(utc.replace(tzinfo=None), "ms")

    def sent(
        self, name: str, day: int, hour: float, value: float, unit: str | None = None,
        *, source: str = "oura", at: Any = None, written: Any = None,
    ) -> "Lived":  # fmt: skip
        metric, usual_unit = METRICS.get(name, (name, ""))
        instant: Any = self.at(day, hour) if at is None else at
        row = (
            np.datetime64(instant, "ms"),
            metric,
            value,
            usual_unit if unit is None else unit,
            source,
            written or instant,
        )
        self.readings.append(row)
        return self

    def nights(self, days: Iterable[int] = range(1, 20), hour: float = 6.67, **measures: float) -> "Lived":
        for day in days:
            for name, value in measures.items():
                self.sent(name, day, hour, value)
        return self

    def ate(
        self, day: int, hour: float, name: str, kcal: float, *macros: float, written_s: float = 0.0
    ) -> "Lived":
        eaten = [kcal, *(macros or (kcal * share for share in MACROS))]
        at = self.at(day, hour)
        written = at + np.timedelta64(round(written_s * 1_000), "ms")
        self.meals.append((at, name, eaten + [NAN] * (len(NUTRIENTS) - 4), written))
        return self

    def ate_well(
        self, days: Iterable[int] = range(1, 31), without: tuple[int, str] = (0, ""), times: float = 1.0
    ) -> "Lived":
        for day in days:
            for hour, name, kcal in MEALS:
                if (day, name) != without:
                    self.ate(day, hour, name, kcal * times, *(kcal * share for share in MACROS))
        return self

    def trained(
        self, day: int, hour: float, minutes: float, duration: float | None = None, *, source: str = "garmin",
        intensity: str = "MODERATE", metres: float = NAN, kcal: float = NAN,
    ) -> "Lived":  # fmt: skip
        start = self.at(day, hour)
        end = start + np.timedelta64(round(minutes * 60_000), "ms")
        measures = dict.fromkeys(WORKOUT_MEASURES, NAN)
        measures |= {
            "duration": minutes if duration is None else duration,
            "distance": metres,
            "caloriesBurned": kcal,
        }
        self.workouts.append((start, end, intensity, source, list(measures.values())))
        return self

    def told(self, day: int, name: str, value: float) -> "Lived":
        self.said.append((np.datetime64(date(2025, 11, day)), name, value))
        return self

    def logged(self, day: int, hour: float, kind: str, value: float) -> "Lived":
        self.extras.append((self.at(day, hour), kind, value))
        return self

    def rows(self) -> PersonRows:
        readings, meals, workouts = self.readings, self.meals, self.workouts
        return PersonRows(
            Profile("p", **({"timezone": self.zone} | self.profile)),
            Meals(
                np.array([at for at, *_ in meals], "datetime64[ms]"),
                [name for _, name, *_ in meals],
                [name for _, name, *_ in meals],
                np.array([eaten for _, _, eaten, _ in meals], float).reshape(len(meals), len(NUTRIENTS)),
                np.array([written for *_, written in meals], "datetime64[ms]"),
            ),
            Readings(
                np.array([row[0] for row in readings], "datetime64[ms]"),
                [row[1] for row in readings],
                np.array([row[2] for row in readings], float),
                [row[3] for row in readings],
                [row[4] for row in readings],
                np.array([row[5] for row in readings], "datetime64[ms]"),
            ),
            Workouts(
                np.array([start for start, *_ in workouts], "datetime64[ms]"),
                np.array([end for _, end, *_ in workouts], "datetime64[ms]"),
                ["RUNNING"] * len(workouts),
                [intensity for _, _, intensity, *_ in workouts],
                [source for *_, source, _ in workouts],
                np.array([row[-1] for row in workouts], float).reshape(-1, len(WORKOUT_MEASURES)),
            ),
            Journal(
                np.array([day for day, *_ in self.said], "datetime64[D]"),
                [name for _, name, _ in self.said],
                np.array([value for *_, value in self.said], float),
            ),
            Extras(
                np.array([at for at, *_ in self.extras], "datetime64[ms]"),
                [kind for _, kind, _ in self.extras],
                [""] * len(self.extras),
                np.array([value for *_, value in self.extras], float),
            ),
        )

    @cached_property
    def series(self) -> DailySeries:
        """Asked once all is written."""
        rows = self.rows()
        ended = places_of(rows.profile).day_end(LAST)
        return build_series(rows, FIRST, LAST, AsOf(LAST, ended, open=False))

    def day(self, day: int, *channels: str) -> list[float]:
        return [float(self.series[channel][day - 1]) for channel in channels]

    def feature(self, day: int, name: str) -> float:
        return float(build_features(self.series)[name][day - 1])
