"""The linear member: Huber regression on scaled inputs, with weights of its own for each device family."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import HuberRegressor

from common.compute.outlook import FAMILIES
from common.compute.person import Floats
from model_export.datasets import Samples

HUBER_EPSILON = 1.1
SHRINKAGE = 1_000.0
TARGET_LIMIT = 6.0


@dataclass(frozen=True)
class Scaler:
    """Column means and spreads of the training rows; an unknown value becomes the mean, which is 0."""

    mean: Floats
    spread: Floats

    def __call__(self, row: Floats) -> Floats:
        scaled: Floats = np.nan_to_num((row - self.mean) / self.spread)
        return scaled


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
    """One weight vector shared by all families plus a correction per family, both shrunk towards zero."""
    x, flags = scaler(samples.row), family_flags(samples)
    parts = [x, *(x * flags[:, [k]] for k in range(len(FAMILIES))), 3 * flags]
    model = HuberRegressor(epsilon=HUBER_EPSILON, alpha=SHRINKAGE, max_iter=500, tol=1e-4)
    model.fit(np.concatenate(parts, axis=1), clipped_target(samples), sample_weight=sample_weights(samples))
    f = x.shape[1]
    shared, own, offset = model.coef_[:f], model.coef_[f : -len(FAMILIES)], model.coef_[-len(FAMILIES) :]
    return Linear(shared[:, None] + own.reshape(-1, f).T, model.intercept_ + 3 * offset)


def predict_linear(linear: Linear, scaler: Scaler, samples: Samples) -> Floats:
    """(N,) deviations."""
    outputs = scaler(samples.row) @ linear.weights + linear.bias
    deviations: Floats = (outputs * family_flags(samples)).sum(axis=1)
    return deviations
