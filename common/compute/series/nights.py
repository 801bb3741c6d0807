"""Night measures: each day's values come from its main sleep, and never from a nap.

- A row belongs to the piece of sleep of its source at whose instant it was sent (within 5 minutes), else to
  the one it lies in (from an hour before it to an hour and a half after).
- Rows of the main sleep count, else those of a piece that was sent again as part of it. Those of a nap do
  not.
- Where a source sends no such row, rows outside any sleep count by the contract's label (before 15:00 local
  the same day, later the next), those of the night (21:00 to 12:00) before others.
- Of several rows of a piece the median counts; over fragments of a sleep the mean, weighted by minutes.
  Minutes of stages add up over fragments, the last row of each.
- A total stamped with a date is that date's main sleep, unless pieces make a longer one.
"""

import numpy as np

from common.compute.measures import Reading
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS
from common.compute.series.reading_rows import ReadingRows, joined, medians
from common.compute.series.rows import Floats
from common.compute.series.sleeps import MINUTE_MS, Sleeps, find_sleeps
from common.compute.series.window import Account, Indices, Mask, Window

SAME_INSTANT_MS = 5 * MINUTE_MS
BEFORE_MS, AFTER_MS = 60 * MINUTE_MS, 90 * MINUTE_MS
NIGHT_FROM_HOUR, NIGHT_UNTIL_HOUR = 21, 12

_SLEEP, _NAP, _PERIODS = (CHANNEL_INDEX[name] for name in ("sleep_minutes", "nap_minutes", "sleep_periods"))
_IS_LENGTH = np.array([channel.reading is Reading.PEAK for channel in CHANNELS.values()])


def daily_nights(
    rows: ReadingRows, dated: ReadingRows, sources: int, window: Window, account: Account
) -> tuple[Floats, Indices]:
    """Return values (k, n) of each night channel and source, and their codes channel * sources + source.

    `rows` were sent at instants, `dated` stand for whole dates; both in order.
    """
    sleeps = find_sleeps(rows.take(rows.channel == _SLEEP), sources, window)
    measured = rows.take(rows.channel != _SLEEP)
    piece = _piece_of(measured, sleeps, window)
    inside = piece >= 0
    of_main, of_earlier = np.zeros(len(piece), bool), np.zeros(len(piece), bool)
    of_main[inside], of_earlier[inside] = sleeps.main[piece[inside]], sleeps.earlier[piece[inside]]
    account.drop("sleep_sent_again", sleeps.label[~sleeps.kept])
    account.drop("of_a_nap", sleeps.label[piece[inside & ~of_main & ~of_earlier]])

    stated, total = dated.take(dated.channel != _SLEEP), dated.take(dated.channel == _SLEEP)
    outside = joined(measured.take(~inside & (measured.day >= 0)), stated)
    of_night = [measured.take(which) for which in (of_earlier, of_main)]
    slept = np.unique(np.concatenate([sleeps.source, total.source]))
    codes = np.unique(
        np.concatenate(
            [
                *(each.channel * sources + each.source for each in (outside, *of_night)),
                *(channel * sources + slept for channel in (_SLEEP, _NAP, _PERIODS)),
            ]
        )
    )
    values = np.full((len(codes), window.length), np.nan)

    def row_of(channel: Indices | int, source: Indices) -> Indices:
        return np.searchsorted(codes, channel * sources + source)

    _fill_outside(values, outside, row_of(outside.channel, outside.source))
    for which, rows_of in zip((of_earlier, of_main), of_night, strict=True):
        _fill_main(values, rows_of, row_of(rows_of.channel, rows_of.source), piece[which], sleeps)
    lengths = _sleep_of_days(sleeps, total, sources, window)
    for channel, daily in zip((_SLEEP, _NAP, _PERIODS), lengths, strict=True):
        values[row_of(channel, slept)] = daily[slept]
    return values, codes


