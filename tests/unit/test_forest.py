"""The model of unusual nights: what is committed is what it says it is, and anything else is refused."""

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from common.compute.anomalies import FOREST_INPUTS
from common.errors import Unavailable
from common.inference.forest import load_forest
from common.inference.forest_manifest import FOLDER, read_forest_manifest

ARTIFACTS = Path(__file__).parents[2] / "model_export" / "artifacts"


def read_golden() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    vectors = json.loads((ARTIFACTS / FOLDER / "golden.json").read_text())
    return {name: np.array(values, np.float64) for name, values in vectors.items()}


def test_the_committed_forest_reproduces_its_golden_vectors_one_by_one_and_together() -> None:
    golden, forest = read_golden(), load_forest(ARTIFACTS)
    assert np.isnan(golden["nights"]).any()
    np.testing.assert_allclose(forest.rate(golden["nights"]), golden["rate"], atol=1e-5)
    for night, rate in zip(golden["nights"], golden["rate"], strict=True):
        np.testing.assert_allclose(forest.rate(night[None]), rate, atol=1e-5)


def test_more_strain_is_rarer_and_an_ordinary_night_is_not_rare() -> None:
    forest = load_forest(ARTIFACTS)
    usual, one, all_five = forest.rate(np.array([[0.0] * 5, [4.0, 0, 0, 0, 0], [4.0] * 5]))
    assert usual < 0.45 < one < all_five


def test_what_is_unknown_counts_as_usual() -> None:
    forest = load_forest(ARTIFACTS)
    unknown, usual = forest.rate(np.array([[3.0, np.nan, np.nan, np.nan, np.nan], [3.0, 0, 0, 0, 0]]))
    assert unknown == usual


def test_the_committed_forest_is_small_and_names_its_data() -> None:
    assert max(file.stat().st_size for file in (ARTIFACTS / FOLDER).iterdir()) < 2_000_000
    manifest = read_forest_manifest(ARTIFACTS)
    assert manifest.inputs == list(FOREST_INPUTS)
    assert all(training.credit and training.licence for training in manifest.training)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    copytree(ARTIFACTS / FOLDER, tmp_path / FOLDER)
    return tmp_path


def test_damaged_bytes_are_refused(models: Path) -> None:
    file = models / FOLDER / "model.onnx"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Unavailable, match="sha256"):
        load_forest(models)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"inputs": ["rhr"]}, "other inputs"), ({"unit": "bpm"}, "other inputs"), ({"seed": "x"}, "seed")],
)
def test_a_manifest_for_other_inputs_or_of_another_form_is_refused(
    models: Path, changed: dict[str, object], said: str
) -> None:
    path = models / FOLDER / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(Unavailable, match=said) as refusal:
        load_forest(models)
    assert refusal.value.code == "model_refused"


@pytest.mark.parametrize("file", ["manifest.json", "model.onnx"])
def test_a_missing_file_is_said_to_be_missing(models: Path, file: str) -> None:
    (models / FOLDER / file).unlink()
    with pytest.raises(Unavailable) as refusal:
        load_forest(models)
    assert refusal.value.code == "model_missing"
