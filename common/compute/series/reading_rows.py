"""Device rows ready to be put together: codes for texts, own units, and the days a row may belong to."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from common.compute.series.calendar import Days
from common.compute.series.rows import Floats
from common.compute.series.window import Indices, Mask

SAME_ROW_MS = 30_000


@dataclass(frozen=True)
class ReadingRows:
    channel: Indices
    source: Indices
    day: Indices
    """Position of the day the instant gives the row to; -1 = outside the series."""
    stamped: Mask
    """At exactly 00:00 UTC: the row may be of that UTC date as a whole."""
    stamp_day: Indices
    """Position of that date; -1 = outside the series, or not stamped."""
    local: Days
    """Local date of the instant."""
    hour: Floats
    """Local hour of the instant."""
    at_ms: Indices
    value: Floats
    written: NDArray[np.int64]
    """When the row was last written, ms; its instant where that is not known."""

    def take(self, rows: Mask | Indices) -> "ReadingRows":
        return ReadingRows(*(getattr(self, column.name)[rows] for column in fields(self)))

    def in_order(self) -> "ReadingRows":
        """By channel, source, instant, writing and value."""
        return self.take(np.lexsort((self.value, self.written, self.at_ms, self.source, self.channel)))


def repeated(rows: ReadingRows, *, count: bool) -> Mask:
    """Return rows, in order, that repeat another of their channel and source.

    Equal values within half a minute are one row, and so are a `count`'s values of one instant: the one
    written last, or the largest.
    """
    same = (np.diff(rows.channel) == 0) & (np.diff(rows.source) == 0) & (np.diff(rows.day) == 0)
    apart = np.diff(rows.at_ms)
    replaced = same & (apart == 0) & count
    repeats = np.zeros(len(rows.value), bool)
    repeats[1:] = same & (apart < SAME_ROW_MS) & (np.diff(rows.value) == 0) & ~replaced
    repeats[:-1] |= replaced
    return repeats


def joined(first: ReadingRows, second: ReadingRows) -> ReadingRows:
    return ReadingRows(
        *(
            np.concatenate([getattr(first, column.name), getattr(second, column.name)])
            for column in fields(first)
        )
    )


def medians(value: Floats, starts: Indices) -> Floats:
    """Median of each run of `value`, which begin at `starts`."""
    sizes = np.diff(starts, append=len(value))
    middles = value[starts]
    several = sizes > 1
    if several.any():
        rows, size = value[np.repeat(several, sizes)], sizes[several]
        ordered = rows[np.lexsort((rows, np.repeat(np.arange(len(size)), size)))]
        first = np.cumsum(size) - size
        middles[several] = (ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2
    return middles
