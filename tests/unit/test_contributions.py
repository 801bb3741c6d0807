"""What forecasts name as reasons (occlusion of groups) ranks as XGBoost's own SHAP values do."""

import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("xgboost")

import xgboost
from scipy.stats import spearmanr

from common.compute.forecasts.model_inputs import METRICS, Metric, row_columns
from common.compute.series.rows import Floats
from common.inference.predict import occlusions
from model_export.data.datasets import Person, Samples, build_samples, load_people
from model_export.fit import trees
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
NIGHTS = 200
LITTLE_SHARE = 0.05
"""Groups that pull less than this are the trees' noise: these people's other measures tell nothing."""


def reasons(metric: Metric, samples: Samples, seed: int = 0) -> tuple[Floats, Floats]:
    """(NIGHTS, groups) by SHAP, summed over a group's columns, and by occlusion; of groups that are used."""
    model = trees.fit_trees(samples, seed)
    chosen = np.random.default_rng(seed).choice(len(samples), NIGHTS, replace=False)
    asked = samples.where(np.isin(np.arange(len(samples)), chosen))
    matrix = xgboost.DMatrix(asked.row.astype(np.float32))
    columns = model.get_booster().predict(matrix, pred_contribs=True)[:, :-1]
    group_of = np.array(list(row_columns(metric).values()))
    occluded = []
    for row, window in zip(asked.row, asked.window, strict=True):
        groups, rows, _ = occlusions(metric, row, window)
        deviations = model.predict(rows.astype(np.float32))
        occluded.append(deviations[0] - deviations[1:])
    shap = np.stack([columns[:, group_of == group].sum(axis=1) for group in groups], axis=1)
    used = np.abs(shap).max(axis=0) > 0
    return shap[:, used], np.array(occluded)[:, used]


def rank(one: Floats, other: Floats) -> float:
    return float(spearmanr(one, other).statistic)


def test_reasons_rank_as_shap_values_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(trees.PARAMETERS, "n_estimators", 40)
    crowd = [make_person(70, seed=i, dataset=("oura_test", "lifesnaps")[i % 2]) for i in range(12)]
    people = [Person(p.dataset, p.user, False, {}, make_series(p)) for p in crowd]
    metric = METRICS["rhr"]
    shap, occluded = reasons(metric, build_samples(people, metric, (False,)))
    assert shap.shape[1] >= 4
    assert np.abs(shap).mean(axis=0).argmax() == np.abs(occluded).mean(axis=0).argmax()
    assert rank(np.abs(shap).mean(axis=0), np.abs(occluded).mean(axis=0)) > 0.7
    within = [rank(np.abs(s), np.abs(o)) for s, o in zip(shap, occluded, strict=True)]
    assert np.median(within) > 0.7
    share = np.abs(shap).mean(axis=0) / np.abs(shap).mean(axis=0).sum()
    matter = share > LITTLE_SHARE
    assert min(rank(s, o) for s, o in zip(shap.T[matter], occluded.T[matter], strict=True)) > 0.5


@pytest.mark.skipif("NUTRI_DATA_DIR" not in os.environ, reason="NUTRI_DATA_DIR names no shared data")
@pytest.mark.parametrize("name", list(METRICS))
def test_reasons_of_real_nights_point_where_shap_values_do(name: str) -> None:
    metric = METRICS[name]
    people = load_people(Path(os.environ["NUTRI_DATA_DIR"]))[:30]
    shap, occluded = reasons(metric, build_samples(people, metric, (False,)))
    assert shap.shape[1] >= 6
    assert rank(np.abs(shap).mean(axis=0), np.abs(occluded).mean(axis=0)) > 0.7
    assert min(rank(s, o) for s, o in zip(shap.T, occluded.T, strict=True)) > 0.6
