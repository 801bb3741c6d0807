"""The members together: fitted on the same people, averaged, and cross-fitted for calibration.

Each horizon has members of its own: what a day's totals say of the night is lost on members that mostly saw
them masked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBRegressor

from common.compute.person import Floats
from model_export.datasets import Samples
from model_export.linear import Linear, Scaler, fit_linear, fit_scaler, predict_linear
from model_export.lstm import Ensemble, fit_nets, predict_nets
from model_export.trees import fit_trees, predict_trees

MEMBERS: dict[str, tuple[str, ...]] = {"rhr": ("lstm", "linear", "xgboost"), "hrv": ("linear", "xgboost")}
"""Metric -> its members, chosen on development people and weighed alike; an LSTM made HRV forecasts worse."""
FOLDS = 5


@dataclass(frozen=True)
class Blend:
    """The members of one horizon."""

    scaler: Scaler
    nets: Ensemble | None
    linear: Linear
    trees: XGBRegressor

    def members(self, samples: Samples) -> Floats:
        """(N, members) deviations, in the order of MEMBERS."""
        nets = [] if self.nets is None else [predict_nets(self.nets, self.scaler, samples)]
        linear = predict_linear(self.linear, self.scaler, samples)
        return np.stack([*nets, linear, predict_trees(self.trees, samples)], axis=1)


@dataclass(frozen=True)
class Blends:
    """The day over, and the day still open."""

    names: tuple[str, ...]
    closed: Blend
    open: Blend

    def members(self, samples: Samples) -> Floats:
        """(N, members) deviations, each by the blend of its horizon."""
        deviations = np.empty((len(samples), len(self.names)))
        for mine, blend in ((~samples.day_open, self.closed), (samples.day_open, self.open)):
            if mine.any():
                deviations[mine] = blend.members(samples.where(mine))
        return deviations


def weights_of(names: tuple[str, ...]) -> dict[str, float]:
    return dict.fromkeys(names, 1 / len(names))


def fit_blends(samples: Samples, names: tuple[str, ...], seed: int) -> Blends:
    """Fitted where the last days are known; elsewhere the members are not asked."""
    known = samples.where(samples.recent)
    closed, still_open = (known.where(known.day_open == horizon) for horizon in (False, True))
    return Blends(names, _fit_blend(closed, names, seed), _fit_blend(still_open, names, seed))


def _fit_blend(samples: Samples, names: tuple[str, ...], seed: int) -> Blend:
    scaler = fit_scaler(samples)
    nets = fit_nets(samples, scaler, seed) if "lstm" in names else None
    return Blend(scaler, nets, fit_linear(samples, scaler), fit_trees(samples, seed))


def blended(members: Floats) -> Floats:
    """(N, members) -> (N,)"""
    deviations: Floats = members.mean(axis=1)
    return deviations


@dataclass(frozen=True)
class Crossed:
    """Each person's fold, and for each fold the blends that saw nobody of it."""

    fold_of: dict[int, int]
    blends: list[Blends]

    def folds(self, samples: Samples) -> NDArray[np.int64]:
        """(N,) the fold of each night's person, -1 for people of none."""
        return np.array([self.fold_of.get(int(person), -1) for person in samples.person], np.int64)

    def members(self, samples: Samples) -> Floats:
        """(N, members) deviations by members that never saw the person; NaN for people of no fold."""
        deviations = np.full((len(samples), len(self.blends[0].names)), np.nan)
        folds = self.folds(samples)
        for fold, blends in enumerate(self.blends):
            mine = folds == fold
            if mine.any():
                deviations[mine] = blends.members(samples.where(mine))
        return deviations


Keep = Callable[[str, Callable[[], Blends]], Blends]
"""Name of a fit and how it is made -> the fit."""


def cross_fit(
    samples: Samples, names: tuple[str, ...], seed: int, keep: Keep = lambda _, fit: fit()
) -> Crossed:
    crossed = Crossed(deal_folds(samples), [])
    folds = crossed.folds(samples)
    for fold in range(FOLDS):
        others = samples.where(folds != fold)
        crossed.blends.append(keep(f"fold-{fold}", partial(fit_blends, others, names, seed)))
    return crossed


def deal_folds(samples: Samples) -> dict[int, int]:
    """Person -> fold: people dealt out family by family, the ones with most nights first."""
    fold_of: dict[int, int] = {}
    for family in np.unique(samples.family):
        people, nights = np.unique(samples.person[samples.family == family], return_counts=True)
        for rank, person in enumerate(people[np.argsort(-nights, kind="stable")]):
            fold_of[int(person)] = rank % FOLDS
    return fold_of
