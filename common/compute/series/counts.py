"""Counts of a day (steps, energy, minutes of exercise): one total from what a source sent through the day.

- Increments or running totals: within a day increments fall and rise, running totals only rise. A source
  sends increments where, over the `TRAILING_DAYS` up to a day, at least `FALL_SHARE` of the steps from one
  row to the next fall by more than a correction would; a day of a single row speaks for totals. It also
  does where on most days rows fall again and again, or are ones and nothing else (an hour stood, a minute
  of exercise). A row on the stroke of local midnight may close the day before, so a fall from it tells
  nothing.
- Of running totals the last counts, up or down: a row is superseded by one that is later and was written
  later. A counter that starts again within the day (under a tenth of the day's highest) supersedes nothing.
- A row at 00:00 UTC may be the total of that date, or one more row of a source that reports on the hour. It
  is a row like any other where as a date's total it would fall short of that date's own rows more often
  than as a row it would break its neighbours' order; where nothing tells, where the source's other rows are
  on the hour. A date's total and the same date's other rows do not add up: the larger counts.
- A day without a step and without energy is a device that was not worn: unknown, not zero.
"""

import numpy as np

from common.compute.series.calendar import HOUR_MS
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.reading_rows import ReadingRows
from common.compute.series.rows import Floats
from common.compute.series.trailing import trailing_sum
from common.compute.series.window import TRAILING_DAYS, Account, Indices, Mask

FALL_DEPTH, FALL_SHARE = 0.8, 0.08
OFTEN_FALLS, OFTEN_SHARE, OFTEN_ONES = 3, 0.25, 3
RESET_SHARE = 0.1
TOTAL_TOLERANCE = 0.95
LIKE_A_TOTAL = 0.9
_STEPS, _ENERGY, _EXERCISE = (CHANNEL_INDEX[name] for name in ("steps", "active_kcal", "exercise_minutes"))


def daily_counts(rows: ReadingRows, sources: int, length: int, account: Account) -> tuple[Floats, Indices]:
    """Return values (k, n) of each channel and source that occurs, and their codes channel * sources +
    source.
    """
    pairs, pair = np.unique(rows.channel * sources + rows.source, return_inverse=True)
    shape = (len(pairs), length)
    plain = ~rows.stamped
    increments = _sends_increments(rows.take(plain), pair[plain], shape)
    totals = np.full(shape, np.nan)
    if rows.stamped.any():
        alone = _combine(rows.take(plain), pair[plain], increments)
        ticks = _reports_on_the_hour(rows, pair, alone, increments)
        plain |= rows.stamped & (rows.day >= 0) & ticks[pair, rows.day]
        dated = np.flatnonzero(rows.stamped & (rows.stamp_day >= 0))
        dated = dated[~ticks[pair[dated], rows.stamp_day[dated]]]
        totals[pair[dated], rows.stamp_day[dated]] = rows.value[dated]
    values = np.fmax(totals, _combine(rows.take(plain), pair[plain], increments, account))
    _forget_unworn(values, pairs, sources, account)
    return values, pairs


def _sends_increments(rows: ReadingRows, pair: Indices, shape: tuple[int, int]) -> Mask:
    """(k, n) whether each channel and source sent increments up to each day."""
    following = (np.diff(pair) == 0) & (np.diff(rows.day) == 0)
    before, after = rows.value[:-1], rows.value[1:]
    telling = following & ((before > 0) | (after > 0)) & (rows.hour[:-1] > 0)
    deep = telling & (after < FALL_DEPTH * before)
    cell, size = pair * shape[1] + rows.day, shape[0] * shape[1]

    def by_day(steps: Mask) -> Floats:
        taken: Floats = np.bincount(cell[1:][steps], minlength=size).astype(np.float64).reshape(shape)
        return taken

    taken, fallen, fallen_deep = by_day(telling), by_day(telling & (after < before)), by_day(deep)
    alone = np.bincount(cell, minlength=size).reshape(shape) == 1
    often = (fallen >= OFTEN_FALLS) & (fallen >= OFTEN_SHARE * taken)
    ones = np.bincount(cell, rows.value == 1, minlength=size).reshape(shape)
    often |= (ones >= OFTEN_ONES) & (ones == np.bincount(cell, minlength=size).reshape(shape))
    steps, falls, days, days_often = (
        trailing_sum(amounts, TRAILING_DAYS)
        for amounts in (taken + alone, fallen_deep, (taken > 0).astype(float), often.astype(float))
    )
    increments: Mask = (falls > 0) & (falls >= FALL_SHARE * steps)
    increments |= (days_often > 0) & (2 * days_often >= days)
    return increments


