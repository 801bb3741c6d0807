"""`make train`: from real people's days to checked model files. Reads top to bottom.

First the test: members, intervals and choices from development nights only, asked once about locked ones.
Then the served model: the same recipe on everyone, its intervals from members that had not seen the person.
What both said of people they never saw goes to the working folder, where `evaluate` scores it.
Deterministic given the seed: all has one thread, for sums shared out among two are rounded otherwise. Refuses
to publish where a data set is missing that was not left out by name.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from common.compute.features import FEATURE_VERSION
from common.compute.forecasts.model_inputs import INPUTS_VERSION, METRICS, Metric
from common.compute.series.rows import Floats
from common.errors import ConfigurationError
from common.inference.manifest import Manifest, Population, TrainingSet, expected_inputs
from common.inference.sessions import MODEL_IDS, open_model
from model_export.data.database import SERVICE, load_sharers, sharers_samples
from model_export.data.datasets import (
    SOURCES,
    Person,
    Samples,
    build_samples,
    choose_sources,
    join_samples,
    load_people,
    locked_nights,
    refuse_future,
    unlocked,
)
from model_export.evaluate.answers import Answers, PeopleAre, save_answers
from model_export.evaluate.evidence import Known, measure_evidence
from model_export.evaluate.run import evaluate_models
from model_export.export.calibrate import (
    Calibrated,
    Ends,
    calibrate,
    fit_population,
    interval_ends,
    served_centers,
)
from model_export.export.golden import write_golden
from model_export.export.graph import build_graph
from model_export.fit.blend import (
    FOLDS,
    RECIPES,
    Blends,
    Crossed,
    Recipe,
    blended,
    cross_fit,
    fit_blends,
    trusted,
    weights_of,
)
from model_export.fit.fits import Fits, open_fits
from model_export.fit.forest import publish_forest
from model_export.fit.served_intervals import served_ends

SEED = 20_251
ARTIFACTS = Path(__file__).parents[1] / "artifacts"
PHASES = ("test", "serve")
PARITY_SAMPLES = 400

Done = Callable[[], None]


SKIPPED = (
    "Skipped by --quick: the LSTM, the locked test, evidence for what-if, and the model of unusual nights. "
    "Such models refuse every what-if: they are to look at, not to serve."
)


def count_fits(metrics: Collection[str], *, quick: bool = False) -> int:
    """Return how often `run` calls `done`."""
    return len(metrics) * (1 if quick else len(PHASES)) * (FOLDS + 1)


def run(
    data_dir: Path,
    out: Path = ARTIFACTS,
    *,
    work: Path,
    metrics: Sequence[str] = tuple(METRICS),
    without: Collection[str] = (),
    sharers: Path | None = None,
    quick: bool = False,
    seed: int = SEED,
    done: Done = lambda: None,
    tell: Callable[[str], None] = lambda _: None,
) -> str:
    """Train, calibrate, export and check a model of each metric; returns how they compare with simple rules.

    `work` keeps what evaluation needs, and every fit, so that a run cut short goes on; people of the file
    `sharers` are added to those of the shared sets, of which those in `without` are left out. `quick` takes
    minutes and leaves out what SKIPPED says. `done` is called once per fit (`count_fits`), `tell` is told
    what is begun. Raises ConfigurationError for a metric no model is trained for and where a data set is
    missing, ValueError where an input knows the future.
    """
    if unknown := sorted(set(metrics) - set(METRICS)):
        raise ConfigurationError(f"No model is trained for {unknown[0]}: there are {', '.join(METRICS)}.")
    sources = choose_sources(data_dir, without)
    files = [data_dir / f"{source.file}.csv" for source in sources]
    with threadpool_limits(limits=1):
        fits = open_fits(work, files if sharers is None else [*files, sharers], seed, done)
        tell("reading the data sets")
        of_files = load_people(data_dir, sources)
        people = of_files + ([] if sharers is None else load_sharers(sharers))
        if not quick:
            tell("unusual nights")
            publish_forest(of_files, out, seed=seed)
        for metric in (METRICS[name] for name in metrics):
            tell(f"{metric.name}: looking for what knows the future")
            refuse_future(of_files, metric)
            tell(f"{metric.name}: building the nights")
            samples = build_samples(of_files, metric)
            if sharers is not None:
                samples = join_samples([samples, *sharers_samples(sharers, metric, len(of_files))])
            recipe = quick_recipe(RECIPES[metric.name]) if quick else RECIPES[metric.name]
            whole = "quick" if quick else "everyone"
            tell(f"{metric.name}: everyone")
            everyone = fit_recipe(people, samples, metric, recipe, seed=seed, fits=fits, people_are=whole)
            own = samples.where(samples.person < len(of_files))
            what_if = {} if quick else measure_evidence(of_files, metric, own, everyone.answer_unseen, seed)
            folder = MODEL_IDS[metric.name]
            sha256 = publish(people, metric, everyone, what_if, out=out / folder, seed=seed)
            answers: dict[PeopleAre, Answers] = {"cross_fitted": everyone.answers}
            if not quick:
                tell(f"{metric.name}: the test")
                locked = locked_nights(people, samples)
                known = samples.where(~locked)
                before = unlocked(people)
                development = fit_recipe(
                    before, known, metric, recipe, seed=seed, fits=fits, people_are="development"
                )
                answers["held_out"] = ask(development, people, samples, metric).where(locked)
            save_answers(work / folder, sha256, people, answers)
        tell("scoring")
        return evaluate_models(people, out, work, metrics=metrics, fitted=())


@dataclass(frozen=True)
class Fitted:
    """The recipe on one group of people."""

    people: Sequence[Person]
    """As far as they are known to it."""
    recipe: Recipe
    blends: Blends
    crossed: Crossed
    population: Population
    answers: Answers
    """Of the same people, by members of the other folds."""
    calibrated: Calibrated

    def answer_unseen(self, samples: Samples) -> Floats:
        """(N,) deviations, each by members that never saw the person."""
        return blended(self.crossed.members(samples))


def quick_recipe(recipe: Recipe) -> Recipe:
    """Return the recipe without the member that takes hours."""
    return replace(recipe, members=tuple(name for name in recipe.members if name != "lstm"))


def fit_recipe(
    people: Sequence[Person],
    samples: Samples,
    metric: Metric,
    recipe: Recipe,
    *,
    seed: int,
    fits: Fits,
    people_are: str,
) -> Fitted:
    def keep(name: str, fit: Callable[[], Blends]) -> Blends:
        return fits.keep(f"{metric.name}-{people_are}-{name}", fit)

    population = fit_population(samples, metric)
    crossed = cross_fit(samples, recipe, seed, keep)
    members = trusted(samples, crossed.members(samples), recipe.trust_prior)
    centers = served_centers(samples, blended(members), population)
    folds = crossed.folds(samples)
    asked = Asked(people, samples, centers, folds)
    answers = Answers(
        samples,
        centers,
        calibrate_apart(asked, asked, metric),
        name_members(samples, members, population, recipe),
        folds,
    )
    blends = keep("all", lambda: fit_blends(samples, recipe, seed))
    return Fitted(people, recipe, blends, crossed, population, answers, calibrate(samples, centers, metric))


def ask(fitted: Fitted, people: Sequence[Person], samples: Samples, metric: Metric) -> Answers:
    """Return what the recipe answers to people who had no part in it, or by members and intervals that had
    none of
    theirs: a person of a fold is answered by what was fitted on the others."""
    folds = fitted.crossed.folds(samples)
    members = fitted.crossed.members(samples)
    strangers = folds < 0
    members[strangers] = fitted.blends.members(samples.where(strangers))
    recipe = fitted.recipe
    members = trusted(samples, members, recipe.trust_prior)
    centers = served_centers(samples, blended(members), fitted.population)
    known = fitted.answers
    return Answers(
        samples,
        centers,
        calibrate_apart(
            Asked(people, samples, centers, folds),
            Asked(fitted.people, known.samples, known.centers, known.folds),
            metric,
        ),
        name_members(samples, members, fitted.population, recipe),
        folds,
    )


@dataclass(frozen=True)
class Asked:
    """Nights, their forecasts, and the folds of their people."""

    people: Sequence[Person]
    samples: Samples
    centers: Floats
    folds: NDArray[np.int64]


def calibrate_apart(asked: Asked, reserved: Asked, metric: Metric) -> Ends:
    """(N,) ends around the asked centers as serving makes them, by reserved nights of people of other folds:
    they follow the person where the last nights are known well enough.
    """
    ends: Ends = {}
    for fold in np.unique(asked.folds):
        mine, others = asked.folds == fold, reserved.folds != fold
        calibrated = calibrate(reserved.samples.where(others), reserved.centers[others], metric)
        taught = [reserved.people[position] for position in np.unique(reserved.samples.person[others])]
        samples, centers = asked.samples.where(mine), asked.centers[mine]
        found = interval_ends(samples, centers, calibrated)
        following = served_ends(asked.people, samples, centers, taught, metric)
        for level, both in found.items():
            unknown = np.full(len(mine), np.nan)
            for end, sparse, recent in zip(
                ends.setdefault(level, (unknown.copy(), unknown)), both, following[level], strict=True
            ):
                end[mine] = np.where(samples.recent, recent, sparse)
    return ends


def name_members(
    samples: Samples, members: Floats, population: Population, recipe: Recipe
) -> dict[str, Floats]:
    """(N, members) deviations -> member -> (N,) its own forecasts, in the model's unit."""
    return {
        name: served_centers(samples, own, population)
        for name, own in zip(recipe.members, members.T, strict=True)
    }


def publish(
    people: list[Person], metric: Metric, fitted: Fitted, what_if: Known, *, out: Path, seed: int
) -> str:
    """Write graph, manifest and golden vectors, having opened the graph as serving does; returns its sha256.

    Scores and card are evaluation's to write.
    """
    samples = fitted.answers.samples
    chosen = np.random.default_rng(seed).choice(len(samples), PARITY_SAMPLES, replace=False)
    checked = samples.where(np.sort(chosen))
    content = build_graph(fitted.blends, metric, checked)
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
        outlook_version=INPUTS_VERSION,
        feature_version=FEATURE_VERSION,
        inputs=expected_inputs(metric, windowed=fitted.blends.closed.nets is not None),
        blend=weights_of(fitted.blends.names),
        reference_rule=dict(metric.reference_rule),
        trust_prior=fitted.recipe.trust_prior,
        calibration=fitted.calibrated.by_family,
        cold_start=fitted.calibrated.cold_start,
        population=fitted.population,
        seed=seed,
        training=training_sets(people, samples),
        held_out_people=sum(person.held_out for person in people),
        scores=[],
        what_if=what_if,
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
