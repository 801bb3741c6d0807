"""`python -m model_export.fit.recipes`: whole recipes on development nights, against the search's first.

What several changes are worth together, and what a person's own nights can add to a move;
`model_export.fit.search` tries one setting at a time. Members are cross-fitted by person, days over. The
table, `recipes.csv`, is written by this command alone and shown in the card; what it holds already is not
tried again.
"""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from common.compute.forecasts.model_inputs import FAMILIES, METRICS, Metric
from common.compute.forecasts.shrinkage import CAME_LIMIT
from common.compute.series.rows import Floats
from model_export.data.datasets import Person, Samples, load_people
from model_export.evaluate.scoring import best_rule, bootstrap_weights, skill
from model_export.evaluate.yardsticks import rule_forecasts
from model_export.export.calibrate import fit_population, served_centers
from model_export.fit.blend import RECIPES, nights_before, trusted
from model_export.fit.linear import clipped_target, fit_scaler, sample_weights
from model_export.fit.search import SEARCHED, Answer, cross_answer, development_nights, starting_point
from model_export.fit.train import SEED
from model_export.fit.trees import fit_trees, predict_trees
from model_export.fit.tried import RECIPES as TABLE
from model_export.fit.tried import add_tried, tried_keys

FIRST = {"rhr": "lstm 0, linear 0, xgboost 0", "hrv": "linear 0, xgboost 0"}
"""Metric -> the recipe of the starting point, whose members end in 0."""
TRIED = {
    "rhr": (
        "lstm 0", "linear 0", "xgboost 0", "lstm", "linear", "xgboost", "extra trees",
        "lstm, linear 0, xgboost 0", "lstm, linear, xgboost", "lstm, linear, xgboost, extra trees",
        "linear, extra trees",
    ),
    "hrv": (
        "linear 0", "xgboost 0", "lstm 0", "linear", "xgboost", "extra trees",
        "linear, xgboost", "linear, xgboost, lstm 0", "linear, xgboost, extra trees",
    ),
}  # fmt: skip
"""Metric -> members, weighed alike."""

Own = Callable[[Samples, Floats], Floats]
"""Nights and (N,) moves of people the members never saw -> (N,) moves, with what their own nights add."""


def _trust(prior: float, samples: Samples, moves: Floats) -> Floats:
    return trusted(samples, moves[:, None], prior)[:, 0]


def _share(share: float, _: Samples, moves: Floats) -> Floats:
    return share * moves


def _mean_error(nights: float, every: int, samples: Samples, moves: Floats) -> Floats:
    """Add the mean of what every so many-th of the nights before missed by, shrunk as by `nights` of 0."""
    missed = np.clip(samples.target - np.where(samples.recent, moves, 0.0), -CAME_LIMIT, CAME_LIMIT)
    before = nights_before(samples, missed, 60 * every)[:, every - 1 :: every]
    mean: Floats = np.nansum(before, axis=1) / (np.isfinite(before).sum(axis=1) + nights)
    return moves + mean


ADDED: dict[str, Own] = {
    **{f"trust {prior}": partial(_trust, prior) for prior in (2, 5, 10, 20)},
    **{f"{share:.0%} of the move": partial(_share, share) for share in (0.8, 1.2)},
    **{f"mean error {nights}": partial(_mean_error, nights, 1) for nights in (20, 60)},
    "weekday's mean error 30": partial(_mean_error, 30, 7),
}
"""What is added to the recipe of members served -> how; the number is what it is shrunk by."""


def _answer_extra_trees(known: Samples, asked: Samples) -> Floats:
    scaler = fit_scaler(known)
    forest = ExtraTreesRegressor(200, min_samples_leaf=20, max_features=0.4, random_state=SEED)
    forest.fit(scaler(known.row), clipped_target(known), sample_weight=sample_weights(known))
    moves: Floats = forest.predict(scaler(asked.row))
    return moves


def _answer(metric: Metric, member: str) -> Answer:
    if member == "extra trees":
        return _answer_extra_trees
    if member == "xgboost":
        own = RECIPES[metric.name].trees
        return lambda known, asked: predict_trees(fit_trees(known, SEED, own), asked)
    answer = SEARCHED[member.removesuffix(" 0")].answer
    if not member.endswith(" 0"):
        return answer

    def answer_as_first(known: Samples, asked: Samples) -> Floats:
        with starting_point():
            return answer(known, asked)

    return answer_as_first


@dataclass(frozen=True)
class Bench:
    """One metric's development nights, and every member's answers once they were asked for."""

    people: list[Person]
    metric: Metric
    samples: Samples
    moves_of: dict[str, Floats] = field(default_factory=dict)
    """Member -> (N,)"""

    @cached_property
    def rules(self) -> dict[str, Floats]:
        return rule_forecasts(self.people, self.samples, self.metric)

    @cached_property
    def first_errors(self) -> Floats:
        return self.errors(self.moves(FIRST[self.metric.name]))

    def moves(self, members: str) -> Floats:
        """(N,) mean of the members."""
        names = members.split(", ")
        for name in names:
            if name not in self.moves_of:
                self.moves_of[name] = cross_answer(self.samples, _answer(self.metric, name))
        mean: Floats = np.mean([self.moves_of[name] for name in names], axis=0)
        return mean

    def errors(self, moves: Floats) -> Floats:
        centers = served_centers(self.samples, moves, fit_population(self.samples, self.metric))
        errors: Floats = np.abs(
            (np.exp(centers) if self.metric.logarithmic else centers) - self.samples.actual
        )
        return errors

    def score(self, moves: Floats) -> Iterator[str]:
        """Per family: skill over its best rule, and over the first recipe with a 90% interval by person."""
        errors = self.errors(moves)
        for family in FAMILIES:
            mine = (self.samples.family == family) & self.samples.comparable
            actual = self.samples.actual[mine]
            rules = {rule: forecasts[mine] for rule, forecasts in self.rules.items()}
            best = np.abs(rules[best_rule(actual, rules)] - actual)
            weights = bootstrap_weights(self.samples.where(mine), SEED)
            gain = skill(errors[mine], self.first_errors[mine], weights)
            yield f"{100 * (1 - errors[mine].mean() / best.mean()):+.2f}"
            yield f"{gain.percent:+.2f} ({gain.low:+.2f} to {gain.high:+.2f})"


def try_recipes(data_dir: Path, table: Path = TABLE, tell: Callable[[str], None] = print) -> None:
    done = tried_keys(table)
    people = load_people(data_dir)
    for name, metric in METRICS.items():
        bench = Bench(people, metric, development_nights(people, metric))
        served = ", ".join(RECIPES[name].members)
        tried = [(members, "") for members in (FIRST[name], *TRIED[name])] + [
            (served, added) for added in ADDED
        ]
        for members, added in tried:
            if (name, members, added) in done:
                continue
            moves = bench.moves(members)
            if added:
                moves = ADDED[added](bench.samples, moves)
            row = (name, members, added, *bench.score(moves))
            add_tried(table, row)
            tell(", ".join(row))


if __name__ == "__main__":
    if "NUTRI_DATA_DIR" not in os.environ:
        sys.exit("NUTRI_DATA_DIR is not set: there are no people to try recipes on.")
    try_recipes(Path(os.environ["NUTRI_DATA_DIR"]))
