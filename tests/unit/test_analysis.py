"""The way in for data scientists: a notebook that runs, and steps that are those that serve."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import pandas as pd
from matplotlib import pyplot as plt

from common import compute
from common.compute.features import CATALOGUE
from model_export import analysis

NOTEBOOK = Path(analysis.__file__).parent / "notebooks" / "first_steps.ipynb"


def code_of(notebook: Path) -> str:
    cells = json.loads(notebook.read_text())["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_the_notebook_runs_from_csv_to_plots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("agg")
    known: dict[str, object] = {}
    exec(compile(code_of(NOTEBOOK), str(NOTEBOOK), "exec"), known)
    plt.close("all")
    assert list(known["features"].columns) == list(CATALOGUE)  # type: ignore[attr-defined]
    found = {(finding.feature, finding.metric) for finding in known["report"].findings}  # type: ignore[attr-defined]
    assert ("steps_daily", "rhr") in found
    week = known["week"]
    assert [one.horizon for one in week] == list(range(1, 8))  # type: ignore[attr-defined]
    assert [one.by_rule for one in week] == [False, *[True] * 6]  # type: ignore[attr-defined]


def test_a_frame_and_a_file_give_the_same_series(tmp_path: Path) -> None:
    days = pd.date_range("2025-03-01", periods=20, name="date")
    frame = pd.DataFrame({"rhr": np.arange(50.0, 70.0), "steps": np.nan}, index=days)
    frame.iloc[3, 0] = np.nan
    frame.to_csv(tmp_path / "days.csv")
    of_frame, of_file = (analysis.read_series(given)["me"] for given in (frame, tmp_path / "days.csv"))
    assert np.array_equal(of_frame.values, of_file.values, equal_nan=True)
    assert np.isnan(of_frame["rhr_bpm"][3])
    assert of_frame["rhr_bpm"][4] == 54
    assert np.isnan(of_frame["steps"]).all()


def test_what_is_no_day_is_named() -> None:
    frame = pd.DataFrame({"date": ["2025-03-01", "2025-03-02"], "rhr": [50, -3]})
    with pytest.raises(ValueError, match="line 3: rhr"):
        analysis.read_series(frame)


def test_compute_names_its_entry_points_and_loads_none_of_them_by_itself() -> None:
    assert {"build_features", "build_series", "find"} <= set(dir(compute))
    assert all(callable(getattr(compute, name)) for name in compute.__all__)
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = compute.nothing_such
    loaded = "import sys, common.compute; print({'numpy', 'scipy'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
