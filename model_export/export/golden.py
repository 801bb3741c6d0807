"""Golden vectors: inputs and answers stored beside a model, which any later build of it must reproduce.

The inputs are drawn, not taken from anybody: a third of them unknown, the rest of the size real ones have.
"""

import json
from pathlib import Path

import numpy as np

from common.compute.series.rows import Floats
from common.inference.sessions import Model

VECTORS = 8
UNKNOWN_SHARE = 1 / 3
DECIMALS = 4


def write_golden(path: Path, model: Model, seed: int) -> None:
    """Store drawn inputs (null where unknown) with the graph's answers to them."""
    rng = np.random.default_rng(seed)
    inputs = model.manifest.inputs
    row = _draw(rng, (VECTORS, len(inputs.row)))
    window = _draw(rng, (VECTORS, inputs.window_days, len(inputs.window)))
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


def _draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    values = np.round(rng.normal(size=shape), DECIMALS)
    values[rng.random(shape) < UNKNOWN_SHARE] = np.nan
    return values


def _nullable(values: Floats) -> object:
    return np.where(np.isnan(values), np.array(None), values.astype(object)).tolist()
