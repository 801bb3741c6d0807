"""Insights of where a person's measures lie: what is normal for them, a level that jumped and stayed, and a
month unlike the one before.
"""

import numpy as np

from common.compute.anomalies import same_source
from common.compute.insights.facts import Fact, Insight, Weight, bounded, reasons_for
from common.compute.measures import REGISTER, Level, Measure, Taken
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.eras import USUAL_WITHIN_DAYS
from common.compute.series.rows import Floats

FIRST_NIGHTS, NEW_UNTIL_NIGHTS = 10, 28
"""Known nights from which a usual range is told, and up to which it is of all of them."""
LATELY_DAYS, LEAST_LATELY_NIGHTS = 56, 28
"""Later it is of eight weeks, half of whose nights are known: news where it was not told, or has moved."""
RECENT_DAYS, BEFORE_DAYS = 14, 28
LEAST_RECENT, LEAST_BEFORE = 10, 18
LEAST_LATELY = 3
SURE = 3.5
"""Standard errors, with neighbouring nights counted as less than independent."""
STRONGEST_RESEMBLANCE = 0.8
SETTLED_NEWS_DAYS = 28
"""So long a level that settled is news; from then on it is what is usual."""


def tell_levels(series: DailySeries) -> list[Insight]:
    """`series` must be closed."""
    told, reasons = [], reasons_for(series.profile)
    for measure in REGISTER:
        if measure.level is not None:
            values = _of_one_device(series, measure)
            shift = _shift(measure, measure.level, values, reasons)
            told += [shift or _settled(series, measure, measure.level, reasons) or _usual(measure, values)]
    return [insight for insight in told if insight is not None]


def _of_one_device(series: DailySeries, measure: Measure) -> Floats:
    """Return the measure's days on the device in use; of HRV, whose scale is the device's, at its settled
    level.
    """
    values = series[measure.channel]
    if not series.source_codes.size:
        return values
    channel = CHANNEL_INDEX[measure.channel]
    if measure.logarithmic:
        return np.where(series.channel_eras[channel].seen_on(len(series.days) - 1), values, np.nan)
    return same_source(values, series.source_codes[channel])


def _usual(measure: Measure, values: Floats) -> Insight | None:
    known = values[np.isfinite(values)]
    settled = len(known) > NEW_UNTIL_NIGHTS
    if settled:
        known = values[-LATELY_DAYS:][np.isfinite(values[-LATELY_DAYS:])]
    if measure.taken is Taken.DAY or len(known) < (LEAST_LATELY_NIGHTS if settled else FIRST_NIGHTS):
        return None
    if np.isfinite(values[-RECENT_DAYS:]).sum() < LEAST_LATELY:
        return None
    low, middle, high = (float(q) for q in np.quantile(known, [0.1, 0.5, 0.9]))
    return Insight(
        kind="PATTERN_DETECTED",
        template="usual_lately" if settled else "usual_range",
        subject=f"usual:{measure.name}",
        direction="known",
        priority="LOW",
        facts={
            "metric": Fact(measure.name, "metric"),
            "lower": Fact(low, measure.unit),
            "upper": Fact(high, measure.unit),
            "usual": Fact(middle, measure.unit),
            "nights": Fact(len(known), "nights"),
            "period": Fact(LATELY_DAYS, "days"),
        },
        weight=Weight(0.3 if settled else 0.5, bounded(len(known) / NEW_UNTIL_NIGHTS), 0.4),
        data_points=len(known),
        magnitude=middle,
        tolerance=max((high - low) / 2, 1e-9),
        plotted=(measure.feature,),
        plotted_days=min(LATELY_DAYS, len(values)) if settled else len(values),
    )


