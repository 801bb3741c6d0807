"""What a person's days say of each pair, raw and adjusted, all at once. Owns no decision on what is told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import (
    adjust,
    drift_count,
    drift_terms,
    fill_unknown,
    own_past,
    shift_days,
    weekday_terms,
)
from common.compute.correlations.dependence import autocorrelations, effective_sizes, p_values
from common.compute.correlations.pairs import Pair, confounders_of
from common.compute.correlations.quantities import CONFOUNDERS
from common.compute.correlations.ranks import Floats, Mask, correlate_rows, rank_rows
from common.compute.correlations.report import Refusal

_MOSTLY_ONE_VALUE = 0.9
_WANDERS = 0.9
"""Autocorrelation from one day to the next above which, on both sides, no adjustment makes chance rare."""
_OWN = 10  # weekday 6, outcome's past 2, input's past 2
NUISANCE_COLUMNS = _OWN + len(CONFOUNDERS)


@dataclass(frozen=True)
class Evidence:
    """Pairs row by row: (rows,) figures, (rows, n) series aligned so that column t is the outcome's day t."""

    pairs: list[Pair]
    x: Floats
    y: Floats
    mask: Mask
    adjusted_x: Floats
    adjusted_y: Floats
    n: Floats
    effective_n: Floats
    adjusted: Floats
    """Spearman's coefficient of the adjusted series: the one primary test."""
    p: Floats


@dataclass(frozen=True)
class Aligned:
    """Open pairs with their days, before anything is tested."""

    pairs: list[Pair]
    x: Floats
    y: Floats
    mask: Mask


def align(pairs: Sequence[Pair], series: Mapping[str, Floats], days: int) -> Aligned:
    """The input of `lag_days` before beside each day of the outcome, for the pairs without a refusal."""
    kept = [pair for pair in pairs if pair.refusal is None]
    asked = [(pair.input.channel, pair.lag_days) for pair in kept]
    before = {(name, lag): shift_days(series[name], lag) for name, lag in dict.fromkeys(asked)}
    x = np.array([before[key] for key in asked]).reshape(len(kept), days)
    y = np.array([series[pair.outcome.channel] for pair in kept]).reshape(len(kept), days)
    return Aligned(kept, x, y, np.isfinite(x) & np.isfinite(y))


def refuse_data(aligned: Aligned, minimum_days: int, unmixed: Collection[str]) -> list[Refusal | None]:
    """Why the days of each pair cannot answer its question; None where they can.

    `unmixed` are the channels that lost the days of other devices or methods.
    """
    few = aligned.mask.sum(axis=1) < minimum_days
    still = _mostly_one_value(aligned.x, aligned.mask) | _mostly_one_value(aligned.y, aligned.mask)
    wandering = (autocorrelations(aligned.x, aligned.y, aligned.mask, 1)[:, :, 0] > _WANDERS).all(axis=0)
    reasons: list[Refusal | None] = [None] * len(aligned.pairs)
    for row in np.flatnonzero(few | still | wandering):
        channels = {aligned.pairs[row].input.channel, aligned.pairs[row].outcome.channel}
        if few[row]:
            reasons[row] = Refusal.TOO_FEW_DAYS if channels.isdisjoint(unmixed) else Refusal.SOURCE_CHANGED
        else:
            reasons[row] = Refusal.NO_VARIATION if still[row] else Refusal.WANDERING
    return reasons


def weigh(
    aligned: Aligned, rows: Sequence[int], series: Mapping[str, Floats], days: NDArray[np.datetime64]
) -> Evidence:
    """The evidence of the chosen rows."""
    pairs = [aligned.pairs[row] for row in rows]
    x, y, mask = aligned.x[rows], aligned.y[rows], aligned.mask[rows]
    adjusted_x, adjusted_y, used = adjust(x, y, _design(pairs, mask, series, days), mask)
    ranks_x, ranks_y = rank_rows(adjusted_x), rank_rows(adjusted_y)
    adjusted = correlate_rows(ranks_x, ranks_y, mask)
    effective_n = effective_sizes(ranks_x, ranks_y, mask)
    return Evidence(
        pairs, x, y, mask, adjusted_x, adjusted_y,
        n=mask.sum(axis=1).astype(np.float64),
        effective_n=effective_n,
        adjusted=adjusted,
        p=p_values(adjusted, effective_n - 2 - used),
    )  # fmt: skip


