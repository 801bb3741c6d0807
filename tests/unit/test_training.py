"""Training: graphs equal their frameworks, a seed gives one model, nothing is learned from nothing."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

pytest.importorskip("torch")

from common.compute.forecasts.model_inputs import METRICS
from common.compute.series.rows import Floats
from common.inference.sessions import load_model
from model_export.data.datasets import SOURCES, Person, Samples, build_samples
from model_export.evaluate.yardsticks import rule_forecasts, yardsticks
from model_export.export.calibrate import calibrate, fit_population, interval_ends, served_centers
from model_export.export.graph import build_graph, check_parity
from model_export.fit import blend as blend_module
from model_export.fit import lstm, trees
from model_export.fit.blend import RECIPES, Blends, blended, cross_fit, fit_blends, weights_of
from model_export.fit.train import count_fits, run
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
METRIC = METRICS["rhr"]
DATASETS = ("oura_test", "lifesnaps", "unheard_of")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lstm, "EPOCHS", 2)
        patch.setattr(lstm, "NETS", 2)
        patch.setitem(trees.PARAMETERS, "n_estimators", 40)
        yield


@pytest.fixture(scope="module")
def people() -> list[Person]:
    crowd = [make_person(70, seed=i, dataset=DATASETS[i % 3]) for i in range(15)]
    return [Person(p.dataset, p.user, False, {}, make_series(p)) for p in crowd]


@pytest.fixture(scope="module")
def samples(people: list[Person]) -> Samples:
    return build_samples(people, METRIC)


@pytest.fixture(scope="module")
def few(samples: Samples) -> Samples:
    return samples.where(np.arange(len(samples)) % 9 == 0)


@pytest.fixture(scope="module")
def blend(samples: Samples) -> Blends:
    return fit_blends(samples, RECIPES[METRIC.name], seed=7)


@pytest.fixture(scope="module")
def graph(blend: Blends, few: Samples) -> bytes:
    return build_graph(blend, METRIC, few)


def test_the_graph_equals_its_members_one_by_one_and_in_a_batch(
    samples: Samples, blend: Blends, graph: bytes
) -> None:
    assert np.isnan(samples.row).any()
    assert np.isnan(samples.window).any()
    check_parity(graph, blend, samples.where(np.arange(len(samples)) % 50 == 1))


def test_a_graph_that_differs_from_its_members_is_not_published(
    few: Samples, blend: Blends, graph: bytes
) -> None:
    linear = replace(blend.open.linear, bias=blend.open.linear.bias + 1e-3)
    moved = replace(blend, open=replace(blend.open, linear=linear))
    with pytest.raises(ValueError, match="differs"):
        check_parity(graph, moved, few)


def test_the_same_seed_gives_the_same_model(samples: Samples, blend: Blends) -> None:
    again = fit_blends(samples, RECIPES[METRIC.name], seed=7)
    np.testing.assert_array_equal(again.members(samples), blend.members(samples))


def test_shuffled_targets_give_no_skill(people: list[Person], samples: Samples) -> None:
    rng = np.random.default_rng(0)
    shuffled = replace(samples, target=rng.permutation(samples.target))
    crossed = blended(cross_fit(shuffled, RECIPES[METRIC.name], seed=1).members(shuffled))
    rules = rule_forecasts(people, samples, METRIC)
    best = min(np.abs(forecasts - samples.actual)[samples.comparable].mean() for forecasts in rules.values())
    found = np.abs(samples.reference + samples.usual_error * crossed - samples.actual)[samples.comparable]
    assert found.mean() > 0.99 * best


def test_nobody_is_forecast_by_members_that_saw_them(
    samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[int, set[int]] = {}

    class Remembering:
        names = RECIPES[METRIC.name].members

        def __init__(self, learned: Samples) -> None:
            self.people = set(learned.person.tolist())

        def members(self, asked: Samples) -> Floats:
            assert not self.people & set(asked.person.tolist())
            for person in asked.person.tolist():
                seen[person] = self.people
            return np.zeros((len(asked), len(self.names)))

    monkeypatch.setattr(blend_module, "fit_blends", lambda learned, recipe, seed: Remembering(learned))
    assert np.isfinite(cross_fit(samples, RECIPES[METRIC.name], seed=1).members(samples)).all()
    assert set(seen) == set(samples.person.tolist())


def test_the_mixed_model_finds_what_people_and_their_nights_differ_by(samples: Samples) -> None:
    rng = np.random.default_rng(3)
    level = rng.normal(60, 8, size=15)
    made = replace(samples, actual=level[samples.person] + rng.normal(0, 3, size=len(samples)))
    found = fit_population(made, METRIC)
    assert found.mean == pytest.approx(level.mean(), abs=0.2)
    assert found.between_sd == pytest.approx(level.std(ddof=1), rel=0.03)
    assert list(found.within_sd.values()) == pytest.approx([3] * 3, rel=0.1)


def test_intervals_of_unseen_people_hold_what_they_promise(samples: Samples) -> None:
    population = fit_population(samples, METRIC)
    centers = served_centers(samples, np.zeros(len(samples)), population)
    reserved = samples.person < 8
    calibrated = calibrate(samples.where(reserved), centers[reserved], METRIC)
    test = samples.where(~reserved)
    for low, high, promised in (
        (*interval_ends(test, centers[~reserved], calibrated)[level], level / 100) for level in (50, 80, 95)
    ):
        assert np.mean((low <= test.actual) & (test.actual <= high)) == pytest.approx(promised, abs=0.1)


def test_the_yardsticks_are_the_published_rules() -> None:
    values = np.array([60.0, np.nan, 62.0, 61.0, 65.0, 64.0, 63.0, 66.0])
    rules = yardsticks(values)
    assert rules["persistence"].tolist() == [60, 60, 62, 61, 65, 64, 63, 66]
    assert rules["person_mean"][-1] == pytest.approx(np.nanmean(values))
    assert rules["mean_7d"][-1] == pytest.approx(np.nanmean(values[1:]))
    assert rules["weekday_naive"][6] == 60
    assert rules["weekday_naive"][7] == 66  # nothing known seven days before the target: persistence
    assert rules["ewma_0.5"][2] == pytest.approx(61)


@pytest.mark.parametrize("metric", list(METRICS))
def test_the_weights_of_a_blend_add_up(metric: str) -> None:
    assert sum(weights_of(RECIPES[metric].members).values()) == pytest.approx(1)


def test_a_blend_without_an_lstm_makes_a_graph_without_a_window(samples: Samples, few: Samples) -> None:
    trained = fit_blends(samples, RECIPES["hrv"], seed=7)
    graph = onnx.load_from_string(build_graph(trained, METRIC, few)).graph
    assert [i.name for i in graph.input] == ["row"]


def test_a_quick_training_gives_a_model_to_look_at_and_touches_no_other(tmp_path: Path) -> None:
    data, out, work = (tmp_path / name for name in ("data", "out", "work"))
    data.mkdir()
    crowd = [make_person(75, seed=i, dataset="lifesnaps") for i in range(10)]
    with (data / "lifesnaps.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "user", "date", *crowd[0].values])
        for person in crowd:
            for day, *values in zip(person.days, *person.values.values(), strict=True):
                known = ["" if np.isnan(value) else round(value, 3) for value in values]
                writer.writerow([person.dataset, person.user, day, *known])
    others = [source.file for source in SOURCES if source.file != "lifesnaps"]
    told: list[str] = []
    table = run(
        data, out, work=work, metrics=["rhr"], without=others, quick=True, done=lambda: told.append("fit")
    )
    assert len(told) == count_fits(["rhr"], quick=True)
    assert {path.name for path in out.iterdir()} == {"rhr_lstm"}
    manifest = load_model(out, "rhr").manifest
    assert set(manifest.blend) == {"linear", "xgboost"}
    assert manifest.what_if == {}
    assert "cross fitted" in table
    assert "held out" not in table
    assert "Locked test" in (out / "rhr_lstm" / "card.md").read_text()
