"""Insights of a person's own trials: how one runs, and what it found."""

from datetime import date

import numpy as np

from common.compute.insights.advice import ADVICE, usual
from common.compute.insights.facts import Fact, Insight, Weight, bounded
from common.compute.insights.findings import BETTER, SUREST, way_of
from common.compute.measures import REGISTER, Taken
from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats
from common.compute.trials import Trial, analyse, follow

STEPS: dict[str, float] = {
    "alcohol_drinks_daily": 1, "alcohol": 1, "late_energy_daily": 300, "last_meal_time": 1,
    "evening_training_minutes": 30,
    "sugar_daily": 25, "saturated_fat_daily": 10, "sodium_daily": 1000, "breakfast_skipped": 1,
    "fiber_daily": 10, "protein_daily": 30, "steps_daily": 3000, "exercise_minutes_daily": 30,
    "standing_hours_daily": 2,
}  # fmt: skip
"""How much of a change a trial asks for, in the channel's unit and the advice's direction. Of a day, so that
the night after it can answer: sleep itself is no part of a day."""

TRIAL_TEMPLATES = frozenset({"trial_running", "trial_result", "trial_unfinished"})
OUTCOMES = {
    measure.name: measure for measure in REGISTER if measure.taken is Taken.NIGHT and measure.name in BETTER
}


def can_try(feature: str, metric: str) -> bool:
    """Whether a trial of the one against the other can be asked for at all."""
    return feature in STEPS and metric in OUTCOMES


def tell_trial(trial: Trial, series: DailySeries, today: date) -> Insight:
    """`series` must be closed and masked to complete days, up to `today` or the day before."""
    if today <= trial.last_outcome:
        return _running(trial, series, today)
    outcomes = outcomes_of(trial, series)
    result = analyse(trial, outcomes)
    if result is None:
        known = Fact(int(np.isfinite(outcomes).sum()), "count")
        return _make(trial, "trial_unfinished", {"known": known}, Weight(0.3, 0.9, 0.4))
    better = BETTER[trial.metric][0] * result.change > 0
    sign = 1 if result.change >= 0 else -1
    lower, upper = sorted((sign * result.lower, sign * result.upper))
    unit = OUTCOMES[trial.metric].unit
    facts = {
        "change": Fact(abs(result.change), unit),
        "way": Fact(way_of(trial.metric, up=sign > 0), "way"),
        "lower": Fact(lower, unit),
        "upper": Fact(upper, unit),
        "pairs": Fact(result.pairs, "count"),
        "chance": Fact(100 * result.p_value, "%"),
        "verdict": Fact("open" if not result.sure else "keep" if better else "leave", "verdict"),
    }
    weight = Weight(1.0 if result.sure else 0.6, min(bounded(1 - result.p_value), SUREST), 1.0)
    return _make(trial, "trial_result", facts, weight, data_points=2 * result.pairs)


def outcomes_of(trial: Trial, series: DailySeries) -> Floats:
    """Return (length_days,) what each day of the trial could move; NaN where unknown or not reached yet."""
    return _values(series, OUTCOMES[trial.metric].channel, trial, trial.lag_days)


def _running(trial: Trial, series: DailySeries, today: date) -> Insight:
    advice = ADVICE[trial.feature]
    before = _before(series, trial.start)
    step = advice.direction * STEPS[trial.feature]
    kept, past = follow(
        trial, _values(series, advice.channel, trial), usual(before, advice.channel), step, today
    )
    chosen = [day.isoformat() for day, change in zip(trial.days, trial.changed(), strict=True) if change]
    facts = {
        "dates": Fact(" ".join(chosen), "dates"),
        "end": Fact(trial.days[-1].isoformat(), "date"),
        "kept": Fact(kept, "count"),
        "past": Fact(past, "count"),
    }
    return _make(trial, "trial_running", facts, Weight(0.8, 0.9, 1.0), magnitude=float(kept))


def _before(series: DailySeries, day: date) -> DailySeries:
    values = series.values.copy()
    values[:, series.days >= np.datetime64(day, "D")] = np.nan
    return DailySeries(series.profile, series.zone_known, series.days, values)


def _values(series: DailySeries, channel: str, trial: Trial, lag_days: int = 0) -> Floats:
    """Of each of the trial's days, moved by the lag; NaN where unknown or not reached yet."""
    wanted = np.datetime64(trial.start, "D") + np.arange(trial.length_days) + lag_days
    position = (wanted - series.days[0].astype("datetime64[D]")).astype(int)
    inside = (position >= 0) & (position < len(series.days))
    values = np.full(trial.length_days, np.nan)
    values[inside] = series[channel][position[inside]]
    return values


def _make(
    trial: Trial,
    template: str,
    facts: dict[str, Fact],
    weight: Weight,
    *,
    data_points: int | None = None,
    magnitude: float = 0.0,
) -> Insight:
    return Insight(
        kind="CORRELATION",
        template=template,
        subject=f"{trial.feature}:{trial.metric}:{trial.start}",
        direction=template,
        priority="MEDIUM",
        facts={
            "tip": Fact(trial.feature, "tip"),
            "metric": Fact(trial.metric, "metric"),
            "when": Fact(trial.metric, "when"),
            "days": Fact(trial.length_days, "days"),
            "start": Fact(trial.start.isoformat(), "date"),
            **facts,
        },
        weight=weight,
        data_points=trial.length_days if data_points is None else data_points,
        magnitude=magnitude,
        tolerance=3.0,
        plotted=(trial.feature, trial.metric),
        plotted_days=trial.length_days,
        lag_days=trial.lag_days,
    )
