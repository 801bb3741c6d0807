"""`python -m tests.benchmarks.insights_early [--data DIR]`: what people hear by day 14.

Real people's nights with made-up meals and workouts beside them. Reproducible from the seeds.
"""

import argparse
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from common.compute.calendar import resolve_as_of, resolve_zone
from common.compute.insights import Candidate, choose, decide_telling, gather
from common.compute.person import Meals, PersonRows, Readings, Workouts
from common.compute.series import DailySeries, build_series
from common.inference.forest import load_forest
from common.settings import get_settings
from model_export.rows import to_person_rows
from model_export.tidy import TidyPerson, read_tidy
from tests.people import joined, make_person

DAYS, LEAST_NIGHTS = 14, 10


def people(folder: Path) -> Iterable[TidyPerson]:
    for path in sorted(folder.glob("*.csv")):
        yield from read_tidy(path).people


def nights_of(person: TidyPerson) -> dict[date, float]:
    values = person.values.get("rhr", [])
    return {day: v for day, v in zip(person.days, values, strict=False) if np.isfinite(v)}


def no_readings() -> Readings:
    return Readings(at=np.empty(0, "datetime64[ms]"))


def series_until(rows: PersonRows, last: date, days: int) -> DailySeries:
    zone, _ = resolve_zone(rows.profile.timezone)
    as_of = resolve_as_of(zone, last, datetime(2100, 1, 1, tzinfo=UTC))
    return build_series(rows, last - timedelta(days=days), last, as_of)


def measure_first_fortnight(folder: Path) -> tuple[int, int]:
    """(people told something, people) as of the 14th day of wearing, with 9 of 10 days logged."""
    rate_nights = load_forest(get_settings().models).rate
    told = count = 0
    for seed, person in enumerate(people(folder)):
        nights = sorted(nights_of(person))
        if not nights:
            continue
        last = nights[0] + timedelta(days=DAYS - 1)
        if sum(day <= last for day in nights) < LEAST_NIGHTS:
            continue
        made = make_person(seed=seed, days=DAYS, timezone="UTC", last=last)
        own = to_person_rows(person)
        # their own nights, and nothing else of theirs
        rows = joined(replace(own, meals=Meals(), workouts=Workouts()), replace(made, readings=no_readings()))
        insights = gather(series_until(rows, last, DAYS - 1), [], [], rate_nights=rate_nights)
        shown = choose([Candidate(i, decide_telling(i, None, last), 1.0, 1.0) for i in insights])
        told += bool(shown)
        count += 1
    return told, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"), required=False)
    arguments = parser.parse_args()
    folder = Path(arguments.data)
    told, count = measure_first_fortnight(folder)
    print(f"people told something by day {DAYS}: {told} of {count} = {told / count:.2f} (goal >= .80)")


if __name__ == "__main__":
    main()
