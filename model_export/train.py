"""`make train`: from real people's days to checked model files. Reads top to bottom.

Deterministic given the seed. Refuses to publish where a data set is missing.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx

from common.compute.outlook import (
    METRICS,
    OUTLOOK_VERSION,
    WINDOW_DAYS,
    Metric,
    row_columns,
    window_channels,
)
from common.compute.person import Floats
from common.errors import ConfigurationError
from common.inference.manifest import Inputs, Manifest, Score, TrainingSet
from common.inference.sessions import MODEL_IDS, open_model
from model_export.blend import FOLDS, MEMBERS, WEIGHTS, cross_fit, fit_blend, person_folds
from model_export.calibrate import HORIZONS, calibrate, fit_population, served_centers
from model_export.datasets import SOURCES, Person, Samples, build_samples, load_people
from model_export.evaluate import format_scores, measure, score
from model_export.golden import write_golden
from model_export.graph import build_graph

SEED = 20_251
ARTIFACTS = Path(__file__).parent / "artifacts"
STEPS = len(METRICS) * (FOLDS + 3)
PARITY_SAMPLES = 400


def run(
    data_dir: Path, out: Path = ARTIFACTS, *, seed: int = SEED, done: Callable[[], None] = lambda: None
) -> str:
    """Train, calibrate, export and check both models into `out`; returns the table of scores.

    `done` is called STEPS times, for a progress bar. Raises ConfigurationError where a data set is missing.
    """
    missing = [source.file for source in SOURCES if not (data_dir / f"{source.file}.csv").is_file()]
    if missing:
        raise ConfigurationError(f"{data_dir} has no {missing[0]}.csv: training publishes nothing.")
    people = load_people(data_dir)
    tables = []
    for metric in METRICS.values():
        scores = train_metric(people, metric, out / MODEL_IDS[metric.name], seed, done)
        title = f"{metric.name}: mean absolute error in {metric.unit} on held-out people"
        tables.append(format_scores(title, scores))
    return "\n\n".join(tables)


def train_metric(
    people: list[Person], metric: Metric, out: Path, seed: int, done: Callable[[], None]
) -> list[Score]:
    samples = build_samples(people, metric)
    held_out = np.array([person.held_out for person in people])
    seen, unseen = samples.where(~held_out[samples.person]), samples.where(held_out[samples.person])
    done()

    population = fit_population(seen, metric)
    crossed = cross_fit(seen, person_folds(seen), seed, done) @ np.array(WEIGHTS)
    centers, modelled = served_centers(seen, crossed, population)
    calibration, cold_start = calibrate(seen, centers, modelled, metric)

    blend = fit_blend(seen.where(seen.recent), seed)
    done()
    rng = np.random.default_rng(seed)
    checked = seen.where(np.sort(rng.choice(len(seen), PARITY_SAMPLES, replace=False)))
    content = build_graph(blend, metric, checked)
    sha256 = hashlib.sha256(content).hexdigest()

    deviations = blend.members(unseen) @ np.array(WEIGHTS)
    scores = score_people(people, unseen, metric, served_centers(unseen, deviations, population)[0], seed)
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
        inputs=Inputs(
            row=list(row_columns(metric)), window=list(window_channels(metric)), window_days=WINDOW_DAYS
        ),
        members=list(MEMBERS),
        blend=list(WEIGHTS),
        reference_rule=dict(metric.reference_rule),
        calibration=calibration,
        cold_start=cold_start,
        population=population,
        seed=seed,
        training=training_sets(people, seen),
        held_out_people=sorted({f"{p.dataset}-{p.user}" for p in people if p.held_out}),
        scores=scores,
    )
    model = open_model(manifest, content)
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest.file).write_bytes(content)
    (out / "manifest.json").write_text(json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n")
    write_golden(out / "golden.json", model, checked)
    done()
    return scores


def score_people(
    people: list[Person], samples: Samples, metric: Metric, centers: Floats, seed: int
) -> list[Score]:
    """One score per data set and horizon, over nights on which every rule can be scored."""
    datasets = np.array([person.dataset for person in people])[samples.person]
    scores = []
    for source in SOURCES:
        for horizon, day_open in HORIZONS.items():
            chosen = (datasets == source.file) & (samples.day_open == day_open) & samples.comparable
            if chosen.any():
                errors = measure(people, samples.where(chosen), metric, centers[chosen])
                scores.append(score(errors, source.file, horizon, seed))
    return scores


def training_sets(people: list[Person], seen: Samples) -> list[TrainingSet]:
    datasets = np.array([person.dataset for person in people])[seen.person]
    sets = []
    for source in SOURCES:
        mine = (datasets == source.file) & ~seen.day_open
        if mine.any():
            sets.append(
                TrainingSet(
                    dataset=source.file,
                    people=len(np.unique(seen.person[mine])),
                    nights=int(mine.sum()),
                    licence=source.licence,
                    credit=source.credit,
                )
            )
    return sets
