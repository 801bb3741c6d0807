"""The isolation forest of unusual nights: fitted on real people's nights, exported, checked and described.

Its inputs are the steps that `common.compute.anomalies` measures when it serves, in units of each person's
own nights, so a person it never saw is judged like those it was fitted on. It learns from no label: it knows
which nights are rare, not which were ill.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from sklearn.ensemble import IsolationForest

from common.compute.anomalies import FOREST_INPUTS, WATCHED, forest_rows, score_nights
from common.compute.anomalies.unusual import RARE, SECOND, TOGETHER
from common.compute.series.rows import Floats
from common.inference.forest import open_forest
from common.inference.forest_manifest import FOLDER, UNIT, ForestManifest
from common.inference.manifest import TrainingSet
from model_export.data.datasets import SOURCES, Person
from model_export.export.forest_graph import build_forest_graph, score, single

ID = "nights_forest"
TREES, NIGHTS_A_TREE = 60, 256
DECIMALS = 4
VECTORS = 16
QUANTILES = (50, 90, 95, 98, 99)


def publish_forest(people: Sequence[Person], out: Path, *, seed: int) -> ForestManifest:
    """Fit on everyone, and write graph, manifest, golden vectors and card into the forest's folder."""
    rows = [collect_nights(person) for person in people]
    nights = np.concatenate(rows)
    known = np.isfinite(nights).mean(axis=0)
    forest = fit_forest(nights, seed)
    content = build_forest_graph(forest, nights)
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = ForestManifest(
        id=ID,
        version=f"1.{sha256[:8]}",
        file="model.onnx",
        sha256=sha256,
        opset={o.domain: o.version for o in onnx.load_from_string(content).opset_import},
        inputs=list(FOREST_INPUTS),
        unit=UNIT,
        trees=TREES,
        nights_a_tree=NIGHTS_A_TREE,
        seed=seed,
        training=_training_sets(people, rows),
        known_share={name: round(float(share), 3) for name, share in zip(FOREST_INPUTS, known, strict=True)},
        quantiles=dict(
            zip(
                map(str, QUANTILES),
                np.percentile(score(forest, nights), QUANTILES).round(3).tolist(),
                strict=True,
            )
        ),
    )
    opened = open_forest(manifest, content)
    drawn = np.round(np.random.default_rng(seed).uniform(0, 5, (VECTORS, len(FOREST_INPUTS))), DECIMALS)
    drawn[: VECTORS // 2, 1:] = np.nan  # one measure alone
    unknown = np.where(np.isnan(drawn), np.array(None), drawn.astype(object))
    golden = {"nights": unknown.tolist(), "rate": opened.rate(drawn).tolist()}
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / manifest.file).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n")
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")
    (folder / "card.md").write_text(write_forest_card(manifest))
    return manifest


def collect_nights(person: Person) -> Floats:
    """(n, inputs) of the nights on which anything could be judged."""
    scores = [score_nights(person.series, watched) for watched in WATCHED]
    judged = np.isfinite(np.stack([one.step for one in scores])).any(axis=0)
    # rounded, so that no split hangs on the last bits of a sum
    rows: Floats = np.round(forest_rows(person.series, scores)[judged], DECIMALS)
    return rows


def fit_forest(nights: Floats, seed: int) -> IsolationForest:
    most = min(NIGHTS_A_TREE, len(nights))
    forest = IsolationForest(n_estimators=TREES, max_samples=most, random_state=seed)
    return forest.fit(single(nights))


def write_forest_card(manifest: ForestManifest) -> str:
    """Markdown made from the manifest alone."""
    known = ", ".join(f"{name} {share:.0%}" for name, share in manifest.known_share.items())
    quantiles = ", ".join(f"{share}% below {value:.2f}" for share, value in manifest.quantiles.items())
    sets = "\n".join(
        f"- {t.dataset}: {t.people} people, {t.nights} nights. {t.licence}. {t.credit}."
        for t in manifest.training
    )
    return "\n\n".join(
        [
            f"# {manifest.id} {manifest.version}",
            "How rare a night is among real people's nights, all measures together. Not medical advice, and "
            "no sign of any illness: it was fitted without labels.",
            "## What it sees",
            f"{len(manifest.inputs)} numbers a night ({', '.join(manifest.inputs)}), in {manifest.unit}. "
            f"Known on the nights it was fitted on: {known}.",
            "## How it is used",
            "A night is told of without it where one measure has stepped away clearly. With it, also where "
            f"the strongest step is at least {TOGETHER}, another at least {SECOND}, and the score at least "
            f"{RARE}. `python -m tests.benchmarks.insights_nights` measures power and false alarms with it "
            "and without it.",
            "## Scores of the nights it was fitted on",
            f"{quantiles}.",
            "## Fitted on",
            sets,
            f"{manifest.trees} trees of {manifest.nights_a_tree} nights. Seed {manifest.seed}. "
            f"sha256 `{manifest.sha256}`.",
        ]
    ) + "\n"  # fmt: skip


def _training_sets(people: Sequence[Person], rows: Sequence[Floats]) -> list[TrainingSet]:
    sets = []
    for source in SOURCES:
        mine = [
            len(r) for person, r in zip(people, rows, strict=True) if person.dataset == source.file and len(r)
        ]
        if mine:
            sets.append(
                TrainingSet(
                    dataset=source.file,
                    people=len(mine),
                    nights=sum(mine),
                    licence=source.licence,
                    credit=source.credit,
                )
            )
    return sets
