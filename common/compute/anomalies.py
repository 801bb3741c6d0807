"""Nights unlike a person's own: robust deviations over consecutive nights, one device at a time.

Owns the scores and when they count as unusual; a model's score of unusual days can stand beside them as one
more `Deviation`. Must not know words, and never says why a night was unlike the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from common.compute.baselines import last_known, trailing
from common.compute.channels import CHANNEL_INDEX
from common.compute.person import Floats
from common.compute.series import DailySeries

NIGHTS = 3
KNOWN_NIGHTS = 2
"""Of the last NIGHTS, the last one among them: one night alone, or a glitch in one, is never enough."""
BASELINE_NIGHTS, GAP_NIGHTS, LEAST_BASELINE = 56, 4, 21
GLITCH_SPREADS = 3.0
"""A night counts at most this far off, so that no single one makes the others look unusual."""
ALONE, TOGETHER = 2.1, 1.7
"""Scores from which one measure is told by itself, and from which two are told that agree."""
AGAIN, AGAIN_WITHIN_NIGHTS = 2.6, 60
"""The score it takes so soon after the last: ordinary people are told about once in 60 nights."""
LONG_NIGHTS, LONG_SPREADS = 5, 3.0
"""So many known nights in a row, each so far off and beyond the measure's `long_floor`: a long deviation."""
_MAD_TO_SD = 1.4826

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    metric: str
    channel: str
    unit: str
    worse: int
    """+1 where higher is the direction of strain, -1 where lower is."""
    floor: float
    """The smallest deviation worth a word, in the unit of `transformed`."""
    long_floor: float
    """The deviation from which a long run of nights is worth a doctor's time."""
    logarithmic: bool = False

    def transformed(self, values: Floats) -> Floats:
        return np.log(values) if self.logarithmic else values

    def restored(self, value: float) -> float:
        return float(np.exp(value)) if self.logarithmic else value


MEASURES: tuple[Measure, ...] = (
    Measure("rhr", "rhr_bpm", "bpm", +1, 2.5, 10.0),
    Measure("hrv", "hrv_rmssd_ms", "ms", -1, 0.15, 0.7, logarithmic=True),
    Measure("hrv_sdnn", "hrv_sdnn_ms", "ms", -1, 0.15, 0.7, logarithmic=True),
    Measure("respiratory_rate", "respiratory_rate_brpm", "breaths/min", +1, 0.8, 4.0),
    Measure("skin_temperature", "skin_temperature_c", "degC", +1, 0.4, 1.5),
)


@dataclass(frozen=True)
class Scores:
    """(n,) per night of one measure; NaN where the nights cannot be judged."""

    measure: Measure
    level: Floats
    """Middle of the last NIGHTS, as `transformed`."""
    usual: Floats
    score: Floats
    """How far the level lies in the direction of strain, in spreads of such levels before."""
    baseline_nights: Floats
    long_run: NDArray[np.int64]
    """Known nights in a row up to this one that are far off."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One measure's nights against the person's usual, in its own unit."""

    metric: str
    unit: str
    level: float
    usual: float
    score: float
    nights: int
    """The last known nights it is about."""
    baseline_nights: int
    long: bool
    higher: bool


@dataclass(frozen=True, slots=True)
class Unusual:
    night: date
    drivers: tuple[Deviation, ...]
    """The strongest first."""

    @property
    def long(self) -> bool:
        return self.drivers[0].long


def find_unusual(series: DailySeries) -> Unusual | None:
    """Whether the nights up to the last day of `series` are unlike the person's own before them."""
    scores = [score_nights(series, measure) for measure in MEASURES]
    if not bool(is_unusual(scores)[-1]):
        return None
    drivers = [
        _describe(one)
        for one in scores
        if one.long_run[-1] >= LONG_NIGHTS or np.nan_to_num(one.score[-1]) >= TOGETHER
    ]
    drivers.sort(key=lambda driver: (not driver.long, -driver.score))
    return Unusual(series.days[-1].item(), tuple(drivers))


def is_unusual(scores: Sequence[Scores]) -> Mask:
    """(n,) True where one measure is far off or two agree."""
    known = np.nan_to_num(np.stack([one.score for one in scores]), nan=-np.inf)
    ranked = np.sort(known, axis=0)
    long = np.stack([one.long_run for one in scores]).max(axis=0) >= LONG_NIGHTS
    off = (ranked[-1] >= ALONE) | (ranked[-2] >= TOGETHER) | long
    return _spaced(off, (ranked[-1] >= AGAIN) | long)


