"""`python -m tests.benchmarks.insights_nights [--data DIR] [--people N]`: unusual nights, told and not told.

Illness of three nights planted into made-up people's nights, at several resemblances between nights and with
one, two or five measures, and into real people's; beside it how often the same people, left as they are, are
told more than once in 60 nights. Thresholds were chosen on one half of the real people and on one range of
seeds; what counts is the other half, and the other range, on which nothing was chosen. Both are printed, with
the frontier of power against false alarms over the threshold of resting heart rate. Seeded.
"""

import argparse
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from common.compute.anomalies import WATCHED, Scores, forest_rows, is_unusual, score_nights
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import Floats
from common.inference.forest import load_forest
from common.settings import get_settings
from model_export.data.rows import to_person_rows
from model_export.data.tidy import TidyPerson
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
THRESHOLDS = (2.2, 2.4, WATCHED[0].watch.alone, 2.8, 3.0)
FIRST_SEED = {"tuning": 5_000, "reporting": 20_000}
HALVES = tuple(FIRST_SEED)
ILL_NIGHTS, LEAST_NIGHTS, BURN_IN, STRETCH = 3, 50, 35, 60
REACH = 120
"""Nights before one that can move how it is judged, and some."""

Judge = Callable[[float, bool], Flags]
"""Threshold of resting heart rate, and whether the forest has a say -> which nights are told of."""


def judge(series: DailySeries) -> Judge:
    scores = [score_nights(series, watched) for watched in WATCHED]
    rarity = load_forest(get_settings().models).rate(forest_rows(series, scores))

    def decide(threshold: float = THRESHOLDS[2], forest: bool = True) -> Flags:
        return is_unusual(_with_threshold(scores, threshold), rarity if forest else np.zeros_like(rarity))

    return decide


def _with_threshold(scores: Sequence[Scores], threshold: float) -> list[Scores]:
    watched = scores[0].watched
    first = replace(scores[0], watched=replace(watched, watch=replace(watched.watch, alone=threshold)))
    return [first, *scores[1:]]


def measure_made_people(count: int, half: str) -> Iterator[str]:
    for measured in MEASURED:
        for resemblance in RESEMBLANCES:
            often, told = np.zeros(2), {name: np.zeros(2) for name in PLANTED}
            for seed in range(FIRST_SEED[half], FIRST_SEED[half] + count):
                nights = make_nights(seed, resemblance)
                quiet = judge(series_with(nights, measured))
                often += [count_episodes(quiet(THRESHOLDS[2], f)[JUDGED]) > 1 for f in (False, True)]
                for name, (rhr, others) in PLANTED.items():
                    ill = judge(series_with(make_ill(nights, rhr_sds=rhr, others_sds=others), measured))
                    told[name] += [ill(THRESHOLDS[2], f)[TOLD_BY].any() for f in (False, True)]
            powers = "   ".join(f"{name}: {t[0] / count:.2f} {t[1] / count:.2f}" for name, t in told.items())
            yield (
                f"{half}, {measured:>4} measures, {resemblance:.2f}: told {powers}   "
                f"too often {often[0] / count:.3f} {often[1] / count:.3f}"
            )


@dataclass
class Tally:
    planted: int = 0
    judged: int = 0
    """Planted where the nights before are enough to judge by."""
    told: int = 0
    episodes: int = 0
    sixties: float = 0.0
    stretches: int = 0
    often: int = 0
    """Stretches of 60 nights with more than one episode."""

    def __str__(self) -> str:
        return (
            f"told {self.told / self.planted:.3f} of {self.planted} planted, "
            f"{self.told / self.judged:.3f} of {self.judged} with enough nights before   "
            f"left as they are: {self.episodes / self.sixties:.2f} episodes in 60 nights, "
            f"more than one in {self.often} of {self.stretches} stretches of 60"
        )


def half_of(person: TidyPerson) -> str:
    return HALVES[zlib.crc32(person.user.encode()) % 2]


def measure_real_people(folder: Path, half: str, repeats: int) -> dict[float, Tally]:
    """By threshold."""
    tallies = {threshold: Tally() for threshold in THRESHOLDS}
    for person in people(folder):
        nights = sorted(nights_of(person))
        if half_of(person) != half or len(nights) < LEAST_NIGHTS:
            continue
        series = series_until(to_person_rows(person), nights[-1], (nights[-1] - nights[0]).days)
        rhr = series["rhr_bpm"]
        candidates = np.flatnonzero(np.isfinite(rhr))[BURN_IN:]
        _count_quiet(judge(series), candidates[0], len(candidates), tallies)
        whole = [n for n in candidates[:-ILL_NIGHTS] if np.isfinite(rhr[n : n + ILL_NIGHTS]).all()]
        rng = np.random.default_rng(zlib.crc32(person.user.encode()))
        for start in rng.choice(whole, min(repeats, len(whole)), replace=False):
            _count_planted(series, int(start), rhr, tallies)
    return tallies


def _count_quiet(decide: Judge, first: int, known: int, tallies: dict[float, Tally]) -> None:
    for threshold, tally in tallies.items():
        flags = decide(threshold, True)[first:]
        tally.episodes += count_episodes(flags)
        tally.sixties += known / STRETCH
        for begin in range(0, max(len(flags) - STRETCH + 1, 1), STRETCH):
            tally.stretches += 1
            tally.often += count_episodes(flags[begin : begin + STRETCH]) > 1


def _count_planted(series: DailySeries, start: int, rhr: Floats, tallies: dict[float, Tally]) -> None:
    """A rise of 2.5 of the person's own standard deviations (of the 60 nights before) over three nights."""
    ill = _between(series, max(start - REACH, 0), start + ILL_NIGHTS + 1)
    row = ill.values[CHANNEL_INDEX["rhr_bpm"]]
    begin = start - max(start - REACH, 0)
    row[begin : begin + ILL_NIGHTS] += 2.5 * np.nanstd(rhr[max(start - 60, 0) : start])
    window = slice(begin + 1, begin + ILL_NIGHTS + 1)
    possible = bool(np.isfinite(score_nights(ill, WATCHED[0]).step[window]).any())
    decide = judge(ill)
    for threshold, tally in tallies.items():
        tally.planted += 1
        tally.judged += possible
        tally.told += bool(decide(threshold, True)[window].any())


def _between(series: DailySeries, first: int, stop: int) -> DailySeries:
    return replace(
        series,
        days=series.days[first:stop],
        values=series.values[:, first:stop].copy(),
        source_codes=series.source_codes[:, first:stop],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"))
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    print("goals: RHR +2.5 sd told >= .80, too often <= .05")
    if arguments.data:
        for half in HALVES:
            for threshold, tally in measure_real_people(
                Path(arguments.data), half, arguments.repeats
            ).items():
                served = "  <- served" if threshold == THRESHOLDS[2] else ""
                print(f"{half}, real nights, threshold {threshold}: {tally}{served}", flush=True)
    print("each pair: without the forest, with it")
    for half in HALVES:
        for line in measure_made_people(arguments.people, half):
            print(line, flush=True)


if __name__ == "__main__":
    main()
