"""Device readings to daily values: labels, units, duplicates, several rows a day, several sources.

- Label: a night channel's row before 15:00 local belongs to that day, later ones to the next day that
  exists; other rows to their local day. A row at exactly 00:00:00.000 UTC is a date stamp: it belongs to
  that UTC date in every zone, and may be used from the moment that local day has begun, whichever side of
  it the stamp lies on.
- Duplicates: equal values of one source within half a minute are one row, as are counts of one instant (the
  largest).
- Several rows: `Reading` says whether their maximum or median counts. A count is the sum of its rows where
  its source sends increments: where, on at least half of the days with several rows among the
  `TRAILING_DAYS` up to that day, some row was lower than the one before it. Running totals never fall,
  increments do.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from common.compute.measures import Reading
from common.compute.series.calendar import DAY_MS, NIGHT_CUT_HOUR, following_days, local_days
from common.compute.series.channels import CHANNELS, Origin
from common.compute.series.rows import Floats, Instants, Readings
from common.compute.series.sources import choose_sources, source_key, source_order
from common.compute.series.trailing import trailing_sum
from common.compute.series.units import in_own_unit, unit_key
from common.compute.series.window import TRAILING_DAYS, Account, Indices, Mask, Window, encode

SAME_ROW_MS = 30_000

_CHANNELS = tuple(CHANNELS.values())
_CODE_OF_METRIC = {channel.metric: i for i, channel in enumerate(_CHANNELS) if channel.metric}
_IS_NIGHT = np.array([channel.origin is Origin.NIGHT for channel in _CHANNELS])
_IS_TOTAL = np.array([channel.reading is Reading.TOTAL for channel in _CHANNELS])
_IS_SAMPLE = np.array([channel.reading is Reading.SAMPLE for channel in _CHANNELS])
_LOW = np.array([channel.low for channel in _CHANNELS])
_HIGH = np.array([channel.high for channel in _CHANNELS])


@dataclass(frozen=True)
class DailyReadings:
    values: Floats
    """(len(CHANNELS), n), NaN where no reading."""
    source_names: tuple[str, ...]
    source_codes: NDArray[np.int16]
    """(len(CHANNELS), n) into `source_names`, -1 = none."""


@dataclass(frozen=True)
class _Rows:
    """Usable rows: channel, source and day as codes, instants in ms."""

    channel: Indices
    source: Indices
    day: Indices
    at_ms: Indices
    value: Floats

    def take(self, rows: Mask | Indices) -> "_Rows":
        return _Rows(
            self.channel[rows], self.source[rows], self.day[rows], self.at_ms[rows], self.value[rows]
        )


def daily_readings(readings: Readings, window: Window, account: Account) -> DailyReadings:
    """One value per channel and day, and the source it came from."""
    values = np.full((len(_CHANNELS), window.length), np.nan)
    codes = np.full(values.shape, -1, np.int16)
    rows, names = _usable_rows(readings, window, account)
    if not rows.value.size:
        return DailyReadings(values, names, codes)
    candidates, channel, source = _daily_by_source(rows, len(names), window.length, account)
    present, chosen = choose_sources(candidates, channel)
    passed_over = np.isfinite(candidates).sum(axis=0) - (chosen >= 0).sum(axis=0)
    account.drop("other_source", np.repeat(np.arange(window.length), passed_over))
    picked = np.take_along_axis(candidates, np.maximum(chosen, 0), axis=0)
    values[present] = np.where(chosen >= 0, picked, np.nan)
    codes[present] = np.where(chosen >= 0, source[chosen], -1)
    return DailyReadings(values, names, codes)


def _usable_rows(readings: Readings, window: Window, account: Account) -> tuple[_Rows, tuple[str, ...]]:
    """Rows of known metrics that belong to a day and were there in time, in the channels' units."""
    at = readings.at.astype("datetime64[ms]")
    near = window.near(at, account)
    metric, metrics = encode(readings.metric)
    code = np.array([_CODE_OF_METRIC.get(name, -1) for name in metrics], np.int64)[metric[near]]
    day = _day_positions(at[near], code, window)
    account.drop("unknown_metric", day[(day >= 0) & (code < 0)])
    usable = (day >= 0) & (code >= 0)
    near, code, day = near[usable], code[usable], day[usable]

    unit, units = encode(readings.unit, unit_key)
    raw = readings.value[near]
    finite = np.isfinite(raw)
    value = _in_own_units(raw, code, unit[near], units, account)
    valid = ~np.isnan(value)
    account.drop("not_finite", day[~finite])
    account.drop("out_of_bounds", day[finite & ~valid])
    near, code, day, value = near[valid], code[valid], day[valid], value[valid]
    source, names = _in_fixed_order(*encode(readings.source, source_key), near)
    return _Rows(code, source, day, at[near].astype(np.int64), value), names


