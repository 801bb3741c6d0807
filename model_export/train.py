"""`make train`: from real people's days to checked model files. Reads top to bottom.

First the test: members, intervals and choices from development people only, scored once on people held out.
Then the served model: the same recipe on everyone, its intervals from members that had not seen the person.
Deterministic given the seed. Refuses to publish where a data set is missing.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from common.compute.features import FEATURE_VERSION
from common.compute.outlook import METRICS, OUTLOOK_VERSION, Metric
from common.compute.person import Floats
from common.errors import ConfigurationError
from common.inference.manifest import Manifest, Population, Score, TrainingSet, expected_inputs
from common.inference.sessions import MODEL_IDS, open_model
from model_export.blend import FOLDS, WEIGHTS, Blend, blended, cross_fit, fit_blend
from model_export.calibrate import Calibrated, calibrate, fit_population, served_centers
from model_export.card import write_card
from model_export.datasets import SOURCES, Person, Samples, build_samples, load_people
from model_export.evaluate import Answers, format_scores, score_people
from model_export.golden import write_golden
from model_export.graph import build_graph

SEED = 20_251
ARTIFACTS = Path(__file__).parent / "artifacts"
PHASES = ("test", "serve")
STEPS = len(METRICS) * len(PHASES) * (FOLDS + 1)
PARITY_SAMPLES = 400

Done = Callable[[], None]


def run(data_dir: Path, out: Path = ARTIFACTS, *, seed: int = SEED, done: Done = lambda: None) -> str:
    """Train, calibrate, export and check both models into `out`; returns the table of scores.

    `done` is called STEPS times, for a progress bar. Raises ConfigurationError where a data set is missing.
    """
    missing = [source.file for source in SOURCES if not (data_dir / f"{source.file}.csv").is_file()]
    if missing:
        raise ConfigurationError(f"{data_dir} has no {missing[0]}.csv: training publishes nothing.")
    people = load_people(data_dir)
    held_out = np.array([person.held_out for person in people])
    tables = []
    for metric in METRICS.values():
        samples = build_samples(people, metric)
        unseen = held_out[samples.person]
        development = fit_recipe(samples.where(~unseen), metric, seed, done)
        test = _answers(
            samples.where(unseen),
            development.blend.members(samples.where(unseen)),
            development.population,
            WEIGHTS[metric.name],
        )
        scores = score_people(
            people,
            metric,
            test,
            reserved=development.answers,
            calibrated=development.calibrated,
            people_are="held_out",
            seed=seed,
        )
        everyone = fit_recipe(samples, metric, seed, done)
        scores += score_people(
            people,
            metric,
            everyone.answers,
            reserved=everyone.answers,
            calibrated=everyone.calibrated,
            people_are="cross_fitted",
            seed=seed,
        )
        publish(people, metric, everyone, scores, out=out / MODEL_IDS[metric.name], seed=seed)
        for kind in ("held_out", "cross_fitted"):
            title = f"{metric.name}: mean absolute error in {metric.unit}, {kind.replace('_', ' ')} people"
            tables.append(format_scores(title, [score for score in scores if score.people_are == kind]))
    return "\n\n".join(tables)


@dataclass(frozen=True)
class Fitted:
    """The recipe on one group of people."""

    blend: Blend
    population: Population
    answers: Answers
    """Of the same people, by members of the other folds."""
    calibrated: Calibrated


def fit_recipe(samples: Samples, metric: Metric, seed: int, done: Done) -> Fitted:
    population = fit_population(samples, metric)
    weights = WEIGHTS[metric.name]
    crossed = cross_fit(samples, weights, seed, done)
    answers = _answers(samples, crossed, population, weights)
    blend = fit_blend(samples.where(samples.recent), weights, seed)
    done()
    return Fitted(blend, population, answers, calibrate(samples, answers.centers, metric))


def _answers(samples: Samples, members: Floats, population: Population, weights: dict[str, float]) -> Answers:
    moved = samples.reference[:, None] + samples.usual_error[:, None] * members
    centers = served_centers(samples, blended(members, weights), population)
    return Answers(samples, centers, dict(zip(weights, moved.T, strict=True)))


def publish(
    people: list[Person], metric: Metric, fitted: Fitted, scores: list[Score], *, out: Path, seed: int
) -> None:
    """Write graph, manifest, golden vectors and card, having opened the graph as serving does."""
    samples = fitted.answers.samples
    chosen = np.random.default_rng(seed).choice(len(samples), PARITY_SAMPLES, replace=False)
    checked = samples.where(np.sort(chosen))
    content = build_graph(fitted.blend, metric, checked)
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = Manifest(
        id=MODEL_IDS[metric.name],
        version=f"1.{sha256[:8]}",
        metric=metric.name,
        unit=metric.unit,
        target="(value of the next night - reference rule) / usual error"
        + (", of natural logarithms" if metric.logarithmic else ""),
        file="model.onnx",
        sha256=sha256,
        opset={o.domain: o.version for o in onnx.load_from_string(content).opset_import},
        outlook_version=OUTLOOK_VERSION,
        feature_version=FEATURE_VERSION,
        inputs=expected_inputs(metric, windowed=fitted.blend.nets is not None),
        blend=fitted.blend.weights,
        reference_rule=dict(metric.reference_rule),
        calibration=fitted.calibrated.by_family,
        cold_start=fitted.calibrated.cold_start,
        population=fitted.population,
        seed=seed,
        training=training_sets(people, samples),
        held_out_people=sum(person.held_out for person in people),
        scores=scores,
    )
    model = open_model(manifest, content)
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest.file).write_bytes(content)
    (out / "manifest.json").write_text(json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n")
    write_golden(out / "golden.json", model, seed)
    (out / "card.md").write_text(write_card(manifest))


def training_sets(people: list[Person], samples: Samples) -> list[TrainingSet]:
    datasets = np.array([person.dataset for person in people])[samples.person]
    sets = []
    for source in SOURCES:
        mine = (datasets == source.file) & ~samples.day_open
        if mine.any():
            sets.append(
                TrainingSet(
                    dataset=source.file,
                    people=len(np.unique(samples.person[mine])),
                    nights=int(mine.sum()),
                    licence=source.licence,
                    credit=source.credit,
                )
            )
    return sets
