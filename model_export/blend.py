"""The members together: fitted on the same people, weighed, and cross-fitted for calibration."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBRegressor

from common.compute.person import Floats
from model_export.datasets import Samples
from model_export.linear import Linear, Scaler, fit_linear, fit_scaler, predict_linear
from model_export.lstm import Ensemble, fit_nets, predict_nets
from model_export.trees import fit_trees, predict_trees

WEIGHTS: dict[str, dict[str, float]] = {
    "rhr": {"lstm": 0.5, "linear": 0.2, "xgboost": 0.3},
    "hrv": {"linear": 0.5, "xgboost": 0.5},
}
"""Metric -> its members and their weights, chosen on development people; an LSTM made HRV forecasts worse."""
FOLDS = 5


@dataclass(frozen=True)
class Blend:
    weights: dict[str, float]
    scaler: Scaler
    nets: Ensemble | None
    linear: Linear
    trees: XGBRegressor

    def members(self, samples: Samples) -> Floats:
        """(N, members) deviations, in the order of `weights`."""
        nets = [] if self.nets is None else [predict_nets(self.nets, self.scaler, samples)]
        linear = predict_linear(self.linear, self.scaler, samples)
        return np.stack([*nets, linear, predict_trees(self.trees, samples)], axis=1)


def fit_blend(samples: Samples, weights: dict[str, float], seed: int) -> Blend:
    scaler = fit_scaler(samples)
    nets = fit_nets(samples, scaler, seed) if "lstm" in weights else None
    return Blend(weights, scaler, nets, fit_linear(samples, scaler), fit_trees(samples, seed))


def blended(members: Floats, weights: dict[str, float]) -> Floats:
    """(N, members) -> (N,)"""
    deviations: Floats = members @ np.array(list(weights.values()))
    return deviations


def cross_fit(
    samples: Samples, weights: dict[str, float], seed: int, done: Callable[[], None] = lambda: None
) -> Floats:
    """(N, members) deviations, each made by members that saw nobody of that person's fold."""
    deviations = np.full((len(samples), len(weights)), np.nan)
    folds = person_folds(samples)
    for fold in range(FOLDS):
        unseen = folds == fold
        blend = fit_blend(samples.where(~unseen & samples.recent), weights, seed)
        deviations[unseen] = blend.members(samples.where(unseen))
        done()
    return deviations


def person_folds(samples: Samples) -> NDArray[np.int64]:
    """(N,) a fold per sample: people dealt out family by family, the ones with most nights first."""
    fold_of: dict[int, int] = {}
    for family in np.unique(samples.family):
        people, nights = np.unique(samples.person[samples.family == family], return_counts=True)
        for rank, person in enumerate(people[np.argsort(-nights, kind="stable")]):
            fold_of[int(person)] = rank % FOLDS
    return np.array([fold_of[int(person)] for person in samples.person])