def correlate_raw(evidence: Evidence, rows: Sequence[int]) -> tuple[Floats, Floats]:
    """Pearson's and Spearman's coefficients (rows,) of the chosen rows as they were measured."""
    x, y, mask = evidence.x[rows], evidence.y[rows], evidence.mask[rows]
    ranks_x, ranks_y = rank_rows(np.where(mask, x, np.nan)), rank_rows(np.where(mask, y, np.nan))
    return correlate_rows(x, y, mask), correlate_rows(ranks_x, ranks_y, mask)


def _mostly_one_value(values: Floats, mask: Mask) -> Mask:
    """A value that fills nine tenths of the known days is their median."""
    n = np.maximum(mask.sum(axis=1), 1)
    ordered = np.sort(np.where(mask, values, np.inf), axis=1)
    median = np.take_along_axis(ordered, (n // 2)[:, None], axis=1)
    still: Mask = ((values == median) & mask).sum(axis=1) > _MOSTLY_ONE_VALUE * n
    return still


def _design(
    pairs: Sequence[Pair], mask: Mask, series: Mapping[str, Floats], days: NDArray[np.datetime64]
) -> Floats:
    """(rows, k + 1, n): what each pair is adjusted for, and the constant; a column that does not apply is 0.

    Whatever is adjusted for must be settled before the input happens, so an input `lag` days back is given
    the outcome's and the confounders' past as of that many days, and never less than one.
    """
    n = len(days)
    columns = np.zeros((len(pairs), NUISANCE_COLUMNS + drift_count(n) + 1, n))
    if columns.size == 0:
        return columns
    columns[:, :6] = weekday_terms(days)
    columns[:, -1] = 1.0
    begins, ends = np.argmax(mask, axis=1), n - 1 - np.argmax(mask[:, ::-1], axis=1)
    for span in np.unique(begins * n + ends):
        first, last = divmod(int(span), n)
        drift = drift_terms(n, first, last)
        alike = (begins == first) & (ends == last)
        columns[alike, NUISANCE_COLUMNS : NUISANCE_COLUMNS + len(drift)] = drift
    absent = np.full(n, np.nan)
    confounders = np.array([series.get(name, absent) for name in CONFOUNDERS])
    for lag in sorted({pair.lag_days for pair in pairs}):
        before, earlier = max(lag, 1), lag + 1
        rows = [row for row, pair in enumerate(pairs) if pair.lag_days == lag]
        inputs = [pairs[row].input.channel for row in rows]
        outcomes = [pairs[row].outcome.channel for row in rows]
        columns[rows, 6:8] = _by_row(outcomes, series, partial(own_past, gap_days=before))
        columns[rows, 8:10] = _by_row(inputs, series, partial(own_past, gap_days=earlier))
        apart = np.array([*map(confounders_of, inputs, outcomes)])
        past = fill_unknown(shift_days(confounders, before))
        columns[rows, _OWN:NUISANCE_COLUMNS] = apart[:, :, None] * past
    columns *= mask[:, None, :]
    return columns


def _by_row(
    channels: Sequence[str], series: Mapping[str, Floats], derive: Callable[[Floats], Floats]
) -> Floats:
    """What `derive` makes of the channels' series, once for each of them, row by row."""
    place = {name: k for k, name in enumerate(dict.fromkeys(channels))}
    derived = derive(np.array([series[name] for name in place]))
    return derived[[place[name] for name in channels]]
