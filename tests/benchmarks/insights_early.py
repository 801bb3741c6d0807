"""`python -m tests.benchmarks.insights_early [--data DIR]`: what people hear by day 14, and of odd nights.

Real people's nights with made-up meals and workouts beside them, and illnesses planted into real nights.
Prints figures beside their goals; reproducible from the seeds.
"""

import argparse
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from common.compute.anomalies import MEASURES, is_unusual, score_nights
from common.compute.calendar import resolve_as_of, resolve_zone
from common.compute.channels import CHANNEL_INDEX
from common.compute.insights import Candidate, choose, decide_telling, gather
from common.compute.person import Meals, PersonRows, Readings, Workouts
from common.compute.series import DailySeries, build_series
from model_export.rows import to_person_rows
from model_export.tidy import TidyPerson, read_tidy
from tests.people import joined, make_person

DAYS, LEAST_NIGHTS = 14, 10
ILL_NIGHTS, ILL_SD = 3, 2.5


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
        insights = gather(series_until(rows, last, DAYS - 1), [], [])
        shown = choose([Candidate(i, decide_telling(i, None, last), 1.0, 1.0) for i in insights])
        told += bool(shown)
        count += 1
    return told, count


def measure_planted_illness(folder: Path, repeats: int) -> tuple[int, int, int, float]:
    """(told, planted, nights told without one, nights / 60) over people with 90 nights and more."""
    told = planted = episodes = 0
    sixties = 0.0
    for seed, person in enumerate(people(folder)):
        nights = sorted(nights_of(person))
        if len(nights) < 90:
            continue
        rng = np.random.default_rng(seed)
        series = series_until(to_person_rows(person), nights[-1], (nights[-1] - nights[0]).days)
        row = CHANNEL_INDEX["rhr_bpm"]
        rhr = series.values[row].copy()
        quiet = _flags(series)
        judged = np.flatnonzero(np.isfinite(rhr))[60:]
        hits = np.flatnonzero(quiet)
        episodes += int((np.diff(hits, prepend=-99) > 30).sum())
        sixties += len(judged) / 60
        for _ in range(repeats):
            start = int(rng.choice(judged[:-4]))
            window = slice(start, start + ILL_NIGHTS)
            if np.isfinite(rhr[window]).sum() < ILL_NIGHTS:
                continue
            usual = rhr[max(start - 60, 0) : start]
            series.values[row] = rhr
            series.values[row, window] += ILL_SD * np.nanstd(usual)
            told += bool(_flags(series)[start + 1 : start + ILL_NIGHTS + 1].any())
            planted += 1
        series.values[row] = rhr
    return told, planted, episodes, sixties


def _flags(series: DailySeries) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return is_unusual([score_nights(series, measure) for measure in MEASURES])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"), required=False)
    parser.add_argument("--repeats", type=int, default=8)
    arguments = parser.parse_args()
    folder = Path(arguments.data)
    told, count = measure_first_fortnight(folder)
    print(f"people told something by day {DAYS}: {told} of {count} = {told / count:.2f} (goal >= .80)")
    told, planted, episodes, sixties = measure_planted_illness(folder, arguments.repeats)
    print(f"planted illness told: {told} of {planted} = {told / planted:.2f} (goal >= .80)")
    print(f"episodes in 60 real nights, true ones included: {episodes / sixties:.2f} (goal <= 1)")


if __name__ == "__main__":
    main()
