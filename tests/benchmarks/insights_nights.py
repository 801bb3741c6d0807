"""`python -m tests.benchmarks.insights_nights [--data DIR] [--people N]`: unusual nights, told and not told.

Illness of three nights planted into made-up people's nights, at several resemblances between nights and with
one, two or five measures, and into real people's. Everything is printed without the forest and with it,
beside the share of the same people, left as they are, who are told more than once in 60 nights. Seeded.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from common.compute.anomalies import MEASURES, forest_rows, is_unusual, score_nights
from common.compute.channels import CHANNEL_INDEX
from common.compute.series import DailySeries
from common.inference.forest import load_forest
from common.settings import get_settings
from model_export.rows import to_person_rows
from tests.benchmarks.insights_early import nights_of, people, series_until
from tests.unit.made_nights import (
    JUDGED,
    MEASURED,
    TOLD_BY,
    Flags,
    count_episodes,
    make_ill,
    make_nights,
    series_with,
)  # fmt: skip

RESEMBLANCES = (0.2, 0.5, 0.7, 0.86)
PLANTED = {"RHR +2.5 sd": (2.5, 0.0), "all +1.6 sd": (1.6, 1.6)}
ILL_NIGHTS, LEAST_NIGHTS, BURN_IN = 3, 80, 60


def judge(series: DailySeries) -> tuple[Flags, Flags]:
    """Without the forest, and with it."""
    scores = [score_nights(series, measure) for measure in MEASURES]
    rarity = load_forest(get_settings().models).rate(forest_rows(series, scores))
    return is_unusual(scores, np.zeros_like(rarity)), is_unusual(scores, rarity)


def measure_made_people(count: int) -> Iterator[str]:
    for measured in MEASURED:
        for resemblance in RESEMBLANCES:
            often, told = np.zeros(2), {name: np.zeros(2) for name in PLANTED}
            for seed in range(count):
                nights = make_nights(seed, resemblance)
                quiet = judge(series_with(nights, measured))
                often += [count_episodes(flags[JUDGED]) > 1 for flags in quiet]
                for name, (rhr, others) in PLANTED.items():
                    ill = make_ill(nights, rhr_sds=rhr, others_sds=others)
                    told[name] += [flags[TOLD_BY].any() for flags in judge(series_with(ill, measured))]
            powers = "   ".join(f"{name}: {t[0] / count:.2f} {t[1] / count:.2f}" for name, t in told.items())
            yield (
                f"{measured:>4} measures, {resemblance:.2f}: told {powers}   "
                f"too often {often[0] / count:.3f} {often[1] / count:.3f}"
            )


def measure_real_people(folder: Path, repeats: int) -> str:
    told, planted, episodes, sixties = np.zeros(2), 0, np.zeros(2), 0.0
    for seed, person in enumerate(people(folder)):
        nights = sorted(nights_of(person))
        if len(nights) < LEAST_NIGHTS:
            continue
        rng = np.random.default_rng(seed)
        series = series_until(to_person_rows(person), nights[-1], (nights[-1] - nights[0]).days)
        row = CHANNEL_INDEX["rhr_bpm"]
        rhr = series.values[row].copy()
        judged = np.flatnonzero(np.isfinite(rhr))[BURN_IN:]
        episodes += [count_episodes(flags[judged[0] :]) for flags in judge(series)]
        sixties += len(judged) / 60
        for start in rng.choice(judged[:-ILL_NIGHTS], repeats):
            window = slice(start, start + ILL_NIGHTS)
            if not np.isfinite(rhr[window]).all():
                continue
            series.values[row] = rhr
            series.values[row, window] += 2.5 * np.nanstd(rhr[max(start - 60, 0) : start])
            told += [flags[start + 1 : start + ILL_NIGHTS + 1].any() for flags in judge(series)]
            planted += 1
        series.values[row] = rhr
    return (
        f"real nights: told {told[0] / planted:.2f} {told[1] / planted:.2f} of {planted}   "
        f"episodes in 60 nights, true ones included: {episodes[0] / sixties:.2f} {episodes[1] / sixties:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"))
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    print("goals: RHR +2.5 sd told >= .80, too often <= .05. Each pair: without the forest, with it.")
    for line in measure_made_people(arguments.people):
        print(line, flush=True)
    if arguments.data:
        print(measure_real_people(Path(arguments.data), arguments.repeats))


if __name__ == "__main__":
    main()