def _in_fixed_order(
    source: Indices, names: tuple[str, ...], rows: Indices
) -> tuple[Indices, tuple[str, ...]]:
    """The sources of these rows alone, as positions among their names in the fixed order."""
    used = np.unique(source[rows])
    order = sorted(used.tolist(), key=lambda code: source_order(names[code]))
    position = np.zeros(len(names), np.int64)
    position[order] = np.arange(len(order))
    return position[source[rows]], tuple(names[code] for code in order)


def _day_positions(at: Instants, code: Indices, window: Window) -> Indices:
    days, hours = local_days(at, window.zone)
    tomorrow = _IS_NIGHT[code] & (hours >= NIGHT_CUT_HOUR)
    if tomorrow.any():
        days[tomorrow] = following_days(days[tomorrow], window.zone)
    stamped = at.astype(np.int64) % DAY_MS == 0
    days[stamped] = at[stamped].astype("datetime64[D]")
    return np.where(stamped | (at < window.cut_off), window.positions(days), -1)


def _in_own_units(
    raw: Floats, code: Indices, unit: Indices, units: tuple[str, ...], account: Account
) -> Floats:
    """NaN where a value is not finite or impossible."""
    finite = np.isfinite(raw)
    pair = code * len(units) + unit
    values = np.full(raw.shape, np.nan)
    order = np.argsort(pair, kind="stable")
    bounds = np.flatnonzero(np.diff(pair[order], prepend=-1, append=-1))
    for start, stop in pairwise(bounds.tolist()):
        group = order[start:stop]
        group = group[finite[group]]
        channel, stated = divmod(int(pair[order[start]]), len(units))
        values[group], corrected = in_own_unit(_CHANNELS[channel], raw[group], units[stated])
        account.correct("unit", corrected)
    return values


def _daily_by_source(
    rows: _Rows, sources: int, length: int, account: Account
) -> tuple[Floats, Indices, Indices]:
    """Values (k, n) of each channel and source that occurs, and their channels and sources (k,), in order."""
    cell = (rows.channel * sources + rows.source) * length + rows.day
    order = np.lexsort((rows.value, rows.at_ms, cell))
    rows, cell = rows.take(order), cell[order]
    repeated = _repeated(rows, cell)
    account.drop("duplicate", rows.day[repeated])
    rows, cell = rows.take(~repeated), cell[~repeated]

    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    sizes = np.diff(starts, append=len(cell))
    channel, day = rows.channel[starts], rows.day[starts]
    pair, candidate = np.unique(cell[starts] // length, return_inverse=True)
    place, shape = (candidate, day), (len(pair), length)

    sampled, total = _IS_SAMPLE[channel], _IS_TOTAL[channel]
    daily = np.where(sampled, _medians(rows.value, starts, sizes), np.maximum.reduceat(rows.value, starts))
    falls = np.zeros(len(cell), bool)
    falls[1:] = (np.diff(rows.value) < 0) & (np.diff(cell) == 0)
    if falls.any():
        fell = np.logical_or.reduceat(falls, starts)
        summed = total & _sends_increments(place, shape, several=sizes > 1, fell=fell)
        daily = np.where(summed, np.add.reduceat(rows.value, starts), daily)
    outside = (daily < _LOW[channel]) | (daily > _HIGH[channel])
    account.drop("day_out_of_bounds", day[outside])
    values = np.full(shape, np.nan)
    values[place] = np.where(outside, np.nan, daily)
    return values, pair // sources, pair % sources


def _medians(value: Floats, starts: Indices, sizes: Indices) -> Floats:
    """Median of each run of `value`, which begin at `starts` and have `sizes`."""
    medians = value[starts]
    several = sizes > 1
    if several.any():
        rows, size = value[np.repeat(several, sizes)], sizes[several]
        ordered = rows[np.lexsort((rows, np.repeat(np.arange(len(size)), size)))]
        first = np.cumsum(size) - size
        medians[several] = (ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2
    return medians


def _sends_increments(
    place: tuple[Indices, Indices], shape: tuple[int, int], *, several: Mask, fell: Mask
) -> Mask:
    """Whether the source of each day's rows sent increments up to that day."""
    several_days, days_with_a_fall = np.zeros(shape), np.zeros(shape)
    several_days[place], days_with_a_fall[place] = several, fell
    several_days, days_with_a_fall = (
        trailing_sum(days, TRAILING_DAYS)[place] for days in (several_days, days_with_a_fall)
    )
    increments: Mask = (days_with_a_fall > 0) & (2 * days_with_a_fall >= several_days)
    return increments


def _repeated(rows: _Rows, cell: Indices) -> Mask:
    """Rows, sorted by cell, time and value, that repeat a neighbour."""
    repeated = np.zeros(len(cell), bool)
    same_cell, apart = np.diff(cell) == 0, np.diff(rows.at_ms)
    same_count = same_cell & (apart == 0) & _IS_TOTAL[rows.channel[1:]]
    repeated[1:] = same_cell & (apart < SAME_ROW_MS) & (np.diff(rows.value) == 0) & ~same_count
    repeated[:-1] |= same_count
    return repeated
