"""Device readings to daily values: labels, units, duplicates, several rows a day, several sources.

- Label: a night channel's row before 15:00 local belongs to that day, later ones to the next day that
  exists, unless it belongs to a sleep (`nights`); other rows to their local day. A row at exactly
  00:00:00.000 UTC may stand for that UTC date in every zone, and may then be used from the moment that
  local day has begun, whichever side of it the stamp lies on: `counts` says when for totals; others do
  where such rows are at least half of what their source sent in the `TRAILING_DAYS` up to the day.
- Apple Health's totals of a UTC date come at 23:59:59.999 of a local day: they belong to that UTC date,
  which west of Greenwich is the next day.
- Duplicates: equal values of one source within half a minute are one row, as are counts of one instant (the
  last written).
- Samples that come many times an hour: `quarters`.
- Several rows: `counts` for totals, `nights` for what a night brings; of other peaks the maximum, of other
  samples the median.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from common.compute.measures import Reading
from common.compute.series.calendar import DAY_MS, HOUR_MS, NIGHT_CUT_HOUR, Days
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS, Origin
from common.compute.series.counts import daily_counts
from common.compute.series.nights import daily_nights
from common.compute.series.quarters import reduce_quarters
from common.compute.series.reading_rows import ReadingRows, joined, medians, repeated
from common.compute.series.rows import Floats, Instants, Readings
from common.compute.series.sources import choose_sources, source_key, source_order
from common.compute.series.trailing import trailing_sum
from common.compute.series.units import in_own_unit, unit_key
from common.compute.series.window import TRAILING_DAYS, Account, Indices, Mask, Window, encode

_CHANNELS = tuple(CHANNELS.values())
_CODE_OF_METRIC = {channel.metric: i for i, channel in enumerate(_CHANNELS) if channel.metric}
_IS_NIGHT = np.array([channel.origin is Origin.NIGHT for channel in _CHANNELS])
_IS_TOTAL = np.array([channel.reading is Reading.TOTAL for channel in _CHANNELS])
_IS_SAMPLE = np.array([channel.reading is Reading.SAMPLE for channel in _CHANNELS])
_LOW = np.array([channel.low for channel in _CHANNELS])
_HIGH = np.array([channel.high for channel in _CHANNELS])
_LAST_MS_OF_DAY = DAY_MS - 1
_SLEEP = CHANNEL_INDEX["sleep_minutes"]
_STAGES = [CHANNEL_INDEX[name] for name in ("deep_minutes", "rem_minutes")]
MOST_STAGE_HOURS = 8.0
DOUBTFUL_STAGE = 4.0


@dataclass(frozen=True)
class DailyReadings:
    values: Floats
    """(len(CHANNELS), n), NaN where no reading."""
    source_names: tuple[str, ...]
    source_codes: NDArray[np.int16]
    """(len(CHANNELS), n) into `source_names`, -1 = none."""


def daily_readings(readings: Readings, window: Window, account: Account) -> DailyReadings:
    """One value per channel and day, and the source it came from."""
    values = np.full((len(_CHANNELS), window.length), np.nan)
    codes = np.full(values.shape, -1, np.int16)
    rows, names = _usable_rows(readings, window, account)
    if not rows.value.size:
        return DailyReadings(values, names, codes)
    candidates, pair = _daily_by_source(rows, len(names), window, account)
    channel, source = np.divmod(pair, len(names))
    outside = (candidates < _LOW[channel][:, None]) | (candidates > _HIGH[channel][:, None])
    account.drop("day_out_of_bounds", np.nonzero(outside)[1])
    candidates[outside] = np.nan
    present, chosen = choose_sources(candidates, channel)
    passed_over = np.isfinite(candidates).sum(axis=0) - (chosen >= 0).sum(axis=0)
    account.drop("other_source", np.repeat(np.arange(window.length), passed_over))
    picked = np.take_along_axis(candidates, np.maximum(chosen, 0), axis=0)
    values[present] = np.where(chosen >= 0, picked, np.nan)
    codes[present] = np.where(chosen >= 0, source[chosen], -1)
    return DailyReadings(values, names, codes)


def _daily_by_source(
    rows: ReadingRows, sources: int, window: Window, account: Account
) -> tuple[Floats, Indices]:
    """Return values (k, n) of each channel and source that occurs, and their codes channel * sources +
    source.
    """
    totals, others = (rows.take(which) for which in (_IS_TOTAL[rows.channel], ~_IS_TOTAL[rows.channel]))
    totals, others = _once(totals, account, count=True), _once(others, account, count=False)
    sent, dated = _settle_stamps(others, sources, window.length)
    night, dated_night = (each.take(_IS_NIGHT[each.channel]) for each in (sent, dated))
    by_day = joined(*(each.take(~_IS_NIGHT[each.channel] & (each.day >= 0)) for each in (sent, dated)))
    parts = [
        daily_counts(totals, sources, window.length, account),
        daily_nights(night, dated_night, sources, window, account),
        _daily_values(by_day, sources, window.length),
    ]
    values = np.concatenate([part for part, _ in parts])
    pair = np.concatenate([pairs for _, pairs in parts])
    order = np.argsort(pair)
    return values[order], pair[order]


def _once(rows: ReadingRows, account: Account, *, count: bool) -> ReadingRows:
    rows = rows.in_order()
    again = repeated(rows, count=count)
    days = np.maximum(rows.day, rows.stamp_day)[again]
    account.drop("duplicate", days[days >= 0])
    return rows.take(~again)


def _settle_stamps(rows: ReadingRows, sources: int, length: int) -> tuple[ReadingRows, ReadingRows]:
    """Return the rows sent at instants, and those that stand for a date, with that date as their day."""
    if not rows.stamped.any():
        return rows, rows.take(rows.stamped)
    pairs, pair = np.unique(rows.channel * sources + rows.source, return_inverse=True)
    sent, stamps = np.zeros((len(pairs), length)), np.zeros((len(pairs), length))
    plain, stamped = ~rows.stamped & (rows.day >= 0), rows.stamped & (rows.stamp_day >= 0)
    np.add.at(sent, (pair[plain], rows.day[plain]), 1.0)
    np.add.at(stamps, (pair[stamped], rows.stamp_day[stamped]), 1.0)
    of_dates = trailing_sum(stamps, TRAILING_DAYS) >= trailing_sum(sent, TRAILING_DAYS)
    at_instant = ~rows.stamped | ((rows.day >= 0) & ~of_dates[pair, rows.day])
    dated = rows.take(stamped & of_dates[pair, rows.stamp_day])
    return rows.take(at_instant), replace(dated, day=dated.stamp_day)


def _daily_values(rows: ReadingRows, sources: int, length: int) -> tuple[Floats, Indices]:
    """Return values (k, n) of samples and peaks of the day, and their codes channel * sources + source."""
    pairs, pair = np.unique(rows.channel * sources + rows.source, return_inverse=True)
    values = np.full((len(pairs), length), np.nan)
    cell = pair * length + rows.day
    order = np.lexsort((rows.value, cell))
    rows, cell = rows.take(order), cell[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    if len(starts):
        sampled = _IS_SAMPLE[rows.channel[starts]]
        daily = np.where(sampled, medians(rows.value, starts), np.maximum.reduceat(rows.value, starts))
        values[np.divmod(cell[starts], length)] = daily
    return values, pairs


def _usable_rows(readings: Readings, window: Window, account: Account) -> tuple[ReadingRows, tuple[str, ...]]:
    """Return rows of known metrics that belong to a day and were there in time, in the channels' units."""
    at = readings.at.astype("datetime64[ms]")
    near = window.near(at, account)
    metric, metrics = encode(readings.metric)
    code = np.array([_CODE_OF_METRIC.get(name, -1) for name in metrics], np.int64)[metric[near]]
    source, names = encode(readings.source, source_key)
    local, hour = window.places.local_days(at[near])
    day, told = _day_positions(at[near], code, local, hour, window)
    at_ms = at[near].astype(np.int64)
    if "apple_health" in names:
        closing = np.rint(hour * HOUR_MS) == _LAST_MS_OF_DAY
        closing &= (
            _IS_TOTAL[code] & (source[near] == names.index("apple_health")) & (at[near] < window.cut_off)
        )
        day[closing] = told[closing] = window.positions(at[near][closing].astype("datetime64[D]"))
    stamped = at_ms % DAY_MS == 0
    stamp_day = np.where(stamped, window.positions(at[near].astype("datetime64[D]")), -1)
    told = np.maximum(told, stamp_day)
    account.drop("unknown_metric", told[(told >= 0) & (code < 0)])
    usable = np.flatnonzero((told >= 0) & (code >= 0))

    unit, units = encode(readings.unit, unit_key)
    written = readings.written.astype("datetime64[ms]") if len(readings.written) else at
    written_ms = np.where(np.isnat(written), at, written)[near][usable].astype(np.int64)
    kind = (code[usable] * len(units) + unit[near][usable]) * len(names) + source[near][usable]
    sampled = _IS_SAMPLE[code[usable]]
    stays, raw, written_ms = reduce_quarters(
        kind, at_ms[usable], readings.value[near][usable], written_ms, sampled
    )
    usable = usable[stays]
    finite = np.isfinite(raw)
    value, corrected = _in_own_units(raw, code[usable], unit[near][usable], units)
    plain = np.array([text == "" for text in units], bool)[unit[near][usable]]
    in_hours, in_doubt = _stages_without_unit(
        code[usable], raw, value, plain, (source[near][usable], local[usable])
    )
    value = np.where(in_hours, value * 60, np.where(in_doubt, np.nan, value))
    account.correct("unit", told[usable][corrected | in_hours])
    stated = (value != raw) & ~np.isnan(value) & ~(corrected | in_hours)
    account.correct("unit_converted", told[usable][stated])
    valid = ~np.isnan(value)
    account.drop("not_finite", told[usable][~finite])
    account.drop("unit_in_doubt", told[usable][in_doubt])
    account.drop("out_of_bounds", told[usable][finite & ~valid & ~in_doubt])
    usable, value, written_ms = usable[valid], value[valid], written_ms[valid]
    chosen, names = _in_fixed_order(source, names, near[usable])
    return ReadingRows(
        channel=code[usable], source=chosen, day=day[usable], stamped=stamped[usable],
        stamp_day=stamp_day[usable], local=local[usable], hour=hour[usable], at_ms=at_ms[usable],
        value=value, written=written_ms,
    ), names  # fmt: skip


