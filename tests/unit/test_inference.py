"""Forecasts from the committed models, and every way a model file is refused."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from common.compute.forecasts.model_inputs import METRICS, ModelInputs, build_model_inputs
from common.compute.forecasts.shrinkage import TRUST_NIGHTS
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS, Origin
from common.compute.series.rows import Floats
from common.errors import InsufficientData, Unavailable
from common.inference.forecast import Forecast
from common.inference.manifest import Manifest, parse_manifest, read_manifest
from common.inference.predict import forecast, model_order, occlusions
from common.inference.sessions import MODEL_IDS, Model, load_model, open_model
from model_export.export.golden import read_golden
from tests.unit.forecast_people import make_person, make_series

ARTIFACTS = Path(__file__).parents[2] / "model_export" / "artifacts"
BOTH = pytest.mark.parametrize("metric", list(METRICS))


def ask(metric: str, days: int = 120, *, day_open: bool = False, **person: Any) -> Forecast:
    series = make_series(make_person(days, **person), day_open=day_open)
    return forecast(load_model(ARTIFACTS, metric), series, min_days=30)


@BOTH
@pytest.mark.parametrize("dataset", ["oura_test", "lifesnaps", "unheard_of"])
def test_a_forecast_is_for_the_next_night_and_its_intervals_are_nested(metric: str, dataset: str) -> None:
    person = make_person(120, seed=4, dataset=dataset)
    answer = forecast(load_model(ARTIFACTS, metric), make_series(person), min_days=30)
    assert answer.target_day == person.days[-1] + timedelta(days=1)
    ends = answer.intervals
    assert ends[95].lower < ends[80].lower < ends[50].lower < answer.value
    assert answer.value < ends[50].upper < ends[80].upper < ends[95].upper
    assert 0 <= answer.confidence <= 1
    assert 0 <= answer.percentile <= 100
    assert answer.provisional == ()


@BOTH
def test_a_forecast_made_while_the_day_is_open_says_so(metric: str) -> None:
    assert ask(metric, day_open=True).provisional == ("day_open",)


@BOTH
def test_the_first_days_give_a_rule_pulled_to_the_typical_level(metric: str) -> None:
    series = make_series(make_person(4, gaps=0.0))
    first = forecast(load_model(ARTIFACTS, metric), series, min_days=30)
    assert first.provisional == ("few_days",)
    assert (first.contributions, first.feature_importance) == ((), {})
    population = read_manifest(ARTIFACTS / MODEL_IDS[metric] / "manifest.json").population
    rule = build_model_inputs(series, METRICS[metric], day_open=False).reference[-1]
    value = METRICS[metric].to_model(np.array(first.value))
    assert 0 < (value - population.mean) / (rule - population.mean) < 1


@BOTH
def test_the_model_answers_after_a_few_days_provisionally_and_no_surer_than_later(metric: str) -> None:
    few, many = ask(metric, 8, gaps=0.0), ask(metric, 120, gaps=0.0)
    assert few.provisional == ("few_days",)
    assert few.contributions
    width = [f.intervals[80].upper - f.intervals[80].lower for f in (few, many)]
    assert width[0] > width[1] * 0.8


@BOTH
def test_days_long_ago_alone_are_not_modelled(metric: str) -> None:
    person = make_person(120)
    silent = {name: values[:-20] + [np.nan] * 20 for name, values in person.values.items()}
    series = make_series(replace(person, values=silent))
    assert forecast(load_model(ARTIFACTS, metric), series, min_days=30).provisional == ("no_recent_days",)


@BOTH
@pytest.mark.parametrize(
    ("known", "reasons"),
    [
        (range(117, 120), ("few_days",)),
        ((*range(60), *range(117, 120)), ("few_recent_days",)),
        ((*range(40), 119), ("few_recent_days",)),
        (range(100), ("no_recent_days",)),
        (range(100, 103), ("few_days", "no_recent_days")),
    ],
)
def test_what_a_forecast_says_of_its_days_is_so(
    metric: str, known: Iterable[int], reasons: tuple[str, ...]
) -> None:
    person = make_person(120, gaps=0.0)
    kept = set(known)
    values = {
        name: [v if day in kept else np.nan for day, v in enumerate(column)]
        for name, column in person.values.items()
    }
    series = make_series(replace(person, values=values))
    assert forecast(load_model(ARTIFACTS, metric), series, min_days=30).provisional == reasons


@BOTH
def test_nothing_known_is_refused_with_have_and_need(metric: str) -> None:
    person = replace(make_person(20), values={"steps": [9_000.0] * 20})
    with pytest.raises(InsufficientData) as refusal:
        forecast(load_model(ARTIFACTS, metric), make_series(person), min_days=30)
    assert (refusal.value.have, refusal.value.need) == (0, 1)


def test_sdnn_is_never_taken_for_rmssd() -> None:
    person = make_person(60)
    values = {"hrv_sdnn_morning": person.values["hrv_rmssd"]}
    with pytest.raises(InsufficientData):
        forecast(load_model(ARTIFACTS, "hrv"), make_series(replace(person, values=values)), min_days=30)


@BOTH
def test_food_moves_no_forecast(metric: str) -> None:
    series = make_series(make_person(120))
    food = [
        i for name, i in CHANNEL_INDEX.items() if CHANNELS[name].origin in (Origin.NUTRITION, Origin.TIMING)
    ]
    values = series.values.copy()
    values[food] = 2 * values[food] + 1
    same, other = (
        forecast(load_model(ARTIFACTS, metric), s, min_days=30)
        for s in (series, replace(series, values=values))
    )
    assert same == other


def trust_in(model: Model, model_inputs: ModelInputs) -> float:
    """What the last nights say, worked out one by one."""
    order = model_order(model.manifest.metric, tuple(model.manifest.inputs.row))
    shown = model_inputs.row[:, order]
    if model.manifest.trust_prior is None:
        return 1.0
    products = squares = model.manifest.trust_prior
    for eve in range(len(model_inputs.reference) - 1 - TRUST_NIGHTS, len(model_inputs.reference) - 1):
        (move,) = model.deviations(shown[eve : eve + 1], model_inputs.window[eve : eve + 1])
        came = (model_inputs.values[eve + 1] - model_inputs.reference[eve]) / model_inputs.usual_error[eve]
        if np.isfinite(came) and model_inputs.recent[eve]:
            products, squares = products + move * np.clip(came, -4, 4), squares + move**2
    return float(np.clip(products / squares, 0, 1.5))


@BOTH
def test_contributions_are_what_the_forecast_loses_without_each_group(metric: str) -> None:
    answer = ask(metric)
    assert sum(answer.feature_importance.values()) == pytest.approx(1)
    assert [abs(c.change) for c in answer.contributions] == sorted(
        (abs(c.change) for c in answer.contributions), reverse=True
    )
    series = make_series(make_person(120))
    model_inputs = build_model_inputs(series, METRICS[metric], day_open=False)
    groups, rows, windows = occlusions(METRICS[metric], model_inputs.row[-1], model_inputs.window[-1])
    assert "device" not in groups
    without = groups.index("sleep") + 1
    both = [0, without]
    model = load_model(ARTIFACTS, metric)
    order = model_order(metric, tuple(model.manifest.inputs.row))
    served, deviation = model.deviations(rows[both][:, order], windows[both])
    center = METRICS[metric].to_model(np.array(answer.value))
    trust = trust_in(model, model_inputs)
    value = METRICS[metric].from_model(center + trust * model_inputs.usual_error[-1] * (deviation - served))
    (sleep,) = (c.change for c in answer.contributions if c.group == "sleep")
    assert sleep == pytest.approx(answer.value - value, abs=1e-4)


@dataclass(frozen=True)
class Reversed:
    """A model that takes its numbers the other way round."""

    model: Model
    manifest: Manifest

    def deviations(self, row: Floats, window: Floats) -> Floats:
        return self.model.deviations(row[:, ::-1], window)


@BOTH
def test_a_model_is_given_its_numbers_by_name(metric: str) -> None:
    model, series = load_model(ARTIFACTS, metric), make_series(make_person(120))
    row = model.manifest.inputs.row[::-1]
    inputs = model.manifest.inputs.model_copy(update={"row": row})
    manifest = model.manifest.model_copy(update={"inputs": inputs})
    assert parse_manifest(manifest.model_dump_json().encode(), manifest.id) == manifest
    other = cast("Model", Reversed(model, manifest))
    assert forecast(other, series, min_days=30) == forecast(model, series, min_days=30)


@BOTH
def test_the_committed_model_reproduces_its_golden_vectors(metric: str) -> None:
    row, window, deviation = read_golden(ARTIFACTS / MODEL_IDS[metric] / "golden.json")
    model = load_model(ARTIFACTS, metric)
    assert np.isnan(row).any()
    np.testing.assert_allclose(model.deviations(row, window), deviation, atol=1e-5)
    for i in range(len(row)):
        np.testing.assert_allclose(model.deviations(row[[i]], window[[i]]), deviation[i], atol=1e-5)


@BOTH
def test_committed_artifacts_are_small_and_name_their_data(metric: str) -> None:
    directory = ARTIFACTS / MODEL_IDS[metric]
    assert max(file.stat().st_size for file in directory.iterdir()) < 2_000_000
    manifest = read_manifest(directory / "manifest.json")
    assert all(training.credit and training.licence for training in manifest.training)
    assert manifest.held_out_people


def committed(metric: str = "rhr") -> tuple[Manifest, bytes]:
    directory = ARTIFACTS / MODEL_IDS[metric]
    manifest = read_manifest(directory / "manifest.json")
    return manifest, (directory / manifest.file).read_bytes()


def test_damaged_bytes_are_refused_before_anything_reads_them() -> None:
    manifest, content = committed()
    with pytest.raises(Unavailable, match="sha256"):
        open_model(manifest, content[:-1] + bytes([content[-1] ^ 1]))


def signed(manifest: Manifest, content: bytes) -> Manifest:
    return manifest.model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})


@pytest.mark.parametrize("content", [b"", b"\xff" * 64, b"not a model"])
def test_signed_garbage_is_refused(content: bytes) -> None:
    manifest, _ = committed()
    with pytest.raises(Unavailable) as refusal:
        open_model(signed(manifest, content), content)
    assert refusal.value.code == "model_refused"


def test_operators_of_another_domain_are_refused() -> None:
    manifest, content = committed()
    model = onnx.load_from_string(content)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    content = model.SerializeToString()
    honest = manifest.model_copy(update={"opset": manifest.opset | {"com.microsoft": 1}})
    for claimed in (manifest, honest):
        with pytest.raises(Unavailable, match="another domain"):
            open_model(signed(claimed, content), content)


def test_weights_kept_in_another_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, content = committed()
    model = onnx.load_from_string(content)
    tensor = next(
        t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT and len(t.raw_data) > 64
    )
    (tmp_path / "weights.bin").write_bytes(tensor.raw_data)
    onnx.external_data_helper.set_external_data(tensor, "weights.bin")
    tensor.ClearField("raw_data")
    content = model.SerializeToString()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Unavailable):
        open_model(signed(manifest, content), content)


def test_a_graph_with_other_inputs_is_refused() -> None:
    manifest, content = committed()
    wrong = manifest.inputs.model_copy(update={"window_days": 14})
    with pytest.raises(Unavailable, match="inputs or outputs"):
        open_model(manifest.model_copy(update={"inputs": wrong}), content)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"surprise": 1}, "surprise"),
        ({"sha256": "no"}, "sha256"),
        ({"outlook_version": "0"}, "other inputs"),
        ({"unit": "ms"}, "another unit"),
        ({"file": "../model.onnx"}, "file"),
    ],
)
def test_a_manifest_that_is_not_exactly_right_is_refused(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    manifest, _ = committed()
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest.model_dump(mode="json") | change))
    with pytest.raises(Unavailable, match=why):
        read_manifest(path)


def test_a_missing_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        load_model(tmp_path, "rhr")
    assert refusal.value.code == "model_missing"


def test_serving_loads_no_training_library() -> None:
    code = (
        "import sys, common.inference.predict; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'torch', 'xgboost', 'sklearn', 'statsmodels', 'pandas', 'onnx', 'model_export', 'scipy'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
