"""How good forecasts are: against the best simple rule in hindsight, on people never seen, device by device.

Must not fit anything but the conformal quantiles that make a rule comparable with the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from common.compute.intervals import interval_score
from common.compute.outlook import FAMILIES, Metric
from common.compute.person import Floats
from common.inference.manifest import Score
from model_export.calibrate import HORIZONS, Calibrated, Ends, ends_of, interval_ends, scaled_quantiles
from model_export.datasets import SOURCES, Person, Samples
from model_export.yardsticks import rule_forecasts

BOOTSTRAP_ROUNDS = 1_000
FEW_PEOPLE = 5
BLOCK_DAYS = 28
SCORED_LEVEL = 80


@dataclass(frozen=True)
class Answers:
    """Forecasts of N nights by members that never saw the people, in the model's unit."""

    samples: Samples
    centers: Floats
    """(N,) as served."""
    members: dict[str, Floats]
    """Each member's own, (N,)."""


def score_people(
    people: Sequence[Person],
    metric: Metric,
    answers: Answers,
    *,
    reserved: Answers,
    calibrated: Calibrated,
    people_are: Literal["held_out", "cross_fitted"],
    seed: int,
) -> list[Score]:
    """One score per data set and horizon, over the nights that every rule can be scored on.

    `reserved` are the answers `calibrated` was made from; rules get their intervals from the same nights.
    """
    samples = answers.samples
    datasets = np.array([person.dataset for person in people])[samples.person]
    rules = rule_forecasts(people, samples, metric)
    reserved_rules = rule_forecasts(people, reserved.samples, metric)
    back = np.exp if metric.logarithmic else np.asarray
    model = back(answers.centers)
    ends = interval_ends(samples, answers.centers, calibrated)
    scores = []
    for source in SOURCES:
        for horizon, day_open in HORIZONS.items():
            chosen = (datasets == source.file) & (samples.day_open == day_open) & samples.comparable
            if not chosen.any():
                continue
            actual = samples.actual[chosen]
            errors = {rule: np.abs(values[chosen] - actual) for rule, values in rules.items()}
            best = min(errors, key=lambda rule: float(errors[rule].mean()))
            rule_ends = _rule_ends(samples, rules[best], reserved.samples, reserved_rules[best], metric)
            found = np.abs(model[chosen] - actual)
            skills = _bootstrap(found, errors[best], _clusters(samples.where(chosen)), seed)
            widths = [
                interval_score(actual, back(low[chosen]), back(high[chosen]), SCORED_LEVEL).mean()
                for low, high in (ends[SCORED_LEVEL], rule_ends[SCORED_LEVEL])
            ]
            scores.append(
                Score(
                    people_are=people_are,
                    dataset=source.file,
                    horizon=horizon,
                    people=len(np.unique(samples.person[chosen])),
                    nights=int(chosen.sum()),
                    model=round(float(found.mean()), 4),
                    persistence=round(float(errors["persistence"].mean()), 4),
                    best_rule=best,
                    best_rule_error=round(float(errors[best].mean()), 4),
                    skill_percent=_skill(found, errors[best]),
                    skill_low=round(float(np.quantile(skills, 0.05)), 2),
                    skill_high=round(float(np.quantile(skills, 0.95)), 2),
                    members_percent={
                        name: _skill(np.abs(back(own[chosen]) - actual), errors[best])
                        for name, own in answers.members.items()
                    },
                    coverage={
                        level: round(
                            float(np.mean((back(low[chosen]) <= actual) & (actual <= back(high[chosen])))), 3
                        )
                        for level, (low, high) in ends.items()
                    },
                    interval_skill_percent=round(float(100 * (1 - widths[0] / widths[1])), 2),
                )
            )
    return scores


def format_scores(title: str, scores: Sequence[Score]) -> str:
    lines = [
        title,
        f"{'people of':18s}{'day':>8s}{'people':>8s}{'nights':>8s}{'model':>8s}{'persist.':>10s}"
        f"{'best rule':>20s}{'skill over best rule':>28s}{'80% covers':>12s}{'intervals':>11s}",
    ]
    lines += [
        f"{s.dataset:18s}{s.horizon:>8s}{s.people:8d}{s.nights:8d}{s.model:8.3f}{s.persistence:10.3f}"
        f"{s.best_rule + f' {s.best_rule_error:.3f}':>20s}"
        f"{f'{s.skill_percent:+.1f}% ({s.skill_low:+.1f} to {s.skill_high:+.1f})':>28s}"
        f"{f'{100 * s.coverage[80]:.0f}%':>12s}{f'{s.interval_skill_percent:+.1f}%':>11s}"
        for s in scores
    ]
    return "\n".join(lines)


def _skill(model: Floats, rule: Floats) -> float:
    return round(float(100 * (1 - model.mean() / rule.mean())), 2)


def _rule_ends(
    samples: Samples, forecasts: Floats, reserved: Samples, reserved_forecasts: Floats, metric: Metric
) -> Ends:
    """The rule made conformal: per family and horizon, from the same nights and on the same scale."""
    tables = []
    for family in FAMILIES:
        for day_open in HORIZONS.values():
            known = (reserved.family == family) & (reserved.day_open == day_open) & reserved.comparable
            quantiles = scaled_quantiles(
                reserved.where(known), metric.to_model(reserved_forecasts[known]), metric
            )
            tables.append(((samples.family == family) & (samples.day_open == day_open), dict(quantiles)))
    return ends_of(tables, metric.to_model(forecasts), samples.usual_error)


def _clusters(samples: Samples) -> Floats:
    """What is drawn anew in a bootstrap round: people, or months of the few people there are."""
    if len(np.unique(samples.person)) >= FEW_PEOPLE:
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
