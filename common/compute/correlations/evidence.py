"""What a person's days say of each pair, raw and adjusted, all at once. Owns no decision on what is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import adjust, shift_days, tame
from common.compute.correlations.dependence import autocorrelations, effective_sizes, p_values
from common.compute.correlations.design import design_pairs
from common.compute.correlations.history import SHIFT
from common.compute.correlations.pairs import Pair
from common.compute.correlations.quantities import is_own
from common.compute.correlations.ranks import Floats, Mask, correlate_rows, rank_rows, row_medians
from common.compute.correlations.report import Refusal

_MOSTLY_ONE_VALUE = 0.9
OCCASIONAL = 0.5
"""A habit is one of some days where more than this share of them are alike."""
LEAST_OCCASIONS = 10
"""Days with a habit, or without it where it is usual, below which nothing can be compared."""
LEFT_BY_CAUSES = 0.5
LEAST_ANSWERS = 20
"""The same of an own habit, which nothing else is known of: so many yes and so many no."""
SHIFTS_KNOWN = 0.75
"""Share of the days from which what is said of shifts can be adjusted for."""
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
    scored_x: Floats
    """What is correlated: ranks of the adjusted days; of a habit of some days, those days themselves."""
    scored_y: Floats
    n: Floats
    effective_n: Floats
    adjusted: Floats
    """Spearman's coefficient of the adjusted series: the one primary test."""
    p: Floats
    degrees: Floats
    """Degrees of freedom behind p, counted in effective days; below 1 there is no evidence."""


@dataclass(frozen=True)
class Aligned:
    """Open pairs with their days, before anything is tested."""

    pairs: list[Pair]
    x: Floats
    y: Floats
    mask: Mask


def align(pairs: Sequence[Pair], series: Mapping[str, Floats], days: int) -> Aligned:
    """Return the input of `lag_days` before beside each day of the outcome, for the pairs without a
    refusal.
    """
    kept = [pair for pair in pairs if pair.refusal is None]
    x = _by_row([(pair.input.channel, pair.lag_days) for pair in kept], series, days)
    y = _by_row([(pair.outcome.channel, 0) for pair in kept], series, days)
    return Aligned(kept, x, y, np.isfinite(x) & np.isfinite(y))


def refuse_data(
    aligned: Aligned, minimum_days: int, unmixed: Collection[str], shifts: Floats | None = None
) -> list[Refusal | None]:
    """Why the days of each pair cannot answer its question; None where they can.

    `unmixed` are the channels that lost the days of other devices or methods, `shifts` (n,) what is said of
    the shifts of somebody who works some.
    """
    few = aligned.mask.sum(axis=1) < minimum_days
    others = aligned.mask.sum(axis=1) - count_alike(aligned.x, aligned.mask)
    still = others < np.array([least_occasions(pair) for pair in aligned.pairs], np.int64)
    still |= _mostly_one_value(aligned.y, aligned.mask, _MOSTLY_ONE_VALUE)
    wandering = _wanders(aligned.x, aligned.mask)
    wandering[wandering] = _wanders(aligned.y[wandering], aligned.mask[wandering])
    unknown = shifts is not None and _without_shifts(aligned, shifts)
    reasons: list[Refusal | None] = [None] * len(aligned.pairs)
    for row in np.flatnonzero(few | still | wandering | unknown):
        channels = {aligned.pairs[row].input.channel, aligned.pairs[row].outcome.channel}
        if few[row]:
            reasons[row] = Refusal.TOO_FEW_DAYS if channels.isdisjoint(unmixed) else Refusal.SOURCE_CHANGED
        elif still[row]:
            reasons[row] = Refusal.NO_VARIATION
        else:
            reasons[row] = Refusal.WANDERING if wandering[row] else Refusal.SHIFTS_UNKNOWN
    return reasons


def _without_shifts(aligned: Aligned, shifts: Floats) -> Mask:
    """Tell on which rows' days it is mostly unknown whether a shift was worked."""
    said = _by_row([(SHIFT, pair.lag_days) for pair in aligned.pairs], {SHIFT: shifts}, len(shifts))
    known = (np.isfinite(said) & aligned.mask).sum(axis=1)
    unknown: Mask = known < SHIFTS_KNOWN * aligned.mask.sum(axis=1)
    return unknown


def least_occasions(pair: Pair) -> int:
    """Return days with the habit, and without it, that the pair takes."""
    return LEAST_ANSWERS if is_own(pair.input.channel) else LEAST_OCCASIONS


