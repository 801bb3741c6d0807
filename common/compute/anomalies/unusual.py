"""When nights count as unusual, and what drove it.

Told is a clear step in one measure; or a lesser one in two that agree, where a model of unusual nights (an
isolation forest over all measures at once) finds the night rare as a whole; or a long large deviation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from common.compute.anomalies.scores import NIGHTS, Mask, Scores, score_nights
from common.compute.anomalies.watched import BESIDE, WATCHED
from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats

TOGETHER, SECOND = 1.5, 1.0
"""Scores of the strongest measure and of the one beside it, from which a rare night is told."""
RARE = 0.62
"""The forest's score from which a night is rare, as one real night in thirty is: low enough to tell mild
illness that shows in several measures, high enough to keep false alarms within one in sixty nights."""
LONG_NIGHTS = 5
"""So many known nights in a row far off, each beyond the measure's `long_floor`: a long deviation."""
CAPPED = 5.0

FOREST_INPUTS: Mapping[str, tuple[str, ...]] = {
    "rhr": ("rhr",),
    "hrv": ("hrv_rmssd", "hrv_sdnn"),
    "respiratory_rate": ("respiratory_rate",),
    "skin_temperature": ("skin_temperature",),
    "sleep_duration": ("sleep_duration",),
}
"""Input of the forest, in order -> the measures it is taken from, the first one known."""

Rate = Callable[[Floats], Floats]
"""(n, len(FOREST_INPUTS)), NaN where unknown -> (n,) how unusual, 0..1."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One measure's nights against the person's usual, in its own unit."""

    metric: str
    unit: str
    level: float
    usual: float
    score: float
    nights: int
    """The last known nights it is about."""
    baseline_nights: int
    long: bool
    higher: bool


@dataclass(frozen=True, slots=True)
class Unusual:
    night: date
    drivers: tuple[Deviation, ...]
    """The strongest first."""

    @property
    def long(self) -> bool:
        return self.drivers[0].long


def find_unusual(series: DailySeries, rate: Rate) -> Unusual | None:
    """Whether the nights up to the last day of `series` are unlike the person's own before them."""
    scores = [score_nights(series, watched) for watched in WATCHED]
    if not any(one.worth_a_word[-1] or one.long_run[-1] >= LONG_NIGHTS for one in scores):
        return None  # whatever steps and the forest, which cost the most, would say
    rare = rate(forest_rows(series, scores)[-1:])
    if not is_unusual(scores, np.append(np.zeros(len(series.days) - 1), rare))[-1]:
        return None
    drivers = [
        _describe(one)
        for one in scores
        if one.long_run[-1] >= LONG_NIGHTS or np.nan_to_num(one.score[-1]) >= SECOND
    ]
    drivers.sort(key=lambda driver: (not driver.long, -driver.score))
    return Unusual(series.days[-1].item(), tuple(drivers))


def is_unusual(scores: Sequence[Scores], rarity: Floats) -> Mask:
    """(n,) True on nights to be told of; `rarity` (n,) is the forest's score."""
    known = np.nan_to_num(np.stack([one.score for one in scores]), nan=-np.inf)
    alone = (known >= np.array([[one.watched.watch.alone] for one in scores])).any(axis=0)
    ranked = np.sort(known, axis=0)
    together = (ranked[-1] >= TOGETHER) & (ranked[-2] >= SECOND) & (rarity >= RARE)
    long = np.stack([one.long_run for one in scores]).max(axis=0) >= LONG_NIGHTS
    unusual: Mask = alone | together | long
    return unusual


def forest_rows(series: DailySeries, scores: Sequence[Scores]) -> Floats:
    """(n, len(FOREST_INPUTS)) steps towards strain, in spreads, 0 where there is none; NaN where unknown."""
    beside = (score_nights(series, watched) for watched in BESIDE)
    steps = {one.watched.measure.name: one.step for one in (*scores, *beside)}
    columns = []
    for metrics in FOREST_INPUTS.values():
        column = np.full(len(series.days), np.nan)
        for metric in metrics:
            column = np.where(np.isfinite(column), column, steps[metric])
        columns.append(column)
    rows: Floats = np.clip(np.stack(columns, axis=1), 0.0, CAPPED)
    return rows


def _describe(one: Scores) -> Deviation:
    measure = one.watched.measure
    run = int(one.long_run[-1])
    long = run >= LONG_NIGHTS
    return Deviation(
        metric=measure.name,
        unit=measure.unit,
        level=measure.from_scale(float(one.level[-1])),
        usual=measure.from_scale(float(one.usual[-1])),
        score=float(np.nan_to_num(one.score[-1])),
        nights=run if long else NIGHTS,
        baseline_nights=int(one.baseline_nights[-1]),
        long=long,
        higher=one.watched.watch.worse > 0,
    )
