"""`python -m tests.benchmarks.insights_null [--data DIR]`: what is told of habits that move nothing.

Real people's resting heart rate and HRV, and nothing else of theirs, beside meals and workouts drawn without
looking at them: every CORRELATION and RECOMMENDATION is false. One look a person. Seeded.
"""

import argparse
import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from common.compute.series.rows import PersonRows
from model_export.data.rows import to_person_rows
from tests.benchmarks.insights_early import Diary, Habit, nights_of, people
from tests.benchmarks.insights_report import gather_insights
from tests.people import take_readings

LEAST_NIGHTS = 40
KEPT = {"RESTING_HEART_RATE", "HEART_RATE_VARIABILITY_RMSSD"}
PUBLISHED = {"correlation", "correlation_same_night", "try", "try_more"}
MOST_PUBLISHED, MOST_TOLD = 0.10, 0.20
"""The engine's bounds, over all looks, of people told something false: published, and anything."""


def nights_only(rows: PersonRows) -> PersonRows:
    kept = np.flatnonzero([metric in KEPT for metric in rows.readings.metric])
    return replace(rows, readings=take_readings(rows.readings, kept))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"))
    parser.add_argument("--draws", type=int, default=3, help="of habits for each person")
    arguments = parser.parse_args()
    told: Counter[str] = Counter()
    count = 0
    for seed, person in enumerate(people(Path(arguments.data))):
        nights = sorted(nights_of(person))
        if len(nights) < LEAST_NIGHTS:
            continue
        own, last = nights_only(to_person_rows(person)), nights[-1]
        days = [nights[0] + timedelta(days=n) for n in range((last - nights[0]).days + 1)]
        for draw in range(arguments.draws):
            rng = np.random.default_rng([seed, draw, 1])
            habit = Habit.drawn_by(rng)
            rows = Diary.kept_by(habit, rng, days).beside(own, habit.profile)
            found = {c.insight.template for c in gather_insights(rows, last)[1]}
            told["published"] += bool(found & PUBLISHED)
            told["anything"] += bool(found & (PUBLISHED | {"early_signal"}))
            count += 1
    for what, most in (("published", MOST_PUBLISHED), ("anything", MOST_TOLD)):
        print(f"{what}: {told[what]} of {count} = {told[what] / count:.3f} (goal <= {most:.2f})")


if __name__ == "__main__":
    main()