def _combine(rows: ReadingRows, pair: Indices, increments: Mask, account: Account | None = None) -> Floats:
    """(k, n) sums of increments, last of running totals; `rows` are sorted by pair and instant."""
    values = np.full(increments.shape, np.nan)
    if not rows.value.size:
        return values
    cell = pair * increments.shape[1] + rows.day
    order = np.argsort(cell, kind="stable")
    rows, cell = rows.take(order), cell[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    place = np.divmod(cell[starts], increments.shape[1])
    standing = np.where(_superseded(rows, cell, starts), -np.inf, rows.value)
    last = np.maximum.reduceat(standing, starts)
    summed = increments[place]
    if account is not None:
        running = ~np.repeat(summed, np.diff(starts, append=len(cell)))
        above = rows.value > np.repeat(last, np.diff(starts, append=len(cell)))
        account.drop("corrected_count", rows.day[running & above])
    values[place] = np.where(summed, np.add.reduceat(rows.value, starts), last)
    return values


def _superseded(rows: ReadingRows, cell: Indices, starts: Indices) -> Mask:
    """Return rows after which, in their day, comes one written no earlier."""
    sizes = np.diff(starts, append=len(cell))
    highest = np.repeat(np.maximum.reduceat(rows.value, starts), sizes)
    rank = np.unique(rows.written, return_inverse=True)[1] + 1
    speaks = np.where(rows.value >= RESET_SHARE * highest, rank, 0)
    # counted from the end, so that the latest writing among the rows after one is a running maximum
    day_from_end = np.repeat(np.arange(len(starts))[::-1], sizes) * (len(rank) + 1)
    latest = np.maximum.accumulate((day_from_end + speaks)[::-1])[::-1] - day_from_end
    superseded = np.zeros(len(cell), bool)
    superseded[:-1] = (np.diff(cell) == 0) & (latest[1:] >= rank[:-1])
    return superseded


def _reports_on_the_hour(rows: ReadingRows, pair: Indices, alone: Floats, increments: Mask) -> Mask:
    """(k, n) whether a row at 00:00 UTC is one of a source's rows, as known on each day."""
    shape = alone.shape
    short_of_its_rows, out_of_order, on_the_hour, others = (np.zeros(shape) for _ in range(4))
    dated = np.flatnonzero(rows.stamped & (rows.stamp_day >= 0))
    place = pair[dated], rows.stamp_day[dated]
    with np.errstate(invalid="ignore"):
        short_of_its_rows[place] = rows.value[dated] < TOTAL_TOLERANCE * alone[place]
        out_of_order[place] = increments[place] & (rows.value[dated] >= LIKE_A_TOTAL * alone[place])

    together = (np.diff(pair) == 0) & (np.diff(rows.day) == 0) & (np.diff(rows.value) < 0)
    fell = np.zeros(len(pair), bool)
    fell[1:] |= together
    fell[:-1] |= together
    fell &= rows.stamped & (rows.day >= 0)
    fell[fell] = ~increments[pair[fell], rows.day[fell]]
    np.add.at(out_of_order, (pair[fell], rows.day[fell]), 1.0)

    plain = np.flatnonzero(~rows.stamped)
    np.add.at(others, (pair[plain], rows.day[plain]), 1.0)
    sharp = plain[rows.at_ms[plain] % HOUR_MS == 0]
    np.add.at(on_the_hour, (pair[sharp], rows.day[sharp]), 1.0)
    short_of_its_rows, out_of_order, on_the_hour, others = (
        trailing_sum(votes, TRAILING_DAYS) for votes in (short_of_its_rows, out_of_order, on_the_hour, others)
    )
    undecided = short_of_its_rows == out_of_order
    ticks: Mask = (short_of_its_rows > out_of_order) | (undecided & (2 * on_the_hour > others))
    return ticks


def _forget_unworn(values: Floats, pairs: Indices, sources: int, account: Account) -> None:
    """Make unknown, in place, whatever a source counted on days it saw neither a step nor energy."""
    channel, source = np.divmod(pairs, sources)
    for code in np.unique(source).tolist():
        of_source = np.flatnonzero(source == code)
        moved = values[of_source[np.isin(channel[of_source], (_STEPS, _ENERGY))]]
        exercised = values[of_source[channel[of_source] == _EXERCISE]]
        still = (moved == 0).any(axis=0) & ~(moved > 0).any(axis=0) & ~(exercised > 0).any(axis=0)
        rows, days = np.nonzero(np.isfinite(values[of_source]) & still)
        account.drop("not_worn", days)
        values[of_source[rows], days] = np.nan
