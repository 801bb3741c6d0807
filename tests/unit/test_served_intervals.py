"""Intervals a card scores are those that serving gives: the same ends, night by night."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from common.compute.forecasts.model_inputs import METRICS, Metric
from common.compute.forecasts.targets import TARGETS
from common.compute.series.build import until
from common.inference.level import adapt_intervals
from common.inference.level_manifest import LevelManifest, read_level
from common.inference.predict import LEARNED, forecast
from common.inference.sessions import load_model
from model_export.data.datasets import Person, build_samples
from model_export.fit.level import fit_level
from model_export.fit.served_intervals import served_ends
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
ARTIFACTS = Path(__file__).parents[2] / "model_export" / "artifacts"


@pytest.fixture(scope="module")
def crowd() -> list[Person]:
    made = [make_person(60, seed=i, dataset=("oura_test", "lifesnaps")[i % 2]) for i in range(6)]
    return [Person(p.dataset, p.user, False, {}, make_series(p)) for p in made]


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_what_is_scored_is_what_is_served(
    crowd: list[Person], metric: Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of, others = crowd[:1], crowd[1:]
    name = LEARNED[metric.name]
    monkeypatch.setattr("model_export.fit.level.TARGETS", {name: TARGETS[name]})
    learned: LevelManifest = fit_level(others)
    rule = replace_targets(read_level(ARTIFACTS), learned)
    samples = build_samples(asked_of, metric, (False,))
    night = len(samples) - 5
    eve = samples.target_day[night] - 1
    made = forecast(load_model(ARTIFACTS, metric.name), until(asked_of[0].series, eve.item()), min_days=14)
    served = adapt_intervals(rule, made, until(asked_of[0].series, eve.item()))
    one = samples.where(np.arange(len(samples)) == night)
    center = metric.to_model(np.array([made.value]))
    for level, (low, high) in served_ends(asked_of, one, center, others, metric).items():
        ends = [metric.from_model(float(end[0])) for end in (low, high)]
        given = served.intervals[level]
        assert [given.lower, given.upper] == pytest.approx(ends, rel=1e-3)
    assert replace(served, intervals=made.intervals) == made


def replace_targets(rule: LevelManifest, learned: LevelManifest) -> LevelManifest:
    return rule.model_copy(update={"targets": rule.targets | learned.targets})
