"""Seeded people for the forecasting tests: tidy days of a slow random walk with noise."""

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf
from model_export.data.rows import to_person_rows
from model_export.data.tidy import TidyPerson

FIRST = date(2025, 1, 1)


def make_person(days: int = 90, seed: int = 0, dataset: str = "oura_test", gaps: float = 0.1) -> TidyPerson:
    rng = np.random.default_rng(seed)
    level = 0.8 * rng.normal(size=days).cumsum() / math.sqrt(10)
    columns = {
        "rhr": 60 + level + rng.normal(size=days),
        "hrv_rmssd": np.exp(4 - 0.05 * level + 0.15 * rng.normal(size=days)),
        "sleep_minutes": 430 + 40 * rng.normal(size=days),
        "steps": 8_000 + 2_000 * rng.normal(size=days),
        "calories_out": 2_300 + 200 * rng.normal(size=days),
        "calories_in": 2_100 + 300 * rng.normal(size=days),
        "protein_g": 90 + 20 * rng.normal(size=days),
    }
    for values in columns.values():
        values[rng.random(days) < gaps] = np.nan
        values[-3:] = np.where(np.isnan(values[-3:]), np.nanmean(values), values[-3:])
    dates = [FIRST + timedelta(days=i) for i in range(days)]
    return TidyPerson(dataset, str(seed), dates, {name: np.abs(v).tolist() for name, v in columns.items()})


def make_series(person: TidyPerson, *, day_open: bool = False) -> DailySeries:
    """All days of a person; the last one over, or still running at 21:00."""
    last = person.days[-1]
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC).replace(tzinfo=None)
    as_of = AsOf(last, end - timedelta(hours=3) if day_open else end, open=day_open)
    return build_series(to_person_rows(person), person.days[0], last, as_of)