def _settled(series: DailySeries, measure: Measure, level: Level, reasons: Fact) -> Insight | None:
    """Return the level at which HRV settled on the device in use, against the one it had before."""
    if not (measure.logarithmic and series.source_codes.size):
        return None
    eras, values = series.channel_eras[CHANNEL_INDEX[measure.channel]], series[measure.channel]
    devices = eras.codes[eras.codes >= 0]
    shifts = [shift for shift in eras.shifts if shift.source == devices[-1]]
    if not shifts or len(values) - shifts[-1].known > SETTLED_NEWS_DAYS:
        return None
    start, first = shifts[-1].start, max((shift.start for shift in shifts[:-1]), default=0)
    of_device = np.where(eras.codes == devices[-1], values, np.nan)
    before, since = of_device[max(start - USUAL_WITHIN_DAYS, first) : start], of_device[start:]
    before, since = before[np.isfinite(before)], since[np.isfinite(since)]
    then, now = float(np.median(before)), float(np.median(since))
    up = now > then
    return Insight(
        kind="PATTERN_DETECTED",
        template="settled_level",
        subject=f"settled:{measure.name}",
        direction="up" if up else "down",
        priority="MEDIUM",
        facts={
            "metric": Fact(measure.name, "metric"),
            "way": Fact("higher" if up else "lower", "way"),
            "since": Fact(series.days[start].item().isoformat(), "date"),
            "level": Fact(now, measure.unit),
            "usual": Fact(then, measure.unit),
            "change": Fact(abs(now - then), measure.unit),
            "nights": Fact(len(since), "nights"),
            "before": Fact(len(before), "nights"),
            "reasons": reasons,
        },
        weight=Weight(bounded(abs(now - then) / (level.large * then)), 0.9, 0.5),
        data_points=len(since) + len(before),
        magnitude=now - then,
        tolerance=abs(now - then) / 2,
        plotted=(measure.feature,),
        plotted_days=min(LATELY_DAYS, len(values)),
    )


def _shift(measure: Measure, level: Level, values: Floats, reasons: Fact) -> Insight | None:
    """Return the last fortnight's mean against that of the four weeks before."""
    recent, before = values[-RECENT_DAYS:], values[-RECENT_DAYS - BEFORE_DAYS : -RECENT_DAYS]
    a, b = recent[np.isfinite(recent)], before[np.isfinite(before)]
    if len(a) < LEAST_RECENT or len(b) < LEAST_BEFORE:
        return None
    now, then = float(a.mean()), float(b.mean())
    error = np.sqrt(a.var(ddof=1) / _independent(recent) + b.var(ddof=1) / _independent(before))
    if abs(now - then) < max(SURE * error, level.floor * then):
        return None
    up = now > then
    good = measure.better == (1 if up else -1)
    advice = "shift_good" if good else "shift_bad"
    if measure.name == "steps":
        advice = "shift_steps_more" if up else "shift_steps_less"
    return Insight(
        kind="PATTERN_DETECTED",
        template="month_shift",
        subject=f"level:{measure.name}",
        direction="up" if up else "down",
        priority="LOW" if good else "MEDIUM",
        facts={
            "metric": Fact(measure.name, "metric"),
            "way": Fact("up" if up else "down", "way"),
            "recent": Fact(RECENT_DAYS, "days"),
            "before": Fact(BEFORE_DAYS, "days"),
            "level": Fact(now, measure.unit),
            "usual": Fact(then, measure.unit),
            "change": Fact(abs(now - then), measure.unit),
            "days": Fact(len(a) + len(b), "days" if measure.taken is Taken.DAY else "nights"),
            "advice": Fact(advice, "advice"),
            "reasons": reasons,
        },
        weight=Weight(bounded(abs(now - then) / (level.large * then)), 0.85, 0.5),
        data_points=len(a) + len(b),
        magnitude=now - then,
        tolerance=abs(now - then) / 2,
        plotted=(measure.feature,),
        plotted_days=RECENT_DAYS + BEFORE_DAYS,
    )


def _independent(values: Floats) -> float:
    """Known nights, fewer the more each resembles the one before (Bayley & Hammersley 1946, lag one)."""
    known = values[np.isfinite(values)]
    centred = values - known.mean()
    product = centred[1:] * centred[:-1]
    pairs = product[np.isfinite(product)]
    resemblance = float(pairs.mean() / max(known.var(), 1e-9)) if pairs.size else 0.0
    # a short stretch understates how alike nights are, by about (1 + 4 r) / n (Kendall 1954)
    resemblance += (1 + 4 * max(resemblance, 0.0)) / len(known)
    r = min(max(resemblance, 0.0), STRONGEST_RESEMBLANCE)
    return len(known) * (1 - r) / (1 + r)
