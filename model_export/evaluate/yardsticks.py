"""What every forecast is held against, as published: all days so far, gaps skipped.

Simple rules are here; those fitted to one person alone are in `fitted_rules`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from common.compute.forecasts.model_inputs import Metric
from common.compute.forecasts.rules import EWMA
from common.compute.series.rows import Floats
from model_export.data.datasets import Person, Samples
from model_export.evaluate.fitted_rules import Task, recall_forecasts

UNTIL_FITTED = "ewma_0.3"
"""Answers for a fitted rule while a person has too few days to fit it to."""


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
    own = {int(i): yardsticks(people[i].series[metric.channel]) for i in np.unique(samples.person)}
    return _at_samples(people, samples, own)


def fitted_rule_forecasts(
    people: Sequence[Person],
    samples: Samples,
    metric: Metric,
    rules: Sequence[str],
    folder: Path,
    *,
    workers: int,
    done: Callable[[float], None] = lambda _: None,
) -> dict[str, Floats]:
    """Return the same of `rules` out of FITTED, kept in `folder`. `done` is told shares that add up to 1."""
    positions = [int(i) for i in np.unique(samples.person)]
    tasks = [
        Task(rule, metric.to_model(people[i].series[metric.channel]), people[i].series.days)
        for i in positions
        for rule in rules
    ]
    found = iter(recall_forecasts(tasks, folder, workers=workers, done=done))
    back = np.exp if metric.logarithmic else np.asarray
    own: dict[int, dict[str, Floats]] = {}
    for i in positions:
        until = yardsticks(people[i].series[metric.channel])[UNTIL_FITTED]
        fitted = {rule: back(next(found)) for rule in rules}
        own[i] = {rule: np.where(np.isfinite(values), values, until) for rule, values in fitted.items()}
    return _at_samples(people, samples, own)


def _at_samples(
    people: Sequence[Person], samples: Samples, own: dict[int, dict[str, Floats]]
) -> dict[str, Floats]:
    """From rule -> (days,) per person to rule -> (N,): what each said on the eve of each night."""
    forecasts: dict[str, Floats] = {}
    for person, rules in own.items():
        mine = samples.person == person
        eve = (samples.target_day[mine] - people[person].series.days[0]).astype(np.int64) - 1
        for rule, values in rules.items():
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
