"""The members together: fitted on the same people, averaged, and cross-fitted for calibration.

Each horizon has members of its own: what a day's totals say of the night is lost on members that mostly saw
them masked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBRegressor

from common.compute.forecasts.model_inputs import METRICS
from common.compute.forecasts.rules import trailing
from common.compute.forecasts.shrinkage import TRUST_NIGHTS, own_trust
from common.compute.series.rows import Floats
from model_export.data.datasets import Samples
from model_export.fit.linear import Linear, Scaler, fit_linear, fit_scaler, predict_linear
from model_export.fit.lstm import Ensemble, fit_nets, predict_nets
from model_export.fit.trees import fit_trees, predict_trees


@dataclass(frozen=True)
class Recipe:
    """How a metric is forecast, chosen on development nights."""

    members: tuple[str, ...]
    """Weighed alike."""
    trees: Mapping[str, object]
    """Parameters of XGBoost that are the metric's own."""
    trust_prior: float | None
    """See `common.compute.forecasts.shrinkage`; None: a move is made as it is."""


USUAL_RECIPE = Recipe(("linear", "xgboost"), {}, trust_prior=5.0)
RECIPES: dict[str, Recipe] = dict.fromkeys(METRICS, USUAL_RECIPE) | {
    "rhr": Recipe(
        ("lstm", "linear", "xgboost"), {"objective": "reg:squarederror", "max_depth": 5}, trust_prior=None
    ),
}
FOLDS = 5


@dataclass(frozen=True)
class Blend:
    """The members of one horizon."""

    scaler: Scaler
    nets: Ensemble | None
    linear: Linear
    trees: XGBRegressor

    def members(self, samples: Samples) -> Floats:
        """(N, members) deviations, in the recipe's order."""
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


def fit_blends(samples: Samples, recipe: Recipe, seed: int) -> Blends:
    """Fitted where the last days are known; elsewhere the members are not asked."""
    known = samples.where(samples.recent)
    closed, still_open = (known.where(known.day_open == horizon) for horizon in (False, True))
    return Blends(recipe.members, _fit_blend(closed, recipe, seed), _fit_blend(still_open, recipe, seed))


def _fit_blend(samples: Samples, recipe: Recipe, seed: int) -> Blend:
    scaler = fit_scaler(samples)
    nets = fit_nets(samples, scaler, seed) if "lstm" in recipe.members else None
    return Blend(scaler, nets, fit_linear(samples, scaler), fit_trees(samples, seed, recipe.trees))


def blended(members: Floats) -> Floats:
    """(N, members) -> (N,)"""
    deviations: Floats = members.mean(axis=1)
    return deviations


def trusted(samples: Samples, members: Floats, prior: float | None) -> Floats:
    """(N, members) moves as serving makes them: as far as the person's nights before bore the blend out."""
    if prior is None:
        return members
    moves = np.where(samples.recent, blended(members), np.nan)
    moves, came = (nights_before(samples, values, TRUST_NIGHTS) for values in (moves, samples.target))
    return own_trust(moves, came, prior)[:, None] * members


def nights_before(samples: Samples, values: Floats, nights: int) -> Floats:
    """(N,) -> (N, nights): the values of the same person's nights before each, latest first; NaN where none.

    A horizon's nights know nothing of the other's.
    """
    before = np.full((len(values), nights), np.nan)
    for person in np.unique(samples.person):
        for day_open in (False, True):
            mine = (samples.person == person) & (samples.day_open == day_open)
            if mine.any():
                position = (samples.target_day[mine] - samples.target_day[mine].min()).astype(np.int64)
                of_person = np.full(position.max() + 1, np.nan)
                of_person[position] = values[mine]
                before[mine] = trailing(of_person, nights + 1)[position, 1:]
    return before


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


def cross_fit(samples: Samples, recipe: Recipe, seed: int, keep: Keep = lambda _, fit: fit()) -> Crossed:
    crossed = Crossed(deal_folds(samples), [])
    folds = crossed.folds(samples)
    for fold in range(FOLDS):
        others = samples.where(folds != fold)
        crossed.blends.append(keep(f"fold-{fold}", partial(fit_blends, others, recipe, seed)))
    return crossed


def deal_folds(samples: Samples) -> dict[int, int]:
    """Person -> fold: people dealt out family by family, the ones with most nights first."""
    fold_of: dict[int, int] = {}
    for family in np.unique(samples.family):
        people, nights = np.unique(samples.person[samples.family == family], return_counts=True)
        for rank, person in enumerate(people[np.argsort(-nights, kind="stable")]):
            fold_of[int(person)] = rank % FOLDS
    return fold_of


def fold_nights(samples: Samples) -> NDArray[np.int64]:
    """(N,) the fold that each night's person is dealt into."""
    return Crossed(deal_folds(samples), []).folds(samples)