def _stages_without_unit(
    code: Indices, raw: Floats, value: Floats, plain: Mask, place: tuple[Indices, Days]
) -> tuple[Mask, Mask]:
    """Return rows of deep or REM sleep without a unit that are hours, as their source's sleep of that date
    is, and those that may be hours or minutes: so few of either that nothing else tells.
    """
    stages = plain & np.isin(code, _STAGES) & (value > 0) & (value <= MOST_STAGE_HOURS)
    if not stages.any():
        return stages, stages
    slept_in_hours = (code == _SLEEP) & (raw <= MOST_STAGE_HOURS * 2) & (raw <= value / 2)
    source, local = place
    night = source * 1_000_000 + local.astype(np.int64)
    in_hours: Mask = stages & np.isin(night, night[slept_in_hours])
    in_doubt: Mask = stages & ~in_hours & (value <= DOUBTFUL_STAGE)
    return in_hours, in_doubt


def _in_fixed_order(
    source: Indices, names: tuple[str, ...], rows: Indices
) -> tuple[Indices, tuple[str, ...]]:
    """Return the sources of these rows alone, as positions among their names in the fixed order."""
    used = np.unique(source[rows])
    order = sorted(used.tolist(), key=lambda code: source_order(names[code]))
    position = np.zeros(len(names), np.int64)
    position[order] = np.arange(len(order))
    return position[source[rows]], tuple(names[code] for code in order)


