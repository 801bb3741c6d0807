"""What a what-if answer is worth: whether nights of people the members never saw bore out an input's pull.

For a sample of everybody's nights the forecast is made twice as serving makes a supposition: told only that
input of the day as it was, and told it as usual. Where the difference means anything, what came deviates from
the second forecast the way the first one does. Nothing is said of why.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.model_inputs import HISTORY_DAYS, Metric, build_model_inputs
from common.compute.forecasts.supposing import SUPPOSABLE, USUAL_KNOWN_DAYS, suppose, usual_days
from common.compute.series.build import DailySeries, last_days
from common.compute.series.rows import Floats
from common.inference.manifest import Evidence
from model_export.data.datasets import Person, Samples

NIGHTS_PER_PERSON = 30
DRAWS = 2_000
CLIP = 5.0
"""No night counts for more usual errors than these."""
TAIL = 0.01

Ask = Callable[[Samples], Floats]
"""Nights -> (N,) deviations by members that never saw their people."""
Known = dict[str, dict[str, Evidence]]
"""Device family -> channel that may be supposed -> what that is worth."""


def measure_evidence(people: list[Person], metric: Metric, samples: Samples, ask: Ask, seed: int) -> Known:
    """Of those channels that people's days tell of. `samples` are of `people`."""
    nights = _choose_nights(samples)
    known: Known = {}
    for channel in SUPPOSABLE:
        asked, told, as_usual = _supposed(people, metric, nights, channel)
        if not len(asked):
            continue
        moved = ask(told) - ask(as_usual)
        came = np.clip(asked.target - ask(as_usual), -CLIP, CLIP)
        for family in np.unique(asked.family):
            mine = asked.family == family
            found = slope_of(moved[mine], came[mine], asked.person[mine], seed)
            if found is not None:
                known.setdefault(str(family), {})[channel] = found
    return known


def slope_of(moved: Floats, came: Floats, person: NDArray[np.int64], seed: int) -> Evidence | None:
    """Return the slope of `came` on `moved` through the origin, bootstrapped over people; None if nothing
    moved.
    """
    people, position = np.unique(person, return_inverse=True)
    products = np.bincount(position, moved * came)
    squares = np.bincount(position, moved**2)
    if squares.sum() == 0:
        return None
    drawn = np.random.default_rng(seed).integers(len(people), size=(DRAWS, len(people)))
    totals = squares[drawn].sum(axis=1)
    slopes = products[drawn].sum(axis=1)[totals > 0] / totals[totals > 0]
    low, high = np.quantile(slopes, [TAIL, 1 - TAIL])
    return Evidence(
        people=len(people),
        nights=len(moved),
        slope=round(float(products.sum() / squares.sum()), 3),
        slope_low=round(float(low), 3),
        slope_high=round(float(high), 3),
    )


def _choose_nights(samples: Samples) -> Samples:
    """Of each person evenly many nights that the model answers, forecast at the end of the day before."""
    answered = np.flatnonzero(samples.recent & ~samples.day_open)
    chosen = []
    for person in np.unique(samples.person[answered]):
        mine = answered[samples.person[answered] == person]
        chosen.append(mine[np.unique(np.linspace(0, len(mine) - 1, NIGHTS_PER_PERSON).astype(int))])
    mask = np.zeros(len(samples), bool)
    mask[np.concatenate(chosen)] = True
    return samples.where(mask)


def _supposed(
    people: list[Person], metric: Metric, nights: Samples, channel: str
) -> tuple[Samples, Samples, Samples]:
    """Return the nights whose day tells of the channel, with inputs as they were, as it was told and as
    usual.
    """
    told, usual, kept = [], [], np.zeros(len(nights), bool)
    for i, series in enumerate(_days_before(people, nights)):
        actual, known = series[channel][-1], usual_days(series, channel)
        if np.isfinite(actual) and len(known) >= USUAL_KNOWN_DAYS:
            kept[i] = True
            told.append(_inputs(series, metric, {channel: float(actual)}))
            usual.append(_inputs(series, metric, {channel: float(np.median(known))}))
    asked = nights.where(kept)
    return asked, _with_inputs(asked, told), _with_inputs(asked, usual)


def _days_before(people: list[Person], nights: Samples) -> Iterator[DailySeries]:
    for person, target in zip(nights.person, nights.target_day, strict=True):
        series = people[person].series
        yield last_days(_until(series, int(np.searchsorted(series.days, target))), HISTORY_DAYS)


def _until(series: DailySeries, end: int) -> DailySeries:
    return replace(
        series,
        days=series.days[:end],
        values=series.values[:, :end],
        source_codes=series.source_codes[:, :end],
    )


def _inputs(series: DailySeries, metric: Metric, supposed: Mapping[str, float]) -> tuple[Floats, Floats]:
    model_inputs = build_model_inputs(suppose(series, supposed), metric, day_open=False)
    return model_inputs.row[-1], model_inputs.window[-1]


def _with_inputs(nights: Samples, inputs: list[tuple[Floats, Floats]]) -> Samples:
    if not inputs:
        return nights
    rows, windows = zip(*inputs, strict=True)
    return replace(nights, row=np.stack(rows), window=np.stack(windows))