def weigh(
    aligned: Aligned, rows: Sequence[int], series: Mapping[str, Floats], days: NDArray[np.datetime64]
) -> Evidence:
    """Return the evidence of the chosen rows."""
    pairs = [aligned.pairs[row] for row in rows]
    x, y, mask = aligned.x[rows], aligned.y[rows], aligned.mask[rows]
    tamed = dict(zip(series, tame(np.array([*series.values()])), strict=True)) if pairs else {}
    design = design_pairs(pairs, mask, tamed, days)
    left = adjust(
        _by_row([(pair.input.channel, pair.lag_days) for pair in pairs], tamed, len(days)),
        _by_row([(pair.outcome.channel, 0) for pair in pairs], tamed, len(days)),
        design, mask,
    )  # fmt: skip
    # Where most days are alike, ranks of what adjustment left of them are chance, and would drown the others.
    scored_x = np.where(_mostly_one_value(x, mask, OCCASIONAL)[:, None], left.x, rank_rows(left.x))
    scored_y = rank_rows(left.y)
    adjusted = _beyond_causes(correlate_rows(scored_x, scored_y, mask), left.removed)
    effective_n = effective_sizes(scored_x, scored_y, mask)
    degrees: Floats = effective_n - 2 - left.used
    return Evidence(
        pairs, x, y, mask, left.x, left.y, scored_x, scored_y,
        n=mask.sum(axis=1).astype(np.float64),
        effective_n=effective_n,
        adjusted=adjusted,
        p=p_values(adjusted, degrees),
        degrees=degrees,
    )  # fmt: skip


def _beyond_causes(coefficients: Floats, removed: Floats) -> Floats:
    """Take what known causes will still make of coefficients (rows,) off them.

    A cause is known by what stands for it (a watch's stress, a note of illness), so adjusting for it takes a
    part only: with a reliability of two thirds, as single answers and devices have, half as much is left as
    was taken (errors in variables; Fuller 1987). Never taken past nothing, and never added.
    """
    left = np.maximum(LEFT_BY_CAUSES * removed * np.sign(coefficients), 0.0)
    beyond: Floats = np.sign(coefficients) * np.maximum(np.abs(coefficients) - left, 0.0)
    return beyond


def _by_row(asked: Sequence[tuple[str, int]], series: Mapping[str, Floats], days: int) -> Floats:
    """Return (rows, days) of each channel so many days before."""
    place = {key: k for k, key in enumerate(dict.fromkeys(asked))}
    distinct = np.array([shift_days(series[name], lag) for name, lag in place]).reshape(len(place), days)
    return distinct[[place[key] for key in asked]]


def correlate_raw(evidence: Evidence, rows: Sequence[int]) -> tuple[Floats, Floats]:
    """Return Pearson's and Spearman's coefficients (rows,) of the chosen rows as they were measured."""
    x, y, mask = evidence.x[rows], evidence.y[rows], evidence.mask[rows]
    ranks_x, ranks_y = rank_rows(np.where(mask, x, np.nan)), rank_rows(np.where(mask, y, np.nan))
    return correlate_rows(x, y, mask), correlate_rows(ranks_x, ranks_y, mask)


def correlate_halves(evidence: Evidence, row: int) -> tuple[float, float]:
    """Return the adjusted coefficient over the first and over the second half of the paired days."""
    inside = evidence.mask[row]
    x, y = evidence.scored_x[row, inside], evidence.scored_y[row, inside]
    half = len(x) // 2
    sides = np.stack([x[:half], x[-half:], y[:half], y[-half:]])
    first, second = correlate_rows(sides[:2], sides[2:], np.ones((2, half), np.bool_))
    return float(np.nan_to_num(first)), float(np.nan_to_num(second))


def _mostly_one_value(values: Floats, mask: Mask, share: float) -> Mask:
    """Tell of which rows one value fills more than this share of the known days."""
    mostly: Mask = count_alike(values, mask) > share * np.maximum(mask.sum(axis=1), 1)
    return mostly


def count_alike(values: Floats, mask: Mask) -> NDArray[np.int64]:
    """Return days (rows,) that have the median value."""
    alike: NDArray[np.int64] = ((values == row_medians(values, mask)) & mask).sum(axis=1)
    return alike


def _wanders(values: Floats, mask: Mask) -> Mask:
    wanders: Mask = autocorrelations(values[None], mask, 1)[0, :, 0] > _WANDERS
    return wanders
