"""Sleep sessions: which rows of minutes asleep are one sleep, its day, and which is the main one.

- A row of m minutes is a piece of sleep that ended at its instant; or began there, for sources whose long
  rows mostly lie between 19:00 and 02:00.
- Pieces of one day that overlap are one piece sent again: the later one counts, unless it is less than half
  of what it overlaps. So are equal pieces of 5 h or more.
- A long piece (3 h or more) belongs to the day on which it ended, unless its middle lies after 15:00: then
  to the next. So a day sleeper's rows stay on one day, whether they end at 14:00 or at 16:00. A short one
  belongs to the day of its middle, or from 21:00 on to the next; so does one that ended after 21:30.
- Pieces less than 2 h apart (4 h where both last 2 h or more) are fragments of one sleep and add up.
- The main sleep of a day is its longest, if it lasts 3 h, or 90 min with its middle between 21:00 and
  09:00. All other sleep of the day is naps: never a night, and a day with naps alone has no night.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from common.compute.series.calendar import Days
from common.compute.series.reading_rows import ReadingRows
from common.compute.series.rows import Floats
from common.compute.series.trailing import trailing_sum
from common.compute.series.window import TRAILING_DAYS, Indices, Mask, Window

MINUTE_MS = 60_000
LONG_MINUTES, MAIN_MINUTES_AT_NIGHT = 180.0, 90.0
WHOLE_NIGHT_MINUTES = 300.0
BEDTIME_FROM_HOUR, BEDTIME_UNTIL_HOUR = 19, 2
BEDTIME_VOTES = 3
MIDDLE_CUT_HOUR, LATEST_END_HOUR = 15, 19
NIGHT_FROM_HOUR, NIGHT_UNTIL_HOUR = 21, 9
LATE_EVENING_HOUR = 21.5
FRAGMENT_GAP_MS, LONG_FRAGMENT_GAP_MS = 120 * MINUTE_MS, 240 * MINUTE_MS
LONG_FRAGMENT_MINUTES = 120.0
OVERLAP_MS = 5 * MINUTE_MS
PART_SHARE = 0.5


@dataclass(frozen=True)
class Sleeps:
    """Pieces of sleep, one per row, and what was made of them."""

    source: Indices
    label: Indices
    """Position of the day a piece belongs to."""
    at_ms: Indices
    start_ms: Indices
    end_ms: Indices
    minutes: Floats
    ended_on: Days
    """Local date of the row: a piece is known by the end of it."""
    kept: Mask
    """False for a piece that was sent again."""
    main: Mask
    """Pieces of the main sleep of their source and day."""
    earlier: Mask
    """Pieces that were sent again as part of the main sleep."""


def find_sleeps(rows: ReadingRows, sources: int, window: Window) -> Sleeps:
    """Return the pieces that `rows` of minutes asleep stand for, in order of source, day and instant."""
    n, minutes = window.length, rows.value
    at_bedtime = _sent_at_bedtime(rows, sources, window)
    length = (minutes * MINUTE_MS).astype(np.int64)
    start = np.where(at_bedtime, rows.at_ms, rows.at_ms - length)
    middle = rows.hour + np.where(at_bedtime, minutes, -minutes) / 120
    ended_late = (rows.hour >= LATEST_END_HOUR) | (middle >= MIDDLE_CUT_HOUR)
    began_late = rows.hour >= MIDDLE_CUT_HOUR
    end_hour = rows.hour + np.where(at_bedtime, minutes / 60, 0.0)
    at_evening = (middle >= NIGHT_FROM_HOUR) | (end_hour >= LATE_EVENING_HOUR)
    tomorrow = np.where(minutes < LONG_MINUTES, at_evening, np.where(at_bedtime, began_late, ended_late))
    dates = rows.local.copy()
    if tomorrow.any():
        dates[tomorrow] = window.places.following_days(dates[tomorrow])
    label = window.positions(dates)
    there = np.flatnonzero(label >= 0)
    order = there[np.lexsort((rows.written[there], rows.at_ms[there], label[there], rows.source[there]))]
    source, label, start, minutes = rows.source[order], label[order], start[order], minutes[order]
    end = start + length[order]
    at_night = (middle[order] % 24 >= NIGHT_FROM_HOUR) | (middle[order] % 24 < NIGHT_UNTIL_HOUR)

    kept = np.ones(len(order), bool)
    earlier = np.zeros(len(order), bool)
    main = minutes >= np.where(at_night, MAIN_MINUTES_AT_NIGHT, LONG_MINUTES)
    starts = np.flatnonzero(np.diff(source * n + label, prepend=-1))
    sizes = np.diff(starts, append=len(order))
    for first, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        pieces = range(first, first + size)
        standing = _standing(list(pieces), start, end, minutes)
        kept[first : first + size] = np.isin(pieces, standing)
        fragments = _main_sleep(standing, start, end, minutes, at_night)
        main[first : first + size] = np.isin(pieces, fragments)
        for piece in set(pieces) - set(standing):
            earlier[piece] = any(_same_sleep(piece, other, start, end, minutes) for other in fragments)
    return Sleeps(
        source, label, rows.at_ms[order], start, end, minutes, rows.local[order], kept, main & kept, earlier
    )  # fmt: skip


def _sent_at_bedtime(rows: ReadingRows, sources: int, window: Window) -> Mask:
    """Whether the source of each row stamps the beginning of a sleep, by its long rows up to that day."""
    day = np.maximum(window.positions(rows.local), 0)
    evening = (rows.hour >= BEDTIME_FROM_HOUR) | (rows.hour < BEDTIME_UNTIL_HOUR)
    votes = np.zeros((sources, window.length))
    long = rows.value >= LONG_MINUTES
    np.add.at(votes, (rows.source[long], day[long]), np.where(evening[long], 1.0, -1.0))
    at_bedtime: Mask = trailing_sum(votes, TRAILING_DAYS)[rows.source, day] >= BEDTIME_VOTES
    return at_bedtime


def _standing(pieces: list[int], start: Indices, end: Indices, minutes: Floats) -> list[int]:
    """Return the pieces, in order of instant, without those that were sent again."""
    standing: list[int] = []
    for piece in pieces:
        again = [other for other in standing if _same_sleep(piece, other, start, end, minutes)]
        if minutes[piece] < PART_SHARE * sum(minutes[other] for other in again):
            continue
        standing = [other for other in standing if other not in again] + [piece]
    return standing


def _same_sleep(piece: int, other: int, start: Indices, end: Indices, minutes: Floats) -> bool:
    overlap = min(end[other], end[piece]) - max(start[other], start[piece])
    alike = minutes[piece] >= WHOLE_NIGHT_MINUTES and minutes[other] == minutes[piece]
    return bool(overlap > OVERLAP_MS or alike)


def _main_sleep(
    standing: list[int], start: Indices, end: Indices, minutes: Floats, at_night: Mask
) -> list[int]:
    """Return the fragments of the longest sleep; none where it is but a nap."""
    best: list[int] = []
    most = 0.0
    for sleep in _sleeps(sorted(standing, key=lambda piece: int(start[piece])), start, end, minutes):
        total = float(sum(minutes[piece] for piece in sleep))
        longest = max(sleep, key=lambda piece: float(minutes[piece]))
        least = MAIN_MINUTES_AT_NIGHT if at_night[longest] else LONG_MINUTES
        if total >= least and total > most:
            best, most = sleep, total
    return best


def _sleeps(pieces: list[int], start: Indices, end: Indices, minutes: Floats) -> Iterator[list[int]]:
    sleep = pieces[:1]
    for before, piece in pairwise(pieces):
        both_long = min(minutes[before], minutes[piece]) >= LONG_FRAGMENT_MINUTES
        if start[piece] - end[before] > (LONG_FRAGMENT_GAP_MS if both_long else FRAGMENT_GAP_MS):
            yield sleep
            sleep = []
        sleep = [*sleep, piece]
    yield sleep
