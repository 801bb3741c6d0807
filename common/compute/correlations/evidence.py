"""What a person's days say of each pair, raw and adjusted, all at once. Owns no decision on what is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import adjust, shift_days, tame
from common.compute.correlations.dependence import autocorrelations, effective_sizes, p_values
from common.compute.correlations.design import design_pairs
from common.compute.correlations.pairs import Pair
from common.compute.correlations.ranks import Floats, Mask, correlate_rows, rank_rows, row_medians
from common.compute.correlations.report import Refusal

_MOSTLY_ONE_VALUE = 0.9
_WANDERS = 0.9
"""Autocorrelation from one day to the next above which, on both sides, no adjustment makes chance rare."""


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
    x = _by_row([(pair.input.channel, pair.lag_days) for pair in kept], series, days)
    y = _by_row([(pair.outcome.channel, 0) for pair in kept], series, days)
    return Aligned(kept, x, y, np.isfinite(x) & np.isfinite(y))


def refuse_data(aligned: Aligned, minimum_days: int, unmixed: Collection[str]) -> list[Refusal | None]:
    """Why the days of each pair cannot answer its question; None where they can.

    `unmixed` are the channels that lost the days of other devices or methods.
    """
    few = aligned.mask.sum(axis=1) < minimum_days
    still = _mostly_one_value(aligned.x, aligned.mask) | _mostly_one_value(aligned.y, aligned.mask)
    wandering = _wanders(aligned.x, aligned.mask)
    wandering[wandering] = _wanders(aligned.y[wandering], aligned.mask[wandering])
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
    tamed = dict(zip(series, tame(np.array([*series.values()])), strict=True)) if pairs else {}
    design = design_pairs(pairs, mask, tamed, days)
    adjusted_x, adjusted_y, used = adjust(
        _by_row([(pair.input.channel, pair.lag_days) for pair in pairs], tamed, len(days)),
        _by_row([(pair.outcome.channel, 0) for pair in pairs], tamed, len(days)),
        design.columns, design.chosen, mask,
    )  # fmt: skip
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


def _by_row(asked: Sequence[tuple[str, int]], series: Mapping[str, Floats], days: int) -> Floats:
    """(rows, days) of each channel so many days before."""
    place = {key: k for k, key in enumerate(dict.fromkeys(asked))}
    distinct = np.array([shift_days(series[name], lag) for name, lag in place]).reshape(len(place), days)
    return distinct[[place[key] for key in asked]]


def correlate_raw(evidence: Evidence, rows: Sequence[int]) -> tuple[Floats, Floats]:
    """Pearson's and Spearman's coefficients (rows,) of the chosen rows as they were measured."""
    x, y, mask = evidence.x[rows], evidence.y[rows], evidence.mask[rows]
    ranks_x, ranks_y = rank_rows(np.where(mask, x, np.nan)), rank_rows(np.where(mask, y, np.nan))
    return correlate_rows(x, y, mask), correlate_rows(ranks_x, ranks_y, mask)


def _mostly_one_value(values: Floats, mask: Mask) -> Mask:
    """A value that fills nine tenths of the known days is their median."""
    alike = ((values == row_medians(values, mask)) & mask).sum(axis=1)
    still: Mask = alike > _MOSTLY_ONE_VALUE * np.maximum(mask.sum(axis=1), 1)
    return still


def _wanders(values: Floats, mask: Mask) -> Mask:
    wanders: Mask = autocorrelations(values[None], mask, 1)[0, :, 0] > _WANDERS
    return wanders
