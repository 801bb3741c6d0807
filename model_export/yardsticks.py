"""The simple rules every forecast is held against, as they are published: all days so far, gaps skipped."""

from collections.abc import Sequence

import numpy as np

from common.compute.baselines import EWMA
from common.compute.outlook import Metric
from common.compute.person import Floats
from model_export.datasets import Person, Samples


def yardsticks(values: Floats) -> dict[str, Floats]:
    """(n,) -> rule name -> (n,) forecast for the next day; missing days are skipped."""
    rules = {"persistence": _ewma(values, 1.0)}
    rules |= {name: _ewma(values, alpha) for name, alpha in EWMA.items()}
    rules |= {"mean_7d": _mean(values, 7), "person_mean": _mean(values, len(values))}
    last_week = np.concatenate([np.full(6, np.nan), values])[: len(values)]
    rules["weekday_naive"] = np.where(np.isfinite(last_week), last_week, rules["persistence"])
    return rules


def rule_forecasts(people: Sequence[Person], samples: Samples, metric: Metric) -> dict[str, Floats]:
    """Rule -> (N,) forecasts of the samples' nights, in the metric's own unit."""
    forecasts: dict[str, Floats] = {}
    for person in np.unique(samples.person):
        series = people[person].series
        mine = samples.person == person
        eve = (samples.target_day[mine] - series.days[0]).astype(np.int64) - 1
        for rule, values in yardsticks(series[metric.channel]).items():
            forecasts.setdefault(rule, np.full(len(samples), np.nan))[mine] = values[eve]
    return forecasts


def _ewma(values: Floats, alpha: float) -> Floats:
    level, levels = np.nan, np.empty(len(values))
    for i, value in enumerate(values):
        if np.isfinite(value):
            level = value if np.isnan(level) else level + alpha * (value - level)
        levels[i] = level
    return levels


def _mean(values: Floats, days: int) -> Floats:
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.where(known, values, 0.0).cumsum()])
    counts = np.concatenate([[0], known.cumsum()])
    start = np.maximum(np.arange(1, len(values) + 1) - days, 0)
    number = counts[1:] - counts[start]
    mean = np.where(number > 0, (sums[1:] - sums[start]) / np.maximum(number, 1), np.nan)
    return _ewma(mean, 1.0)  # a week without any value: the last known mean
