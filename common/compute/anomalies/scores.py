"""How far one measure's last nights have stepped away from what the person's own nights lead to expect.

A step that began two or three nights ago leaves a known trace in what each night adds to the one before it;
the score is how clearly that trace is there: a matched filter on the innovations of an autoregression
(Basseville and Nikiforov 1993, "Detection of Abrupt Changes", section 2.4). One device at a time.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from common.compute.anomalies.watched import Watched
from common.compute.forecasts.rules import trailing
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import Floats

NIGHTS = 3
KNOWN_NIGHTS = 2
"""Of the last NIGHTS, the last one among them: one night alone, or a glitch in one, is never enough."""
GAP_NIGHTS = 4
"""Nights just before are no part of what is usual."""
BASELINE_NIGHTS, SPREAD_NIGHTS, LEAST_BASELINE = 56, 84, 21
GLITCH_SPREADS = 3.0
"""A night counts at most this far off, so that no single one makes the others look unusual."""
GLITCH_SURPRISES = 4.0
RAISED_SPREADS = 0.8
"""How far at least KNOWN_NIGHTS of the last nights lie from the usual."""
PRIOR_NIGHTS, PRIOR_RESEMBLANCE, MOST_RESEMBLANCE = 8.0, 0.4, 0.95
LEAST_SURPRISE = 0.2
"""Of the spread: nights that hardly differ leave room for rounding."""
LONG_SPREADS = 3.0
"""A night so far off, and beyond the measure's `long_floor`, counts towards a long deviation."""
_MAD_TO_SD = 1.4826
_WINSOR, _WINSOR_SHARE = 2.0, 0.9205
"""Share of a normal's variance that is left when no value counts past so many standard deviations."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scores:
    """(n,) per night of one measure; NaN where the nights cannot be judged."""

    watched: Watched
    level: Floats
    """Middle of the last NIGHTS, on the scale of `Measure.to_scale`."""
    usual: Floats
    habit: Floats
    """(n, k) strain of the nights before, latest first, in the spreads of the night that is judged."""
    lately: Floats
    """(n, 2 * NIGHTS) the same of the last nights, this one first."""
    judged: Mask
    worth_a_word: Mask
    """The nights themselves lie far enough off."""
    baseline_nights: Floats
    long_run: NDArray[np.int64]
    """Known nights in a row up to this one that are far off."""

    @cached_property
    def step(self) -> Floats:
        """How clearly the level has stepped towards strain; about normal where nothing happens."""
        with np.errstate(all="ignore"):
            return np.where(self.judged, _step(self.lately, *_expect(self.habit)), np.nan)

    @cached_property
    def score(self) -> Floats:
        """The step, where it is worth a word."""
        return np.where(self.worth_a_word, self.step, np.nan)


def score_nights(series: DailySeries, watched: Watched) -> Scores:
    """Judge every night of `series` by itself and the nights before it."""
    measure, watch = watched.measure, watched.watch
    values = measure.to_scale(series[measure.channel])
    channel = CHANNEL_INDEX[measure.channel]
    if measure.logarithmic:
        # the scale of HRV is the device's: a level that settled with new firmware is no longer unusual, while
        # a heart rate that stays up is the body's
        values = np.where(series.channel_eras[channel].seen_on(len(series.days) - 1), values, np.nan)
    else:
        values = same_source(values, series.source_codes[channel])
    before = _before(values, SPREAD_NIGHTS)
    nights = np.isfinite(before[:, :BASELINE_NIGHTS]).sum(axis=1).astype(float)
    known = np.isfinite(trailing(values, NIGHTS)).sum(axis=1)
    with np.errstate(all="ignore"):
        usual = _median(before[:, :BASELINE_NIGHTS])
        spread = np.maximum(_spread(before - usual[:, None]), watch.floor / 4)
        # in spreads of the night that is judged: its own usual and spread for every night before it
        habit = watch.worse * (before - usual[:, None]) / spread[:, None]
        lately = watch.worse * (trailing(values, 2 * NIGHTS) - usual[:, None]) / spread[:, None]
        strains = lately[:, :NIGHTS]
        mean = np.nansum(np.clip(strains, -GLITCH_SPREADS, GLITCH_SPREADS), axis=1) / known
        worth_a_word = (mean * spread >= watch.floor) & (
            (strains >= RAISED_SPREADS).sum(axis=1) >= KNOWN_NIGHTS
        )
        far = (strains[:, 0] >= LONG_SPREADS) & (strains[:, 0] * spread >= watch.long_floor)
        level = _median(trailing(values, NIGHTS))
    judged = (nights >= LEAST_BASELINE) & (known >= KNOWN_NIGHTS) & np.isfinite(values)
    run = _run_lengths(far & (nights >= LEAST_BASELINE), np.isfinite(values))
    return Scores(watched, level, usual, habit, lately, judged, worth_a_word, nights, run)


def same_source(values: Floats, codes: NDArray[np.int16]) -> Floats:
    """Return the nights of the device the last known night is from: another device's nights are no
    baseline.
    """
    known = codes[codes >= 0]
    return values if not known.size else np.where(codes == known[-1], values, np.nan)


def _expect(habit: Floats) -> tuple[Floats, Floats]:
    """(n, k) strain of the nights before, latest first -> (n,) how much of a night's strain the next one has,
    in 0..1, and (n,) the spread of what it adds.

    A device that smooths over days makes the first large and the second small. Both are shrunk towards what
    is common, the more the fewer pairs of nights there are; the first is corrected for the downward bias of
    few nights (Kendall 1954).
    """
    held = np.clip(habit, -GLITCH_SPREADS, GLITCH_SPREADS)
    following, night = held[:, :-1], held[:, 1:]
    both = np.isfinite(following) & np.isfinite(night)
    pairs = both.sum(axis=1)
    products = np.where(both, following * night, 0.0).sum(axis=1)
    squares = np.where(both, night**2, 0.0).sum(axis=1)
    found = (products + PRIOR_NIGHTS * PRIOR_RESEMBLANCE) / (squares + PRIOR_NIGHTS)
    found += (1 + 3 * found) / (2 * (pairs + PRIOR_NIGHTS))
    resemblance: Floats = np.clip(found, 0.0, MOST_RESEMBLANCE)
    own = _spread(np.where(both, following - resemblance[:, None] * night, np.nan))
    trust = pairs / (pairs + PRIOR_NIGHTS)
    variance = trust * np.nan_to_num(own) ** 2 + (1 - trust) * (1 - resemblance**2)
    return resemblance, np.maximum(np.sqrt(variance), LEAST_SURPRISE)


def _step(lately: Floats, resemblance: Floats, added: Floats) -> Floats:
    """(n, 2 * NIGHTS) strain, latest first -> (n,) the clearest step that began one or two nights before."""
    held = np.clip(lately, -GLITCH_SPREADS, GLITCH_SPREADS)
    surprises, later = [], []
    for night in range(NIGHTS - 1, -1, -1):
        earlier = held[:, night + 1 : night + 1 + NIGHTS]
        known = np.isfinite(earlier)
        latest = known.argmax(axis=1)
        # after a gap of g nights the one before says resemblance ** g; with none known, nothing
        carried = np.where(known.any(axis=1), resemblance ** (latest + 1), 0.0)
        stood = np.nan_to_num(np.take_along_axis(earlier, latest[:, None], axis=1)[:, 0])
        spread = added * np.sqrt((1 - carried**2) / (1 - resemblance**2))
        surprises.append(
            np.clip((lately[:, night] - carried * stood) / spread, -GLITCH_SURPRISES, GLITCH_SURPRISES)
        )
        later.append(1 - carried)
    nights, weights = np.stack(surprises, axis=1), np.stack(later, axis=1)
    # on its first night a step surprises whole, later only by what the night before did not carry over
    return np.fmax(*(_clarity(nights[:, -length:], weights[:, -length:]) for length in (2, 3)))


def _clarity(surprises: Floats, later: Floats) -> Floats:
    """(n, k), (n, k) -> (n,): the trace of a step in k nights, oldest first, in spreads of such sums."""
    there = np.isfinite(surprises)
    first = there & (np.cumsum(there, axis=1) == 1)
    weight = np.where(there, np.where(first, 1.0, later), 0.0)
    total = (weight * np.nan_to_num(surprises)).sum(axis=1) / np.sqrt((weight**2).sum(axis=1))
    return np.where(there.sum(axis=1) >= KNOWN_NIGHTS, total, np.nan)


def _run_lengths(far: Mask, known: Mask) -> NDArray[np.int64]:
    """(n,) far nights in a row up to each; unknown nights neither count nor break the run."""
    lengths = np.zeros(len(far), np.int64)
    run = 0
    for night in range(len(far)):
        run = run + 1 if far[night] else run * (not known[night])
        lengths[night] = run if known[night] else 0
    return lengths


def _before(values: Floats, nights: int) -> Floats:
    """(n,) -> (n, nights) the nights before each, without the last GAP_NIGHTS."""
    return trailing(_delayed(values, GAP_NIGHTS), nights)


def _delayed(values: Floats, nights: int) -> Floats:
    return np.concatenate([np.full(nights, np.nan), values])[: len(values)]


def _median(windows: Floats) -> Floats:
    """(n, k) -> (n,) median of the known, NaN where none is."""
    ordered = np.sort(windows, axis=1)  # NaN last
    count = np.isfinite(windows).sum(axis=1)
    rows = np.arange(len(windows))
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    middle: Floats = (ordered[rows, low] + ordered[rows, np.minimum(high, windows.shape[1] - 1)]) / 2
    return np.where(count > 0, middle, np.nan)


def _spread(away: Floats) -> Floats:
    """(n, k) -> (n,) standard deviation about zero, no value counting past _WINSOR of them."""
    size = np.abs(away)
    size = np.minimum(size, _WINSOR * _MAD_TO_SD * _median(size)[:, None])
    known = np.isfinite(size).sum(axis=1)
    spread: Floats = np.sqrt(np.nansum(size**2, axis=1) / known / _WINSOR_SHARE)
    return spread
