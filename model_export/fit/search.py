"""`python -m model_export.fit.search`: the settings tried, each member alone, on development nights only.

One setting is changed at a time from the starting point; members are cross-fitted by person, days over, and
scored against the best simple rule in hindsight of each device family. The table, `search.csv`, is written by
this command alone and shown in the card. A run that was cut short goes on with what the table does not hold
yet. What several changes are worth together `model_export.fit.recipes` tells.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np

from common.compute.forecasts.model_inputs import FAMILIES, METRICS, Metric
from common.compute.forecasts.rules import COMBINED
from common.compute.series.rows import Floats
from model_export.data.datasets import Person, Samples, build_samples, load_people, locked_nights
from model_export.evaluate.scoring import best_rule
from model_export.evaluate.yardsticks import rule_forecasts
from model_export.export.calibrate import fit_population, served_centers
from model_export.fit import linear, lstm, trees
from model_export.fit.blend import FOLDS, RECIPES, fold_nights
from model_export.fit.linear import fit_linear, fit_scaler, predict_linear
from model_export.fit.lstm import fit_nets, predict_nets
from model_export.fit.train import SEED
from model_export.fit.trees import fit_trees, predict_trees
from model_export.fit.tried import FAMILIES_SCORED, SEARCH, add_tried, tried_keys

REFERENCE = "reference rule"
"""A setting of the inputs: one rule for all families."""

STARTING_POINT = "starting point"

Answer = Callable[[Samples, Samples], Floats]


def _answer_linear(known: Samples, asked: Samples) -> Floats:
    scaler = fit_scaler(known)
    return predict_linear(fit_linear(known, scaler), scaler, asked)


def _answer_trees(known: Samples, asked: Samples) -> Floats:
    return predict_trees(fit_trees(known, SEED), asked)


def _answer_nets(known: Samples, asked: Samples) -> Floats:
    scaler = fit_scaler(known)
    return predict_nets(fit_nets(known, scaler, SEED), scaler, asked)


@dataclass(frozen=True)
class Member:
    answer: Answer
    module: ModuleType
    settings: dict[str, tuple[object, ...]]
    """Name in the module, or in its PARAMETERS, -> values tried beside the starting point's."""


SEARCHED: dict[str, Member] = {
    "linear": Member(
        _answer_linear,
        linear,
        {
            REFERENCE: ("persistence", "ewma_0.3", COMBINED),
            "SHRINKAGE": (300.0, 3_000.0),
            "OWN_SHARE": (0.0, 1.0),
            "REWEIGHTINGS": (1,),
            "TARGET_LIMIT": (2.5,),
        },
    ),
    "xgboost": Member(
        _answer_trees,
        trees,
        {
            "objective": ("reg:squarederror",),
            "max_depth": (2, 5),
            "n_estimators": (150, 600),
            "colsample_bytree": (0.15,),
            "min_child_weight": (20, 100),
            "num_parallel_tree": (1,),
        },
    ),
    "lstm": Member(
        _answer_nets,
        lstm,
        {"HIDDEN": (12, 48), "EPOCHS": (4, 16), "DROPOUT": (0.5,), "NETS": (1,), "HUBER_BETA": (2.0,)},
    ),
}


def candidates() -> Iterator[tuple[str, str, str, object]]:
    """(metric, member, setting, value)"""
    for metric in METRICS:
        for name, member in SEARCHED.items():
            yield metric, name, STARTING_POINT, ""
            if name not in RECIPES[metric].members:
                continue
            for setting, values in member.settings.items():
                for value in values:
                    yield metric, name, setting, value


def search(data_dir: Path, table: Path = SEARCH, tell: Callable[[str], None] = print) -> None:
    done = tried_keys(table)
    people = load_people(data_dir)
    nights = {name: development_nights(people, metric) for name, metric in METRICS.items()}
    for metric, name, setting, value in candidates():
        if (metric, name, setting, str(value)) in done:
            continue
        member = SEARCHED[name]
        samples, changed = nights[metric], {setting: value}
        if setting == REFERENCE:
            one_rule = dict.fromkeys(FAMILIES, str(value))
            samples, changed = (
                development_nights(people, replace(METRICS[metric], reference_rule=one_rule)),
                {},
            )
        parameters = getattr(member.module, "PARAMETERS", {})
        place = parameters if setting in parameters else member.module.__dict__
        with starting_point(), patch.dict(place, changed):
            skills = score_member(people, METRICS[metric], samples, member.answer)
        add_tried(table, (metric, name, setting, str(value), *skills))
        tell(f"{metric} {name} {setting} {value}: {', '.join(skills)}")


@contextmanager
def starting_point() -> Iterator[None]:
    """Return members as they were when the search began."""
    with (
        patch.object(linear, "TARGET_LIMIT", 4.0),
        patch.object(lstm, "EPOCHS", 8),
        patch.dict(trees.PARAMETERS, n_estimators=300, max_depth=3),
    ):
        yield


def score_member(people: list[Person], metric: Metric, samples: Samples, answer: Answer) -> list[str]:
    """Skill in percent over each family's best rule, of a member that never saw the person."""
    centers = served_centers(samples, cross_answer(samples, answer), fit_population(samples, metric))
    errors = np.abs((np.exp(centers) if metric.logarithmic else centers) - samples.actual)
    rules = rule_forecasts(people, samples, metric)
    skills = []
    for family in FAMILIES_SCORED:
        mine = (samples.family == family) & samples.comparable
        actual = samples.actual[mine]
        of_family = {rule: forecasts[mine] for rule, forecasts in rules.items()}
        best = np.abs(of_family[best_rule(actual, of_family)] - actual).mean()
        skills.append(f"{100 * (1 - errors[mine].mean() / best):.2f}")
    return skills


def cross_answer(samples: Samples, answer: Answer) -> Floats:
    """(N,) moves of members that never saw the person."""
    folds = fold_nights(samples)
    moves = np.empty(len(samples))
    for fold in range(FOLDS):
        moves[folds == fold] = answer(
            samples.where((folds != fold) & samples.recent), samples.where(folds == fold)
        )
    return moves


def development_nights(people: list[Person], metric: Metric) -> Samples:
    samples = build_samples(people, metric, (False,))
    return samples.where(~locked_nights(people, samples))


if __name__ == "__main__":
    if "NUTRI_DATA_DIR" not in os.environ:
        sys.exit("NUTRI_DATA_DIR is not set: there are no people to try settings on.")
    search(Path(os.environ["NUTRI_DATA_DIR"]))
