"""Statistics of moving windows over many daily rows at once. Pure numpy; knows no feature.

Every function takes (rows, n) with time along the last axis, NaN for unknown, and treats days before the
first column as unknown; `minimum` is (rows, 1), the known days without which a result is NaN. Column j of a
result depends on the columns j - days + 1 .. j and on nothing else, to the last bit: sums are trees of
shifted additions, never differences of running totals, which would carry rounding from the past along.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int16)

# Spread below this share of the root mean square is rounding, not variation.
RESOLUTION = 1e-7


def window_sums(rows: NDArray[Number], days: int) -> NDArray[Number]:
    """Sum the last `days` columns, by doubling: about 2 log2(days) additions per value. No NaN."""
    n = rows.shape[1]
    result = np.zeros_like(rows)
    block, width, covered = rows, 1, 0
    while True:
        if days & width:
            result[:, covered:] += block[:, : max(n - covered, 0)]
            covered += width
        if covered == days:
            return result
        wider = np.empty_like(block)
        wider[:, :width] = block[:, :width]
        np.add(block[:, width:], block[:, :-width], out=wider[:, width:])
        block, width = wider, 2 * width


def known_counts(rows: Floats, days: int) -> Floats:
    """How many of the last `days` columns are known."""
    return window_sums((~np.isnan(rows)).astype(np.int16), days).astype(np.float64)


def known_sums(rows: Floats, days: int) -> Floats:
    """Sum of the known values among the last `days` columns; 0 where there is none."""
    return window_sums(np.where(np.isnan(rows), 0.0, rows), days)


def means(rows: Floats, days: int, minimum: Floats) -> Floats:
    """Return means where at least `minimum` values are known, 1 or more, else NaN."""
    counts = known_counts(rows, days)
    return known_sums(rows, days) / np.where(counts >= minimum, counts, np.nan)


def totals(rows: Floats, days: int, minimum: Floats) -> Floats:
    """Return sums where at least `minimum` values are known, else NaN."""
    return np.where(known_counts(rows, days) >= minimum, known_sums(rows, days), np.nan)


def deviations(rows: Floats, days: int, minimum: Floats) -> Floats:
    """Sample standard deviations (n - 1); exactly 0 for a constant window. `minimum` is 2 or more."""
    counts = known_counts(rows, days)
    counts = np.where(counts >= minimum, counts, np.nan)
    sums, squares = known_sums(rows, days), known_sums(rows * rows, days)
    scatter = squares - sums * sums / counts
    scatter[scatter <= RESOLUTION**2 * squares] = 0.0
    return np.sqrt(scatter / (counts - 1.0))


def trend_lags(days: int) -> tuple[int, ...]:
    """Return distances in days of the pairs a trend over `days` looks at.

    A week: all of them. Two weeks: the long ones, a week and more. Longer: whole weeks only, so that the
    weekday rhythm cancels (the seasonal slope of Hirsch, Slack and Smith, 1982, Water Resour Res 18:107).
    """
    if days <= 7:
        return tuple(range(1, days))
    return tuple(range(7, days)) if days <= 14 else tuple(range(7, days, 7))


def trends(rows: Floats, days: int, minimum: Floats) -> Floats:
    """Theil-Sen slopes per day: the median slope over the pairs of known days that `trend_lags` names.

    Theil 1950; Sen 1968, JASA 63:1379. NaN where fewer than `minimum` days, or no pair, are known.
    """
    count, n = rows.shape
    lags = trend_lags(days)
    slopes = np.full((count, n, sum(days - lag for lag in lags)), np.nan)
    first = 0
    for lag in lags:
        step = (rows[:, lag:] - rows[:, :-lag]) / lag
        for shift in range(min(days - lag, n - lag)):
            slopes[:, lag + shift :, first + shift] = step[:, : n - lag - shift]
        first += days - lag
    slopes.sort(axis=2)  # NaN last
    pairs = slopes.shape[2] - np.count_nonzero(np.isnan(slopes), axis=2)
    row, column = np.arange(count)[:, None], np.arange(n)
    middle = slopes[row, column, (pairs - 1) // 2] + slopes[row, column, pairs // 2]
    return np.where(known_counts(rows, days) >= minimum, middle / 2.0, np.nan)


def ages(happened: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return days since the newest True of each row, 0 on the day itself; over n where there was none."""
    n = happened.shape[1]
    position = np.arange(n)
    newest = np.where(happened, position, -n - 1)
    return position - np.maximum.accumulate(newest, axis=1)


def last_values(rows: Floats, days: int, _minimum: Floats) -> Floats:
    """Return the newest known value among the last `days` columns."""
    age = ages(~np.isnan(rows))
    position = np.maximum(np.arange(rows.shape[1]) - age, 0)
    return np.where(age < days, np.take_along_axis(rows, position, axis=1), np.nan)


def days_since(rows: Floats, days: int, _minimum: Floats) -> Floats:
    """Return days since the row was last non-zero; `days` where it was zero on all of the last `days`.

    NaN where a day on which it may have happened is unknown: one since the last time, or within the window.
    """
    unknown = np.isnan(rows)
    event_age = np.minimum(ages(~unknown & (rows != 0.0)), days)
    days_before_the_first = np.arange(1, rows.shape[1] + 1)
    unknown_age = np.minimum(ages(unknown), days_before_the_first)
    return np.where(unknown_age < event_age, np.nan, event_age)