def _day_positions(
    at: Instants, code: Indices, local: Days, hour: Floats, window: Window
) -> tuple[Indices, Indices]:
    """Return the position of each row's day by its label, and of the day it is told of if left out.

    A night's row in the afternoon may turn out to be of the sleep of that same day: it has no label yet where
    the next day lies outside the series, and is not left out.
    """
    in_time = at < window.cut_off
    today = np.where(in_time, window.positions(local), -1)
    tomorrow = _IS_NIGHT[code] & (hour >= NIGHT_CUT_HOUR)
    day = today.copy()
    if tomorrow.any():
        following = window.positions(window.places.following_days(local[tomorrow]))
        day[tomorrow] = np.where(in_time[tomorrow], following, -1)
    return day, np.maximum(day, today)


def _in_own_units(raw: Floats, code: Indices, unit: Indices, units: tuple[str, ...]) -> tuple[Floats, Mask]:
    """NaN where a value is not finite or impossible, and where the stated unit was not believed."""
    finite = np.isfinite(raw)
    pair = code * len(units) + unit
    values, corrected = np.full(raw.shape, np.nan), np.zeros(raw.shape, bool)
    order = np.argsort(pair, kind="stable")
    bounds = np.flatnonzero(np.diff(pair[order], prepend=-1, append=-1))
    for start, stop in pairwise(bounds.tolist()):
        group = order[start:stop]
        group = group[finite[group]]
        channel, stated = divmod(int(pair[order[start]]), len(units))
        values[group], corrected[group] = in_own_unit(_CHANNELS[channel], raw[group], units[stated])
    return values, corrected
