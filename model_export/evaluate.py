"""How good a forecast is: against every simple rule, on people never seen, device by device.

The yardstick is the rule that is best in hindsight for that device and metric. Must not fit anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from common.compute.baselines import EWMA
from common.compute.outlook import Metric
from common.compute.person import Floats
from common.inference.manifest import Horizon, Score
from model_export.datasets import Person, Samples

BOOTSTRAP_ROUNDS = 1_000
FEW_PEOPLE = 5
BLOCK_DAYS = 28


def yardsticks(values: Floats) -> dict[str, Floats]:
    """(n,) -> rule name -> (n,) forecast for the next day from all days so far; missing days are skipped."""
    rules = {"persistence": _ewma(values, 1.0)}
    rules |= {name: _ewma(values, alpha) for name, alpha in EWMA.items()}
    rules |= {"mean_7d": _mean(values, 7), "person_mean": _mean(values, len(values))}
    last_week = np.concatenate([np.full(6, np.nan), values])[: len(values)]
    rules["weekday_naive"] = np.where(np.isfinite(last_week), last_week, rules["persistence"])
    return rules


@dataclass(frozen=True)
class Errors:
    """Absolute errors on the same N nights, in the metric's own unit."""

    model: Floats
    rules: dict[str, Floats]
    samples: Samples

    def best_rule(self) -> str:
        return min(self.rules, key=lambda rule: float(self.rules[rule].mean()))


def measure(people: Sequence[Person], samples: Samples, metric: Metric, centers: Floats) -> Errors:
    """Errors of forecasts `centers` (N,), in the model's unit, and of every yardstick on the same nights."""
    back = np.exp if metric.logarithmic else np.asarray
    rules: dict[str, Floats] = {}
    for person in np.unique(samples.person):
        series = people[person].series
        mine = samples.person == person
        eve = (samples.target_day[mine] - series.days[0]).astype(np.int64) - 1
        for rule, forecasts in yardsticks(series[metric.channel]).items():
            errors = rules.setdefault(rule, np.full(len(samples), np.nan))
            errors[mine] = np.abs(forecasts[eve] - samples.actual[mine])
    return Errors(np.abs(back(centers) - samples.actual), rules, samples)


def score(errors: Errors, dataset: str, horizon: Horizon, seed: int) -> Score:
    """Mean errors and the skill over the best rule with a bootstrap interval clustered by person."""
    best = errors.best_rule()
    model, rule = errors.model, errors.rules[best]
    people = len(np.unique(errors.samples.person))
    clusters = _clusters(errors.samples, people)
    low, high = np.quantile(_bootstrap(model, rule, clusters, seed), [0.05, 0.95])
    return Score(
        dataset=dataset,
        horizon=horizon,
        people=people,
        nights=len(model),
        model=round(float(model.mean()), 4),
        persistence=round(float(errors.rules["persistence"].mean()), 4),
        best_rule=best,
        best_rule_error=round(float(rule.mean()), 4),
        skill_percent=round(float(100 * (1 - model.mean() / rule.mean())), 2),
        skill_low=round(float(low), 2),
        skill_high=round(float(high), 2),
    )


def _clusters(samples: Samples, people: int) -> Floats:
    """What is drawn anew in a bootstrap round: people, or months of the few people there are."""
    if people >= FEW_PEOPLE:
        return samples.person.astype(np.float64)
    block = samples.target_day.astype("datetime64[D]").astype(np.int64) // BLOCK_DAYS
    return (samples.person * 1_000_000 + block).astype(np.float64)


def _bootstrap(model: Floats, rule: Floats, clusters: Floats, seed: int) -> Floats:
    """(rounds,) skill in percent."""
    _, members = np.unique(clusters, return_inverse=True)
    model_sums, rule_sums = np.bincount(members, model), np.bincount(members, rule)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(model_sums), (BOOTSTRAP_ROUNDS, len(model_sums)))
    skills: Floats = 100 * (1 - model_sums[drawn].sum(axis=1) / rule_sums[drawn].sum(axis=1))
    return skills


def format_scores(title: str, scores: Sequence[Score]) -> str:
    lines = [
        title,
        f"{'people of':18s}{'horizon':>8s}{'people':>8s}{'nights':>8s}{'model':>8s}{'persist.':>10s}"
        f"{'best rule':>22s}{'skill over best rule':>28s}",
    ]
    lines += [
        f"{s.dataset:18s}{s.horizon:>8s}{s.people:8d}{s.nights:8d}{s.model:8.3f}{s.persistence:10.3f}"
        f"{s.best_rule + f' {s.best_rule_error:.3f}':>22s}"
        f"{f'{s.skill_percent:+.1f}% ({s.skill_low:+.1f} to {s.skill_high:+.1f})':>28s}"
        for s in scores
    ]
    return "\n".join(lines)


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
    mean = (sums[1:] - sums[start]) / np.maximum(number, 1)
    # a week without any value: the last known mean
    return _ewma(np.where(number > 0, mean, np.nan), 1.0)
