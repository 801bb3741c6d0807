"""The boosted-tree member: XGBoost on the row, unknown values left for the trees to route."""

from collections.abc import Mapping

import numpy as np
from xgboost import XGBRegressor

from common.compute.series.rows import Floats
from model_export.data.datasets import Samples
from model_export.fit.linear import clipped_target, sample_weights

PARAMETERS: dict[str, object] = {
    "objective": "reg:absoluteerror",
    "n_estimators": 150,
    "num_parallel_tree": 2,
    "max_depth": 2,
    "learning_rate": 0.03,
    "subsample": 0.7,
    "colsample_bytree": 0.4,
    "min_child_weight": 50,
    "reg_lambda": 10,
    "max_bin": 64,
    "n_jobs": 1,
}


def fit_trees(samples: Samples, seed: int, own: Mapping[str, object] | None = None) -> XGBRegressor:
    """`own`: parameters of the metric, in place of those above."""
    model = XGBRegressor(**PARAMETERS | dict(own or {}), random_state=seed)
    model.fit(samples.row.astype(np.float32), clipped_target(samples), sample_weight=sample_weights(samples))
    return model


def predict_trees(model: XGBRegressor, samples: Samples) -> Floats:
    """(N,) deviations."""
    deviations: Floats = model.predict(samples.row.astype(np.float32)).astype(np.float64)
    return deviations
