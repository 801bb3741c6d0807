"""`make evaluate`: how good the served models' recipes are on people never seen, and the card that says so.

Reads what training left: models, and forecasts by members and intervals from other people. Fits no model.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from common.compute.forecasts.model_inputs import METRICS, Metric
from common.inference.manifest import Manifest, read_manifest
from common.inference.sessions import MODEL_IDS
from model_export.data.datasets import Person
from model_export.evaluate.answers import KINDS, Answers, PeopleAre, read_answers
from model_export.evaluate.card import write_card
from model_export.evaluate.evaluation import Evaluation, GroupScore, short_scores
from model_export.evaluate.fitted_rules import FITTED
from model_export.evaluate.groups import split_groups
from model_export.evaluate.metrics import day_to_day_change
from model_export.evaluate.plots import draw_plots
from model_export.evaluate.scoring import Group, Ruled, best_rule, rule_ends, score_group
from model_export.evaluate.yardsticks import fitted_rule_forecasts, rule_forecasts
from model_export.export.calibrate import HORIZONS

MINIMUM_NIGHTS = 40
"""Groups with fewer are left out: their figures would be read as more than they are."""
STEPS = len(METRICS) * len(KINDS)


def evaluate_models(
    people: Sequence[Person],
    artifacts: Path,
    work: Path,
    *,
    metrics: Sequence[str] = tuple(METRICS),
    fitted: Sequence[str] = FITTED,
    workers: int = 1,
    done: Callable[[float], None] = lambda _: None,
) -> str:
    """Score the metrics' models of `artifacts` by the answers training left in `work`; returns the headlines.

    `fitted` are the rules out of FITTED to be compared with as well. Writes evaluation.json, card.md, the
    plots and the manifest's scores. Raises ConfigurationError where answers are missing or another model's.
    `done` is told shares of the work, STEPS in all.
    """
    tables = []
    for metric in (METRICS[name] for name in metrics):
        folder = artifacts / MODEL_IDS[metric.name]
        manifest = read_manifest(folder / "manifest.json")
        answers = read_answers(work / manifest.id, manifest.sha256, people)
        ruled = {}
        for kind, given in answers.items():
            rules = rule_forecasts(people, given.samples, metric)
            rules |= fitted_rule_forecasts(
                people, given.samples, metric, fitted, work / "yardsticks", workers=workers, done=done
            )
            ruled[kind] = Ruled(given.samples, rules, given.folds)
        evaluation = Evaluation(
            sha256=manifest.sha256,
            fitted_rules=list(fitted),
            members=list(answers["cross_fitted"].members),
            groups=[
                score
                for kind, given in answers.items()
                for score in score_answers(
                    people,
                    manifest=manifest,
                    people_are=kind,
                    answers=given,
                    own=ruled[kind],
                    everyone=ruled["cross_fitted"],
                )
            ],
        )
        publish_evaluation(folder, manifest, evaluation)
        tables.append(format_headlines(metric, evaluation))
    return "\n\n".join(tables)


def score_answers(
    people: Sequence[Person],
    *,
    manifest: Manifest,
    people_are: PeopleAre,
    answers: Answers,
    own: Ruled,
    everyone: Ruled,
) -> list[GroupScore]:
    """Every group at every horizon, over the nights that every rule can be scored on."""
    samples, metric = answers.samples, METRICS[manifest.metric]
    ends = {rule: rule_ends(own, everyone, rule, metric) for rule in own.rules}
    changes = np.array([day_to_day_change(person.series[metric.channel]) for person in people])
    scores = []
    for by, name, members in split_groups(people, samples, metric):
        for horizon, day_open in HORIZONS.items():
            chosen = members & (samples.day_open == day_open) & samples.comparable
            if chosen.sum() < MINIMUM_NIGHTS:
                continue
            rules = {rule: forecasts[chosen] for rule, forecasts in own.rules.items()}
            best = ends[best_rule(samples.actual[chosen], rules)]
            scores.append(
                score_group(
                    Group(people_are, by, name, horizon),
                    metric,
                    answers=answers.where(chosen),
                    rules=rules,
                    ends_of_best={level: (low[chosen], high[chosen]) for level, (low, high) in best.items()},
                    blend=manifest.blend,
                    changes=changes[samples.person[chosen]],
                    seed=manifest.seed,
                )
            )
    return scores


def publish_evaluation(folder: Path, manifest: Manifest, evaluation: Evaluation) -> None:
    """Write evaluation, plots, card and the manifest's scores, which all tell the same numbers."""
    manifest = manifest.model_copy(update={"scores": short_scores(evaluation)})
    for name, told, indent in (("manifest", manifest, 1), ("evaluation", evaluation, None)):
        (folder / f"{name}.json").write_text(json.dumps(told.model_dump(mode="json"), indent=indent) + "\n")
    draw_plots(folder, manifest, evaluation)
    (folder / "card.md").write_text(write_card(manifest, evaluation))


def format_headlines(metric: Metric, evaluation: Evaluation) -> str:
    lines = [
        f"{metric.name}: mean absolute error in {metric.unit}",
        f"{'people':14s}{'devices':10s}{'day':>8s}{'people':>8s}{'nights':>8s}{'model':>8s}{'best rule':>22s}"
        f"{'skill over it':>26s}{'80% covers':>12s}{'intervals':>11s}",
    ]
    for s in (score for score in evaluation.groups if score.by == "device family"):
        best, found = s.headline, s.intervals[80]
        lines.append(
            f"{s.people_are.replace('_', ' '):14s}{s.group:10s}{s.horizon:>8s}{s.people:8d}{s.nights:8d}"
            f"{s.mae['model']:8.3f}{s.best_rule + f' {s.mae[s.best_rule]:.3f}':>22s}"
            f"{f'{best.percent:+.1f}% ({best.low:+.1f} to {best.high:+.1f})':>26s}"
            f"{f'{100 * found.coverage:.0f}%':>12s}{f'{found.skill.percent:+.1f}%':>11s}"
        )
    return "\n".join(lines)
