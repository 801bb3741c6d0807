"""`make train`: from real people's days to checked model files. Reads top to bottom.

First the test: members, intervals and choices from development people only, asked once about people held out.
Then the served model: the same recipe on everyone, its intervals from members that had not seen the person.
What both said of people they never saw goes to the working folder, where `evaluate` scores it.
Deterministic given the seed. Refuses to publish where a data set is missing.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from common.compute.features import FEATURE_VERSION
from common.compute.outlook import METRICS, OUTLOOK_VERSION, Metric
from common.compute.person import Floats
from common.errors import ConfigurationError
from common.inference.manifest import Manifest, Population, TrainingSet, expected_inputs
from common.inference.sessions import MODEL_IDS, open_model
from model_export.answers import Answers, save_answers
from model_export.blend import FOLDS, WEIGHTS, Blend, blended, cross_fit, fit_blend, person_folds
from model_export.calibrate import (
    Calibrated,
    Ends,
    calibrate,
    fit_population,
    interval_ends,
    served_centers,
)
from model_export.database import SERVICE, load_sharers, sharers_samples
from model_export.datasets import SOURCES, Person, Samples, build_samples, join_samples, load_people
from model_export.evaluate import evaluate_models
from model_export.forest import publish_forest
from model_export.golden import write_golden
from model_export.graph import build_graph

SEED = 20_251
ARTIFACTS = Path(__file__).parent / "artifacts"
PHASES = ("test", "serve")
STEPS = len(METRICS) * len(PHASES) * (FOLDS + 1)
PARITY_SAMPLES = 400

Done = Callable[[], None]


def run(
    data_dir: Path,
    out: Path = ARTIFACTS,
    *,
    work: Path,
    sharers: Path | None = None,
    seed: int = SEED,
    done: Done = lambda: None,
) -> str:
    """Train, calibrate, export and check both models into `out`; returns how they compare with simple rules.

    `work` keeps what evaluation needs; people of the file `sharers` are added to those of the shared sets.
    `done` is called STEPS times, for a progress bar. Raises ConfigurationError where a data set is missing.
    """
    missing = [source.file for source in SOURCES if not (data_dir / f"{source.file}.csv").is_file()]
    if missing:
        raise ConfigurationError(f"{data_dir} has no {missing[0]}.csv: training publishes nothing.")
    of_files = load_people(data_dir)
    people = of_files + ([] if sharers is None else load_sharers(sharers))
    publish_forest(of_files, out, seed=seed)
    held_out = np.array([person.held_out for person in people])
    for metric in METRICS.values():
        samples = build_samples(of_files, metric)
        if sharers is not None:
            samples = join_samples([samples, *sharers_samples(sharers, metric, len(of_files))])
        unseen = held_out[samples.person]
        development = fit_recipe(samples.where(~unseen), metric, seed, done)
        everyone = fit_recipe(samples, metric, seed, done)
        sha256 = publish(people, metric, everyone, out=out / MODEL_IDS[metric.name], seed=seed)
        test = ask(development, samples.where(unseen), metric)
        save_answers(
            work / MODEL_IDS[metric.name],
            sha256,
            people,
            {"held_out": test, "cross_fitted": everyone.answers},
        )
    return evaluate_models(people, out, work, fitted=())


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
    centers = served_centers(samples, blended(crossed, weights), population)
    folds = person_folds(samples)
    answers = Answers(
        samples,
        centers,
        cross_calibrate(samples, centers, folds, metric),
        name_members(samples, crossed, weights),
        folds,
    )
    blend = fit_blend(samples.where(samples.recent), weights, seed)
    done()
    return Fitted(blend, population, answers, calibrate(samples, centers, metric))


def ask(fitted: Fitted, samples: Samples, metric: Metric) -> Answers:
    """What the recipe answers to people who had no part in it."""
    weights = WEIGHTS[metric.name]
    members = fitted.blend.members(samples)
    centers = served_centers(samples, blended(members, weights), fitted.population)
    return Answers(
        samples,
        centers,
        interval_ends(samples, centers, fitted.calibrated),
        name_members(samples, members, weights),
        np.full(len(samples), -1),
    )


def cross_calibrate(samples: Samples, centers: Floats, folds: NDArray[np.int64], metric: Metric) -> Ends:
    """(N,) ends, each calibrated on the people of the other folds."""
    ends: Ends = {}
    for fold in np.unique(folds):
        mine = folds == fold
        calibrated = calibrate(samples.where(~mine), centers[~mine], metric)
        for level, both in interval_ends(samples.where(mine), centers[mine], calibrated).items():
            lower, upper = ends.setdefault(
                level, (np.full(len(samples), np.nan), np.full(len(samples), np.nan))
            )
            lower[mine], upper[mine] = both
    return ends


def name_members(samples: Samples, members: Floats, weights: dict[str, float]) -> dict[str, Floats]:
    """(N, members) deviations -> member -> (N,) its own forecasts, in the model's unit."""
    moved = samples.reference[:, None] + samples.usual_error[:, None] * members
    return dict(zip(weights, moved.T, strict=True))


def publish(people: list[Person], metric: Metric, fitted: Fitted, *, out: Path, seed: int) -> str:
    """Write graph, manifest and golden vectors, having opened the graph as serving does; returns its sha256.

    Scores and card are evaluation's to write.
    """
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
        scores=[],
    )
    model = open_model(manifest, content)
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest.file).write_bytes(content)
    (out / "manifest.json").write_text(json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n")
    write_golden(out / "golden.json", model, seed)
    return sha256


def training_sets(people: list[Person], samples: Samples) -> list[TrainingSet]:
    datasets = np.array([person.dataset for person in people])[samples.person]
    sets = []
    for source in (*SOURCES, SERVICE):
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
