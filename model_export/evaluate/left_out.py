"""`python -m model_export.evaluate.left_out`: how forecasts do for devices nothing was learned from.

Each data set is answered by members, population and intervals that learned from the other sets alone, with
the day over. The recipe is the served one without its LSTM, which would take hours; intervals are those of
the person's own level, as served. The table, `left_out.csv`, is written by this command alone; what it holds
already is not asked again.
"""

import csv
import os
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.compute.forecasts.model_inputs import METRICS, Metric
from common.compute.series.rows import Floats
from model_export.data.datasets import Person, Samples, build_samples, load_people
from model_export.evaluate.scoring import best_rule, bootstrap_weights, skill
from model_export.evaluate.yardsticks import rule_forecasts
from model_export.export.calibrate import fit_population, served_centers
from model_export.fit.blend import RECIPES, blended, trusted
from model_export.fit.level import LONG_NIGHTS, LONG_SHARE
from model_export.fit.linear import fit_linear, fit_scaler, predict_linear
from model_export.fit.served_intervals import served_ends
from model_export.fit.trees import fit_trees, predict_trees

TABLE = Path(__file__).with_name("left_out.csv")
SEED = 20_251
FEWEST_NIGHTS = 40


@dataclass(frozen=True)
class LeftOut:
    """One set's comparable nights; errors in the metric's unit."""

    metric: str
    left_out: str
    people: int
    nights: int
    error: float
    best_rule: str
    best_rule_error: float
    skill_percent: float
    skill_low: float
    skill_high: float
    """90% bootstrap interval, clustered by person; by month where they are fewer than five."""
    coverage: float
    """Share of nights inside the 80% interval."""
    long_people: int
    """With at least 20 nights."""
    long_covered: int
    """Of them, those for whom it held at least 70% of their nights."""


def leave_out(people: Sequence[Person], metric: Metric, samples: Samples, dataset: str) -> LeftOut | None:
    """Score one set by what the others say of it; None where too few of its nights can be compared.

    `samples` are the nights of everyone, with the day over.
    """
    of_set = np.array([person.dataset == dataset for person in people])[samples.person]
    asked = samples.where(of_set & samples.comparable)
    if len(asked) < FEWEST_NIGHTS:
        return None
    others = samples.where(~of_set)
    centers = answer(others, samples.where(of_set), metric)[samples.comparable[of_set]]
    error = np.abs((np.exp(centers) if metric.logarithmic else centers) - asked.actual)
    rules = rule_forecasts(people, asked, metric)
    best = best_rule(asked.actual, rules)
    rule_error = np.abs(rules[best] - asked.actual)
    found = skill(error, rule_error, bootstrap_weights(asked, SEED))
    taught = [person for person in people if person.dataset != dataset]
    low, high = served_ends(people, asked, centers, taught, metric)[80]
    inside = (low <= metric.to_model(asked.actual)) & (metric.to_model(asked.actual) <= high)
    _, index = np.unique(asked.person, return_inverse=True)
    nights = np.bincount(index)
    held = (np.bincount(index, inside) / nights)[nights >= LONG_NIGHTS]
    return LeftOut(
        metric=metric.name,
        left_out=dataset,
        people=len(nights),
        nights=len(asked),
        error=round(float(error.mean()), 3),
        best_rule=best,
        best_rule_error=round(float(rule_error.mean()), 3),
        skill_percent=found.percent,
        skill_low=found.low,
        skill_high=found.high,
        coverage=round(float(inside.mean()), 3),
        long_people=len(held),
        long_covered=int((held >= LONG_SHARE).sum()),
    )


def answer(known: Samples, asked: Samples, metric: Metric) -> Floats:
    """Return (N,) forecasts in the model's unit by what the known nights teach."""
    recipe, learned = RECIPES[metric.name], known.where(known.recent)
    scaler = fit_scaler(learned)
    linear, trees = fit_linear(learned, scaler), fit_trees(learned, SEED, recipe.trees)
    members = np.stack([predict_linear(linear, scaler, asked), predict_trees(trees, asked)], axis=1)
    moves = blended(trusted(asked, members, recipe.trust_prior))
    return served_centers(asked, moves, fit_population(known, metric))


def leave_each_out(
    people: Sequence[Person], table: Path = TABLE, tell: Callable[[str], None] = print
) -> None:
    """Add to the table what it does not hold yet, a line at a time."""
    done: set[tuple[str, str]] = set()
    if table.exists():
        with table.open(newline="") as lines:
            done = {(row["metric"], row["left_out"]) for row in csv.DictReader(lines)}
    for metric in METRICS.values():
        tell(f"{metric.name}: building the nights")
        samples = build_samples(people, metric, (False,))
        for dataset in dict.fromkeys(people[i].dataset for i in np.unique(samples.person)):
            found = None if (metric.name, dataset) in done else leave_out(people, metric, samples, dataset)
            if found is not None:
                _add(table, found)
                tell(f"{metric.name} without {dataset}: {found.skill_percent:+.1f}%, {found.coverage:.0%}")


def leave_sets_out(
    people: Sequence[Person], datasets: Collection[str], tell: Callable[[str], None] = print
) -> list[LeftOut]:
    """Score these sets, each by what all other sets say; without those of which too few nights compare."""
    scored = []
    for metric in METRICS.values():
        tell(f"{metric.name}: building the nights")
        samples = build_samples(people, metric, (False,))
        for dataset in datasets:
            tell(f"{metric.name}: learning without {dataset}")
            if (found := leave_out(people, metric, samples, dataset)) is not None:
                scored.append(found)
    return scored


def format_left_out(scored: Sequence[LeftOut]) -> str:
    lines = [
        f"{'metric':8s}{'learned without':22s}{'people':>7s}{'nights':>8s}{'error':>8s}{'best rule':>20s}"
        f"{'skill over it':>26s}{'80% covers':>12s}{'people of 70%':>16s}"
    ]
    for one in scored:
        skill_told = f"{one.skill_percent:+.1f}% ({one.skill_low:+.1f} to {one.skill_high:+.1f})"
        lines.append(
            f"{one.metric:8s}{one.left_out:22s}{one.people:7d}{one.nights:8d}{one.error:8.3f}"
            f"{f'{one.best_rule} {one.best_rule_error:.3f}':>20s}{skill_told:>26s}{one.coverage:>12.0%}"
            f"{f'{one.long_covered} of {one.long_people}':>16s}"
        )
    return "\n".join(lines)


def _add(table: Path, found: LeftOut) -> None:
    new = not table.exists()
    with table.open("a", newline="") as lines:
        writer = csv.DictWriter(lines, list(LeftOut.__dataclass_fields__), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(vars(found))


if __name__ == "__main__":
    if "NUTRI_DATA_DIR" not in os.environ:
        sys.exit("NUTRI_DATA_DIR is not set: there are no people to ask about.")
    leave_each_out(load_people(Path(os.environ["NUTRI_DATA_DIR"])))