def _piece_of(rows: ReadingRows, sleeps: Sleeps, window: Window) -> Indices:
    """Return the piece of sleep each row belongs to, -1 = none."""
    found = np.full(len(rows.value), -1)
    if not sleeps.label.size or not found.size:
        return found
    span = int(max(sleeps.end_ms.max(), rows.at_ms.max()) - min(sleeps.start_ms.min(), rows.at_ms.min())) + 1
    span, origin = 2 * (span + AFTER_MS), int(min(sleeps.start_ms.min(), rows.at_ms.min())) - AFTER_MS

    def line_up(source: Indices, instants: Indices) -> Indices:
        return source * span + (instants - origin)

    at = line_up(rows.source, rows.at_ms)
    kept = np.flatnonzero(sleeps.kept)
    begun = line_up(sleeps.source[kept], sleeps.start_ms[kept] - BEFORE_MS)
    by_begun = np.argsort(begun, kind="stable")
    around = np.searchsorted(begun[by_begun], at, side="right") - 1
    around = kept[by_begun[np.maximum(around, 0)]]
    lies_in = (sleeps.source[around] == rows.source) & (rows.at_ms <= sleeps.end_ms[around] + AFTER_MS)
    lies_in &= rows.at_ms >= sleeps.start_ms[around] - BEFORE_MS
    found = np.where(lies_in, around, -1)
    nearest = np.full(len(found), SAME_INSTANT_MS + 1)
    for pieces in (kept, np.flatnonzero(~sleeps.kept)):
        if not len(pieces):
            continue
        sent = line_up(sleeps.source[pieces], sleeps.at_ms[pieces])
        by_sent = np.argsort(sent, kind="stable")
        following = np.searchsorted(sent[by_sent], at)
        for neighbour in (following - 1, following):
            nearby = pieces[by_sent[np.clip(neighbour, 0, len(by_sent) - 1)]]
            apart = np.abs(sleeps.at_ms[nearby] - rows.at_ms)
            nearer = (sleeps.source[nearby] == rows.source) & (apart < nearest)
            found, nearest = np.where(nearer, nearby, found), np.where(nearer, apart, nearest)
    # a row's day must not change by a piece that is not known before that day is over
    known = window.positions(sleeps.ended_on[found]) <= np.where(rows.day >= 0, rows.day, window.length)
    return np.where(known, found, -1)


def _fill_outside(values: Floats, rows: ReadingRows, row: Indices) -> None:
    """Give rows outside any sleep their day: of those, the night's where there are any."""
    cell = row * values.shape[1] + rows.day
    at_night = (rows.hour < NIGHT_UNTIL_HOUR) | (rows.hour >= NIGHT_FROM_HOUR) | rows.stamped
    chosen = at_night | ~np.isin(cell, cell[at_night])
    rows, cell = rows.take(chosen), cell[chosen]
    order = np.lexsort((rows.value, cell))
    rows, cell = rows.take(order), cell[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    daily = medians(rows.value, starts)
    if len(starts):
        daily = np.where(_IS_LENGTH[rows.channel[starts]], np.maximum.reduceat(rows.value, starts), daily)
    values[np.divmod(cell[starts], values.shape[1])] = daily


def _fill_main(values: Floats, rows: ReadingRows, row: Indices, piece: Indices, sleeps: Sleeps) -> None:
    """Fold the pieces of a night: first one number a piece, then one a night."""
    n = values.shape[1]
    part = row * len(sleeps.label) + piece
    order = np.lexsort((rows.value, rows.written, rows.at_ms, part))
    rows, part = rows.take(order), part[order]
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    if not len(starts):
        return
    lasts = np.append(starts[1:], len(part)) - 1
    is_length = _IS_LENGTH[rows.channel[starts]]
    of_piece = np.where(is_length, rows.value[lasts], medians(rows.value, starts))
    row, piece = np.divmod(part[starts], len(sleeps.label))
    weight = np.where(is_length, 1.0, sleeps.minutes[piece])
    cells, cell = np.unique(row * n + sleeps.label[piece], return_inverse=True)
    total, weights = np.bincount(cell, of_piece * weight), np.bincount(cell, weight)
    adds_up, alone = np.zeros(len(cells), bool), np.bincount(cell) == 1
    adds_up[cell] = is_length
    daily = np.where(adds_up, total, total / weights)
    daily[cell[alone[cell]]] = of_piece[alone[cell]]  # to the last bit
    values[np.divmod(cells, n)] = daily


def _sleep_of_days(
    sleeps: Sleeps, dated: ReadingRows, sources: int, window: Window
) -> tuple[Floats, Floats, Floats]:
    """Return (sources, n) minutes of the main sleep, minutes of naps, and how many pieces there were."""
    shape = (sources, window.length)
    cell = sleeps.source * window.length + sleeps.label

    def add_up(amounts: Floats | Mask) -> Floats:
        summed = np.bincount(cell, amounts, minlength=sources * window.length)
        return summed.astype(np.float64).reshape(shape)

    slept, main = add_up(sleeps.minutes * sleeps.kept), add_up(sleeps.minutes * sleeps.main)
    pieces = add_up(sleeps.kept)
    stated = np.zeros(shape)
    stated[dated.source, dated.day] = dated.value
    nights = np.maximum(main, stated)
    known = (slept > 0) | (stated > 0)
    return (
        np.where(nights > 0, nights, np.nan),
        np.where(known, slept - main, np.nan),
        np.where(known, pieces + ((stated > 0) & (main == 0)), np.nan),
    )