def _spaced(off: Mask, surely: Mask) -> Mask:
    """`off` without nights that come too soon after another episode and are not surely off themselves."""
    kept = np.zeros(len(off), np.bool_)
    began = latest = -AGAIN_WITHIN_NIGHTS - 1
    for night in np.flatnonzero(off).tolist():
        goes_on = night - latest <= NIGHTS
        if goes_on or surely[night] or night - began > AGAIN_WITHIN_NIGHTS:
            began = began if goes_on else night
            latest, kept[night] = night, True
    return kept


def score_nights(series: DailySeries, measure: Measure) -> Scores:
    """How unlike the last NIGHTS are, given where the person stood just before them.

    Nights resemble each other, on some devices closely. So the mean of the last nights is compared with what
    the night before them leads to expect (regression towards the person's usual), in spreads of what is left.
    """
    values = measure.transformed(series[measure.channel])
    values = same_source(values, series.source_codes[CHANNEL_INDEX[measure.channel]])
    before = trailing(_delayed(values, GAP_NIGHTS), BASELINE_NIGHTS)
    nights = np.isfinite(before).sum(axis=1).astype(float)
    window = trailing(values, NIGHTS)
    known = np.isfinite(window).sum(axis=1)
    with np.errstate(all="ignore"):
        usual = _median(before)
        spread = np.maximum(_deviation(before, usual), measure.floor / 4)
        limit = (GLITCH_SPREADS * spread)[:, None]
        strains = measure.worse * (window - usual[:, None])
        strain = np.where(np.isfinite(strains), np.clip(strains, -limit, limit), 0).sum(axis=1) / known
        stood = measure.worse * (last_known(_delayed(values, NIGHTS), NIGHTS)[0] - usual)
        stood = np.nan_to_num(np.clip(stood, -limit[:, 0], limit[:, 0]))
        slope = _slope(_earlier(stood), _earlier(strain))
        surprise = strain - slope * stood
        left = _MAD_TO_SD * _median(np.abs(_earlier(strain) - slope[:, None] * _earlier(stood)))
        score = surprise / np.fmax(left, spread / NIGHTS)
        raised = (strains >= spread[:, None]).sum(axis=1)
        far = measure.worse * (values - usual) >= np.fmax(measure.long_floor, LONG_SPREADS * spread)
        level = _median(window)
    judged = (nights >= LEAST_BASELINE) & (known >= KNOWN_NIGHTS) & np.isfinite(values)
    judged &= (strain >= measure.floor) & (raised >= KNOWN_NIGHTS)
    run = _run_lengths(far & (nights >= LEAST_BASELINE), np.isfinite(values))
    return Scores(measure, level, usual, np.where(judged, score, np.nan), nights, run)


def _run_lengths(far: Mask, known: Mask) -> NDArray[np.int64]:
    """(n,) far nights in a row up to each; unknown nights neither count nor break the run."""
    lengths = np.zeros(len(far), np.int64)
    run = 0
    for night in range(len(far)):
        run = run + 1 if far[night] else run * (not known[night])
        lengths[night] = run if known[night] else 0
    return lengths


def _earlier(values: Floats) -> Floats:
    return trailing(_delayed(values, GAP_NIGHTS), BASELINE_NIGHTS)


def _slope(x: Floats, y: Floats) -> Floats:
    """(n, k), (n, k) -> (n,) slope through the origin over the pairs known, within 0..1."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(both, x, 0.0), np.where(both, y, 0.0)
    slope: Floats = (x * y).sum(axis=1) / np.maximum((x * x).sum(axis=1), 1e-9)
    return np.clip(slope, 0.0, 1.0)


def same_source(values: Floats, codes: NDArray[np.int16]) -> Floats:
    """The nights of the device the last known night is from: another device's nights are no baseline."""
    known = codes[codes >= 0]
    return values if not known.size else np.where(codes == known[-1], values, np.nan)


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


def _deviation(windows: Floats, center: Floats) -> Floats:
    return _MAD_TO_SD * _median(np.abs(windows - center[:, None]))


def _describe(one: Scores) -> Deviation:
    measure = one.measure
    run = int(one.long_run[-1])
    long = run >= LONG_NIGHTS
    return Deviation(
        metric=measure.metric,
        unit=measure.unit,
        level=measure.restored(float(one.level[-1])),
        usual=measure.restored(float(one.usual[-1])),
        score=float(np.nan_to_num(one.score[-1])),
        nights=run if long else NIGHTS,
        baseline_nights=int(one.baseline_nights[-1]),
        long=long,
        higher=measure.worse > 0,
    )
