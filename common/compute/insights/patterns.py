"""Insights of a person's rhythm over four weeks: weekends, late meals, uneven nights, equal training.

Every threshold is written here with what it keeps out. Nothing is compared with other people but what a
guideline names.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from common.compute.anomalies import Mask, same_source
from common.compute.insights.advice import ADVISED_FIBER_G, ADVISED_SLEEP_MINUTES, ADVISED_STEPS
from common.compute.insights.facts import Fact, Insight, Weight, bounded
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import Floats

PERIOD_DAYS = 28
LEAST_WEEKEND, LEAST_WEEKDAY = 5, 12
SURE = 3.3
"""Standard errors a difference must span: with it a person without a weekly rhythm is told of one in under
1 of 100 four-week periods."""
WEEKEND_SLEEP_MINUTES, WEEKEND_MEALS_HOURS = 45.0, 1.0
LOW_BENEFIT = 0.5
LATE_HOUR, LATE_SHARE, LEAST_MEAL_DAYS = 21.0, 0.4, 10
LEAST_NIGHTS = 14
UNEVEN_MINUTES = 210.0
"""Between the 10th and the 90th percentile of the nights: about one real person in five lies above it."""
SHORT_MINUTES = 390.0
LEAST_SLEPT_NIGHTS, LEAST_FIBER_DAYS, LEAST_WALKED_DAYS = 10, 7, 10
CLEAR = 2.0
"""Standard errors by which an average must lie on its side of a line."""
LITTLE_FIBER_G, FEW_STEPS = 20.0, 6_000.0
"""Well below what is advised, so that a portion not logged or an hour without the device changes nothing."""
LEAST_STEPS = 1_500.0
"""Whose device counts fewer does not wear it, or is not well: nothing to advise on."""
STEPS_IN_TEN_MINUTES = 1_000.0
"""At a common pace (Tudor-Locke et al. 2018, about 100 steps a minute)."""
MONOTONY_LIMIT, LEAST_TRAINED = 2.0, 5


@dataclass(frozen=True)
class Sample:
    """The last four weeks, closed and masked to complete days."""

    series: DailySeries
    weekend: Mask

    def __getitem__(self, channel: str) -> Floats:
        values = self.series[channel][-PERIOD_DAYS:]
        codes = self.series.source_codes
        if codes.size and channel in {"sleep_minutes", "steps"}:
            return same_source(values, codes[CHANNEL_INDEX[channel]][-PERIOD_DAYS:])
        return values


def _weekend_difference(values: Floats, weekend: Mask) -> tuple[float, float] | None:
    """Return means (weekend, other days) where they surely differ (Welch), else None."""
    known = np.isfinite(values)
    a, b = values[known & weekend], values[known & ~weekend]
    if len(a) < LEAST_WEEKEND or len(b) < LEAST_WEEKDAY:
        return None
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    if abs(a.mean() - b.mean()) < SURE * error:
        return None
    return float(a.mean()), float(b.mean())


def _weekend_sleep(sample: Sample) -> Insight | None:
    nights = sample["sleep_minutes"]
    means = _weekend_difference(nights, sample.weekend)
    if means is None or abs(means[0] - means[1]) < WEEKEND_SLEEP_MINUTES:
        return None
    gap = means[0] - means[1]
    return _pattern(
        "weekend_sleep",
        "more" if gap > 0 else "less",
        (gap, 20.0),
        Fact(int(np.isfinite(nights).sum()), "nights"),
        Weight(bounded(abs(gap) / 120), 0.85, 0.7),
        plotted="sleep_duration",
        facts={
            "way": Fact("longer" if gap > 0 else "shorter", "way"),
            "weekend": Fact(means[0], "min"),
            "weekday": Fact(means[1], "min"),
            "gap": Fact(abs(gap), "min"),
            "advice": Fact("weekend_more" if gap > 0 else "weekend_less", "advice"),
        },
    )


def _weekend_meals(sample: Sample) -> Insight | None:
    middle = (sample["first_meal_hour"] + sample["last_meal_hour"]) / 2
    means = _weekend_difference(middle, sample.weekend)
    if means is None or abs(means[0] - means[1]) < WEEKEND_MEALS_HOURS:
        return None
    gap = means[0] - means[1]
    return _pattern(
        "weekend_meals",
        "later" if gap > 0 else "earlier",
        (gap, 0.5),
        Fact(int(np.isfinite(middle).sum()), "days"),
        Weight(bounded(abs(gap) / 4), 0.85, 0.7),
        plotted="eating_midpoint",
        facts={
            "way": Fact("later" if gap > 0 else "earlier", "way"),
            "weekend": Fact(means[0], "clock"),
            "weekday": Fact(means[1], "clock"),
            "gap": Fact(abs(gap), "clock_change"),
        },
    )


def _late_eating(sample: Sample) -> Insight | None:
    last = sample["last_meal_hour"]
    known = last[np.isfinite(last)]
    late = int((known >= LATE_HOUR).sum())
    if len(known) < LEAST_MEAL_DAYS or late < LATE_SHARE * len(known):
        return None
    share = late / len(known)
    return _pattern(
        "late_eating",
        "late",
        (share, 0.2),
        Fact(len(known), "days"),
        Weight(0.5 * share + 0.2, 0.8, 0.9),
        plotted="last_meal_time",
        facts={
            "late": Fact(late, "count"),
            "hour": Fact(LATE_HOUR, "clock"),
            "usual": Fact(float(np.median(known)), "clock"),
        },
    )


def _irregular_sleep(sample: Sample) -> Insight | None:
    nights = sample["sleep_minutes"]
    known = nights[np.isfinite(nights)]
    if len(known) < LEAST_NIGHTS:
        return None
    low, high = (float(q) for q in np.quantile(known, [0.1, 0.9]))
    if high - low < UNEVEN_MINUTES:
        return None
    return _pattern(
        "irregular_sleep",
        "uneven",
        (high - low, 60.0),
        Fact(len(known), "nights"),
        Weight(bounded((high - low) / 400), 0.8, 0.7),
        plotted="sleep_duration",
        facts={
            "lower": Fact(low, "min"),
            "upper": Fact(high, "min"),
            "spread": Fact(high - low, "min"),
        },
    )


def _short_sleep(sample: Sample) -> Insight | None:
    nights = sample["sleep_minutes"]
    known = nights[np.isfinite(nights)]
    if len(known) < LEAST_SLEPT_NIGHTS or not _is_clearly_below(known, SHORT_MINUTES):
        return None
    average = float(known.mean())
    return _pattern(
        "short_sleep",
        "short",
        (average, 20.0),
        Fact(len(known), "nights"),
        Weight(bounded((ADVISED_SLEEP_MINUTES - average) / 90), 0.8, 0.8),
        plotted="sleep_duration",
        facts={
            "average": Fact(average, "min"),
            "advised": Fact(ADVISED_SLEEP_MINUTES, "min"),
        },
    )


def _is_clearly_below(known: Floats, line: float) -> bool:
    return bool(known.mean() + CLEAR * known.std(ddof=1) / np.sqrt(len(known)) < line)


def _little_fiber(sample: Sample) -> Insight | None:
    fiber = sample["fiber_g"]
    known = fiber[np.isfinite(fiber)]
    if len(known) < LEAST_FIBER_DAYS or not _is_clearly_below(known, LITTLE_FIBER_G):
        return None
    average = float(known.mean())
    return _pattern(
        "little_fiber",
        "little",
        (average, 4.0),
        Fact(len(known), "days"),
        Weight(bounded((ADVISED_FIBER_G - average) / 25), 0.8, 0.9),
        plotted="fiber_daily",
        facts={"average": Fact(average, "g"), "advised": Fact(ADVISED_FIBER_G, "g")},
    )


def _few_steps(sample: Sample) -> Insight | None:
    steps = sample["steps"]
    # a device worn in the night too: a phone left on the table counts little of a day
    known = steps[np.isfinite(steps) & np.isfinite(sample["sleep_minutes"])]
    if len(known) < LEAST_WALKED_DAYS or not _is_clearly_below(known, FEW_STEPS):
        return None
    average = float(known.mean())
    if average < LEAST_STEPS:
        return None
    return _pattern(
        "few_steps",
        "few",
        (average, 1000.0),
        Fact(len(known), "days"),
        Weight(bounded((ADVISED_STEPS - average) / ADVISED_STEPS), 0.75, 0.9),
        plotted="steps_daily",
        facts={
            "average": Fact(average, "steps"),
            "advised": Fact(ADVISED_STEPS, "steps"),
            "walk": Fact(STEPS_IN_TEN_MINUTES, "steps"),
        },
    )


def _same_training(sample: Sample) -> Insight | None:
    load, minutes = sample["training_load"][-7:], sample["workout_minutes"][-7:]
    if not np.isfinite(load).all() or (load > 0).sum() < LEAST_TRAINED or load.std(ddof=1) == 0:
        return None
    score = float(load.mean() / load.std(ddof=1))
    if score < MONOTONY_LIMIT:
        return None
    return _pattern(
        "same_training",
        "alike",
        (score, 0.75),
        Fact(7, "days"),
        Weight(bounded(score / 6), 0.7, 0.8),
        plotted="training_load_daily",
        facts={
            "trained": Fact(int((load > 0).sum()), "count"),
            "minutes": Fact(float(np.nansum(minutes)), "min"),
            "score": Fact(score, "ratio"),
            "limit": Fact(MONOTONY_LIMIT, "ratio"),
        },
        period=7,
    )


def _pattern(
    template: str,
    direction: str,
    size: tuple[float, float],
    days: Fact,
    weight: Weight,
    *,
    plotted: str,
    facts: dict[str, Fact],
    period: int = PERIOD_DAYS,
) -> Insight:
    """`size` is the pattern's magnitude, and how much of a change of it is news."""
    return Insight(
        kind="PATTERN_DETECTED",
        template=template,
        subject=template,
        direction=direction,
        priority="LOW" if weight.benefit < LOW_BENEFIT else "MEDIUM",
        facts={"days": days, "nights": days, "period": Fact(period, "days"), **facts},
        weight=weight,
        data_points=int(days.value),
        magnitude=size[0],
        tolerance=size[1],
        plotted=(plotted,),
        plotted_days=period,
    )


_TELLERS: tuple[Callable[[Sample], Insight | None], ...] = (
    _weekend_sleep,
    _weekend_meals,
    _late_eating,
    _irregular_sleep,
    _short_sleep,
    _little_fiber,
    _few_steps,
    _same_training,
)


def tell_patterns(series: DailySeries) -> list[Insight]:
    days = series.days[-PERIOD_DAYS:].astype("datetime64[D]").astype(np.int64)
    sample = Sample(series, (days + 3) % 7 >= 5)  # Monday is 0
    return [insight for tell in _TELLERS if (insight := tell(sample)) is not None]
