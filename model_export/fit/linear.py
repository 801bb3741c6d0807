"""The linear member: least absolute deviations on scaled inputs, with weights of its own for each family."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.model_inputs import FAMILIES
from common.compute.series.rows import Floats
from model_export.data.datasets import Samples

SHRINKAGE = 1_000.0
OWN_SHARE = 0.7
"""How freely a family's weights leave the shared ones: less than 1 holds them closer."""
REWEIGHTINGS = 4
SMALL_ERROR = 0.3
"""Errors below this weigh as in least squares."""
TARGET_LIMIT = 2.5
INPUT_LIMIT = 4.0


@dataclass(frozen=True)
class Scaler:
    """Column means and spreads of the training rows; an unknown value becomes the mean, which is 0.

    Nothing is taken to lie more than INPUT_LIMIT spreads from it.
    """

    mean: Floats
    spread: Floats

    def __call__(self, row: Floats) -> Floats:
        scaled = np.nan_to_num((row - self.mean) / self.spread)
        return np.clip(scaled, -INPUT_LIMIT, INPUT_LIMIT)


@dataclass(frozen=True)
class Linear:
    weights: Floats
    """(F, families)"""
    bias: Floats
    """(families,)"""


def fit_scaler(samples: Samples) -> Scaler:
    known = np.isfinite(samples.row)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, samples.row, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, samples.row - mean, 0.0) ** 2).sum(axis=0) / count)
    return Scaler(mean, np.where(spread > 1e-6, spread, 1.0))


def family_flags(samples: Samples) -> Floats:
    """(N, families) 0 or 1."""
    return np.stack([samples.family == family for family in FAMILIES], axis=1).astype(np.float64)


def sample_weights(samples: Samples) -> Floats:
    """Spot readings of mixed devices say least about nights: they count a third."""
    return np.where(samples.family == "other", 1 / 3, 1.0)


def clipped_target(samples: Samples) -> NDArray[np.float64]:
    return np.clip(samples.target, -TARGET_LIMIT, TARGET_LIMIT)


def fit_linear(samples: Samples, scaler: Scaler) -> Linear:
    """One weight vector shared by all families plus a correction per family, both shrunk towards zero.

    Ridge regression, reweighted by the inverse of its own errors, which makes it one of absolute errors
    (Schlossmacher 1973, "An iterative technique for absolute deviations curve fitting").
    """
    x, flags = scaler(samples.row), family_flags(samples)
    columns = np.hstack([x, *(OWN_SHARE * x * flags[:, [k]] for k in range(len(FAMILIES))), 3 * flags])
    target, given = clipped_target(samples), sample_weights(samples)
    weights, penalty = given, SHRINKAGE * np.eye(columns.shape[1])
    for _ in range(REWEIGHTINGS):
        weighted = columns * weights[:, None]
        found = np.asarray(np.linalg.solve(weighted.T @ columns + penalty, weighted.T @ target), np.float64)
        weights = given / np.maximum(np.abs(target - columns @ found), SMALL_ERROR)
    f, families = x.shape[1], len(FAMILIES)
    shared, own, offset = found[:f], found[f:-families], found[-families:]
    by_family: Floats = shared[:, None] + OWN_SHARE * own.reshape(families, f).T
    return Linear(by_family, 3 * offset)


def predict_linear(linear: Linear, scaler: Scaler, samples: Samples) -> Floats:
    """(N,) deviations."""
    outputs = scaler(samples.row) @ linear.weights + linear.bias
    deviations: Floats = (outputs * family_flags(samples)).sum(axis=1)
    return deviations
