"""The three members together: fitted on the same people, averaged, and cross-fitted for calibration."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBRegressor

from common.compute.person import Floats
from model_export.datasets import Samples
from model_export.linear import Linear, Scaler, fit_linear, fit_scaler, predict_linear
from model_export.lstm import Net, fit_net, predict_net
from model_export.trees import fit_trees, predict_trees

MEMBERS: tuple[str, ...] = ("lstm", "linear", "xgboost")
WEIGHTS: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3)
"""A plain average: fitted weights won nothing on development people."""
FOLDS = 5


@dataclass(frozen=True)
class Blend:
    scaler: Scaler
    linear: Linear
    net: Net
    trees: XGBRegressor

    def members(self, samples: Samples) -> Floats:
        """(N, members) deviations."""
        return np.stack(
            [
                predict_net(self.net, self.scaler, samples),
                predict_linear(self.linear, self.scaler, samples),
                predict_trees(self.trees, samples),
            ],
            axis=1,
        )


def fit_blend(samples: Samples, seed: int) -> Blend:
    scaler = fit_scaler(samples)
    return Blend(
        scaler, fit_linear(samples, scaler), fit_net(samples, scaler, seed), fit_trees(samples, seed)
    )


def cross_fit(
    samples: Samples, folds: NDArray[np.int64], seed: int, done: Callable[[], None] = lambda: None
) -> Floats:
    """(N, members) deviations, each made by members that saw nobody of that person's fold.

    `folds`: (N,) fold of each sample's person.
    """
    deviations = np.full((len(samples), len(MEMBERS)), np.nan)
    for fold in range(FOLDS):
        unseen = folds == fold
        blend = fit_blend(samples.where(~unseen & samples.recent), seed)
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
