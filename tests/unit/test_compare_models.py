"""Two models side by side: groups both were scored on, honest about other nights, and a picture."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("matplotlib")

from common.errors import ConfigurationError
from functions.local.cli.app import app
from model_export.evaluate.compare import pair_scores, read_scored

pytestmark = pytest.mark.train
ARTIFACTS = Path(__file__).parents[2] / "model_export" / "artifacts"


@pytest.fixture
def better(tmp_path: Path) -> Path:
    """The served HRV model as if it missed by a tenth less, on one group with fewer nights."""
    folder = tmp_path / "hrv_xgboost"
    shutil.copytree(ARTIFACTS / "hrv_xgboost", folder)
    evaluation = json.loads((folder / "evaluation.json").read_text())
    for score in evaluation["groups"]:
        score["mae"]["model"] *= 0.9
    fewer = next(score for score in evaluation["groups"] if score["by"] == "data set")
    fewer["nights"] -= 1
    (folder / "evaluation.json").write_text(json.dumps(evaluation))
    return folder


def test_groups_are_compared_and_drawn(better: Path, tmp_path: Path) -> None:
    plot = tmp_path / "both.png"
    asked = ["models", "compare", str(ARTIFACTS / "hrv_xgboost"), str(better), "--plot", str(plot)]
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 0, said.output
    rows = [line for line in said.output.splitlines() if line.startswith(("held out,", "cross fitted,"))]
    pairs = pair_scores(*(read_scored(folder) for folder in (ARTIFACTS / "hrv_xgboost", better)))
    assert len(rows) == len(pairs) >= 10
    assert sum("+10.0%" in row for row in rows) == len(rows) - sum(not pair.same_nights for pair in pairs)
    assert "* other nights" in said.output
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_figures_come_as_json(better: Path) -> None:
    said = CliRunner().invoke(app, ["models", "compare", str(better), str(better), "--json"])
    told = json.loads(said.output)
    assert {one["sameNights"] for one in told} == {True}
    assert told[0]["a"] == told[0]["b"]


def test_two_metrics_are_not_compared_nor_what_was_not_evaluated(better: Path) -> None:
    rhr, hrv = (read_scored(ARTIFACTS / name) for name in ("rhr_lstm", "hrv_xgboost"))
    with pytest.raises(ConfigurationError, match="forecasts rhr"):
        pair_scores(rhr, hrv)
    (better / "evaluation.json").unlink()
    with pytest.raises(ConfigurationError, match="nutri evaluate"):
        read_scored(better)
