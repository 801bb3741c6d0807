"""Golden vectors: inputs and answers stored beside a model, which any later build of it must reproduce."""

import json
from pathlib import Path

import numpy as np

from common.compute.person import Floats
from common.inference.sessions import Model
from model_export.datasets import Samples

VECTORS = 8


def write_golden(path: Path, model: Model, samples: Samples) -> None:
    """Store the first samples as the graph sees them (float32, null where unknown) with its answers."""
    row, window = _as_seen(samples.row[:VECTORS]), _as_seen(samples.window[:VECTORS])
    vectors = {
        "row": _nullable(row),
        "window": _nullable(window),
        "deviation": model.deviations(row, window).tolist(),
    }
    path.write_text(json.dumps(vectors) + "\n")


def read_golden(path: Path) -> tuple[Floats, Floats, Floats]:
    """(row, window, deviation)"""
    vectors = json.loads(path.read_text())
    row, window, deviation = (np.array(vectors[k], np.float64) for k in ("row", "window", "deviation"))
    return row, window, deviation


def _as_seen(values: Floats) -> Floats:
    return values.astype(np.float32).astype(np.float64)


def _nullable(values: Floats) -> object:
    return np.where(np.isnan(values), np.array(None), values.astype(object)).tolist()
