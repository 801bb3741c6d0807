"""Statistics of moving windows over many daily rows at once. Pure numpy; knows no feature.

Every function takes (rows, n) with time along the last axis, NaN for unknown, and treats days before the
first column as unknown. Column j of a result depends on the columns j - days + 1 .. j and on nothing else,
to the last bit: sums are trees of shifted additions, never differences of running totals, which would carry
rounding from the whole past into each window.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Spread below this share of the root mean square is rounding, not variation.
RESOLUTION = 1e-7


def window_sums(rows: Floats, days: int) -> Floats:
    """Sums over the last `days` columns, by doubling: about 2 log2(days) additions per value. No NaN."""
    n = rows.shape[1]
    result = np.zeros_like(rows)
    block, width, covered = rows, 1, 0
    while True:
        if days & width:
            result[:, covered:] += block[:, : max(n - covered, 0)]
            covered += width
        if covered == days:
            return result
        wider = block.copy()
        wider[:, width:] += block[:, :-width]
        block, width = wider, 2 * width


def moments(rows: Floats, days: int) -> tuple[Floats, Floats]:
    """(counts, sums) of the known values among the last `days` columns."""
    known = ~np.isnan(rows)
    return window_sums(known.astype(np.float64), days), window_sums(np.where(known, rows, 0.0), days)


@np.errstate(invalid="ignore", divide="ignore")
def means(counts: Floats, sums: Floats, minimum: Floats) -> Floats:
    """Means where at least `minimum` (broadcastable) values are known, else NaN."""
    return np.where(counts >= minimum, sums, np.nan) / counts


@np.errstate(invalid="ignore", divide="ignore")
def deviations(rows: Floats, days: int, counts: Floats, sums: Floats, minimum: Floats) -> Floats:
    """Sample standard deviations (n - 1); exactly 0 for a constant window. `minimum` is at least 2."""
    squares = window_sums(np.square(np.where(np.isnan(rows), 0.0, rows)), days)
    scatter = squares - sums * sums / counts
    scatter[scatter <= RESOLUTION**2 * squares] = 0.0
    return np.sqrt(np.where(counts >= minimum, scatter, np.nan) / (counts - 1.0))


def trend_lags(days: int) -> tuple[int, ...]:
    """Distances in days of the pairs a trend over `days` looks at.

    A week: all of them. Two weeks: the long ones, a week and more. Longer: whole weeks only, so that the
    weekday rhythm cancels (the seasonal slope of Hirsch, Slack and Smith, 1982, Water Resour Res 18:107).
    """
    if days <= 7:
        return tuple(range(1, days))
    return tuple(range(7, days)) if days <= 14 else tuple(range(7, days, 7))


@np.errstate(invalid="ignore", divide="ignore")
def trends(rows: Floats, days: int, minimum: Floats) -> Floats:
    """Theil-Sen slopes per day: the median slope over the pairs of known days that `trend_lags` names.

    Theil 1950; Sen 1968, JASA 63:1379. NaN where fewer than `minimum` days, or no pair, are known.
    """
    count, n = rows.shape
    lags = trend_lags(days)
    slopes = np.full((count, n, sum(days - lag for lag in lags)), np.nan)
    pair = 0
    for lag in lags:
        if lag < n:
            step = (rows[:, lag:] - rows[:, :-lag]) / lag
            for shift in range(min(days - lag, n - lag)):
                slopes[:, lag + shift :, pair + shift] = step[:, : n - lag - shift]
        pair += days - lag
    pairs = slopes.shape[2] - np.isnan(slopes).sum(axis=2)
    slopes.sort(axis=2)  # NaN last
    low = np.take_along_axis(slopes, np.maximum(pairs - 1, 0)[:, :, None] // 2, axis=2)[:, :, 0]
    high = np.take_along_axis(slopes, (pairs // 2)[:, :, None], axis=2)[:, :, 0]
    known = window_sums((~np.isnan(rows)).astype(np.float64), days)
    return np.where(known >= minimum, (low + high) / 2.0, np.nan)


def ages(happened: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Days since the newest True of each row, 0 on the day itself; n + 1 or more where there was none."""
    n = happened.shape[1]
    position = np.arange(n)
    newest = np.where(happened, position, -n - 1)
    return position - np.maximum.accumulate(newest, axis=1)


def last_values(rows: Floats, days: int) -> Floats:
    """The newest known value among the last `days` columns."""
    age = ages(~np.isnan(rows))
    position = np.maximum(np.arange(rows.shape[1]) - age, 0)
    return np.where(age < days, np.take_along_axis(rows, position, axis=1), np.nan)


def days_since(rows: Floats, days: int) -> Floats:
    """Days since the row was last non-zero; `days` where it was zero on all of the last `days` columns.

    NaN where a day on which it may have happened is unknown: one since the last time, or within the window.
    """
    unknown = np.isnan(rows)
    event_age = ages(~unknown & (rows != 0.0))
    unknown_age = ages(unknown)
    # before the first column nothing is known
    unknown_age = np.minimum(unknown_age, np.arange(rows.shape[1]) + 1)
    age = np.minimum(event_age, days)
    return np.where(unknown_age < age, np.nan, age)
