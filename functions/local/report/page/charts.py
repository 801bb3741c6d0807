"""Coordinates of the page's drawings. Pure: numbers in, points of a viewBox out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from common.compute.series.calendar import Days
from common.compute.series.rows import Floats

WIDTH, HEIGHT = 340, 132
LEFT, RIGHT, TOP, BOTTOM = 44, 332, 10, 108
USUAL_SHARES = (0.1, 0.5, 0.9)
"""What 8 in 10 of the days before were, and their middle."""
USUAL_KNOWN_MIN = 10
DAYS_DRAWN_MIN = 7
DATES_AT_MOST = 3

Ends = tuple[float, float]


@dataclass(frozen=True)
class Writers:
    """How a chart writes its axes."""

    value: Callable[[float], str]
    day: Callable[[date], str]


@dataclass(frozen=True)
class Chart:
    ticks: list[tuple[float, str]]
    dates: list[tuple[float, str, str]]
    """x, label, and where the text is anchored."""
    lines: list[str]
    dots: list[tuple[float, float, bool]]
    """x, y, and whether it stands out."""
    bars: list[tuple[float, float, float, float]]
    """x, y, width, height."""
    bands: list[str]
    middles: list[str]


def usual_before(values: Floats, days: int) -> Floats:
    """(3, n) USUAL_SHARES of the known values of so many days before each; nan where too few are known."""
    usual = np.full((len(USUAL_SHARES), len(values)), np.nan)
    for at in range(len(values)):
        before = values[max(0, at - days) : at]
        known = before[~np.isnan(before)]
        if known.size >= USUAL_KNOWN_MIN:
            usual[:, at] = np.quantile(known, USUAL_SHARES)
    return usual


def first_drawn(values: Floats) -> int:
    """Return where drawings begin: at the first day of (m, n) any knows, with room for DAYS_DRAWN_MIN."""
    known = np.flatnonzero(~np.isnan(values).all(axis=0))
    first = int(known[0]) if known.size else 0
    return max(0, min(first, int(values.shape[1]) - DAYS_DRAWN_MIN))


def draw_line(
    values: Floats, usual: Floats, days: Sequence[date], steps: Sequence[float], write: Writers
) -> Chart:
    """Draw a measure of the body: joined where it is known, and what was usual before."""
    reach = np.concatenate([values, usual.ravel()])
    x, y, ticks = _scales(reach[~np.isnan(reach)], len(days), steps)
    dots = [(x(at), y(value), False) for at, value in enumerate(values) if not np.isnan(value)]
    return Chart(
        ticks=[(y(tick), write.value(tick)) for tick in ticks],
        dates=_dates(days, x, write),
        lines=[_path((x(at), y(values[at])) for at in run) for run in _runs(values)],
        dots=dots,
        bars=[],
        bands=[_band(run, usual[0], usual[-1], x, y) for run in _runs(usual[0])],
        middles=[_path((x(at), y(usual[1][at])) for at in run) for run in _runs(usual[0])],
    )


def draw_bars(values: Floats, days: Sequence[date], steps: Sequence[float], write: Writers) -> Chart:
    """Draw a quantity of each day, from zero."""
    known = values[~np.isnan(values)]
    x, y, ticks = _scales(np.append(known, 0.0), len(days), steps)
    wide = round(max(1.0, (RIGHT - LEFT) / len(days) * 0.7), 1)
    return Chart(
        ticks=[(y(tick), write.value(tick)) for tick in ticks],
        dates=_dates(days, x, write),
        lines=[],
        dots=[],
        bars=[
            (x(at) - wide / 2, min(y(value), BOTTOM - 1.5), wide, max(1.5, BOTTOM - y(value)))
            for at, value in enumerate(values)
            if not np.isnan(value)
        ],
        bands=[],
        middles=[],
    )


def draw_nights(
    actual: Floats, ranges: Floats, days: Sequence[date], steps: Sequence[float], write: Writers
) -> Chart:
    """Draw what was forecast, as a band of (2, n) ends, and what came; a night outside it stands out."""
    reach = np.concatenate([actual, ranges.ravel()])
    x, y, ticks = _scales(reach[~np.isnan(reach)], len(days), steps)
    return Chart(
        ticks=[(y(tick), write.value(tick)) for tick in ticks],
        dates=_dates(days, x, write),
        lines=[],
        dots=[
            (x(at), y(value), not (np.isnan(low) or low <= value <= high))
            for at, (value, low, high) in enumerate(zip(actual, *ranges, strict=True))
            if not np.isnan(value)
        ],
        bars=[],
        bands=[_band(run, ranges[0], ranges[1], x, y) for run in _runs(ranges[0])],
        middles=[],
    )


@dataclass(frozen=True)
class Span:
    """A figure with its range on a line of 0 to 100."""

    at: float
    low: float
    high: float
    widest: Ends | None
    mark: float | None
    """Zero of a change, or what is usual."""


def place(
    value: float, likely: Ends, *, widest: Ends | None = None, mark: float | None, reach: float | None = None
) -> Span:
    """`reach`: the line shows as much on either side of 0; else just what there is."""
    ends = [value, *likely, *(widest or ()), *([] if mark is None else [mark])]
    low, high = (min(ends), max(ends)) if reach is None else (-reach, reach)
    margin = (high - low) * 0.04 or 1.0

    def column(of: float) -> float:
        return round((of - low + margin) / (high - low + 2 * margin) * 100, 1)

    return Span(
        at=column(value),
        low=column(min(likely)),
        high=column(max(likely)),
        widest=widest and (column(widest[0]), column(widest[1])),
        mark=None if mark is None else column(mark),
    )


Scale = Callable[[Any], float]


def _scales(known: Floats, count: int, steps: Sequence[float]) -> tuple[Scale, Scale, list[float]]:
    ticks = choose_ticks(float(known.min()), float(known.max()), steps) if known.size else [0.0, 1.0]
    low, high = min(ticks[0], *known), max(ticks[-1], *known)
    pace = (RIGHT - LEFT) / count

    def x(at: Any) -> float:
        return round(LEFT + pace * (float(at) + 0.5), 1)

    def y(value: Any) -> float:
        return round(float(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)), 1)

    return x, y, ticks


def choose_ticks(low: float, high: float, steps: Sequence[float]) -> list[float]:
    """Return two to four round values that hold the ends; of the steps the first that is wide enough."""
    step = next((step for step in steps if (high - low) / step <= 3), (high - low) / 3)
    first, last = np.floor(low / step), np.ceil(high / step)
    if first == last:
        last += 1
    every = 1 if last - first <= 3 else 2
    return [float(step * at) for at in np.arange(first, last + every, every)]


def _dates(days: Sequence[date], x: Scale, write: Writers) -> list[tuple[float, str, str]]:
    last = len(days) - 1
    anchors = {0: "start", last: "end"}
    at = sorted({0, last // 2, last}) if last >= DATES_AT_MOST else list(range(last + 1))
    return [(x(one), write.day(days[one]), anchors.get(one, "middle")) for one in at]


def _runs(values: Floats) -> Iterator[list[int]]:
    """Yield positions of neighbours that are known."""
    known = np.flatnonzero(~np.isnan(values))
    for _, run in groupby(enumerate(known), lambda one: one[1] - one[0]):
        yield [int(at) for _, at in run]


def _path(points: Any) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _band(run: Sequence[int], low: Floats, high: Floats, x: Scale, y: Scale) -> str:
    there = [(x(at), y(high[at])) for at in run]
    back = [(x(at), y(low[at])) for at in reversed(run)]
    return _path([*there, *back]) + "Z"


def last_days(days: Days, count: int) -> list[date]:
    final: date = days[-1].astype(date)
    return [final - timedelta(days=at) for at in range(count - 1, -1, -1)]
