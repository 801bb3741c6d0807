"""Training killed anywhere and run again, on other threads and another hash seed, gives the same files."""

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest

pytest.importorskip("torch")

from model_export.data.datasets import SOURCES
from tests.unit.forecast_people import make_person

pytestmark = pytest.mark.train
PEOPLE = {"lifesnaps": 6, "oura_stethoscope": 2, "whoop_ald0405": 1, "welltory": 6}
"""Of any other set there is one person."""
FITS = 2 * (5 + 1)
TRAIN = """
import sys
from pathlib import Path
from model_export.evaluate import evidence
from model_export.fit import forest
from model_export.fit import lstm
from model_export.fit import train
from model_export.fit import trees

lstm.EPOCHS = lstm.NETS = 1
trees.PARAMETERS["n_estimators"] = 10
forest.TREES = 5
evidence.NIGHTS_PER_PERSON = 2
train.evaluate_models = lambda *_, **__: ""
data, out, work = map(Path, sys.argv[1:])
train.run(data, out, work=work, metrics=["rhr"], done=lambda: print("fit", flush=True))
"""


@pytest.fixture(scope="module")
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared sets' names, with made people in them."""
    if not request.config.getoption("--full"):
        pytest.skip("three trainings, a minute and a half: pytest --full")
    folder = tmp_path_factory.mktemp("data")
    for source in SOURCES:
        with (folder / f"{source.file}.csv").open("w", newline="") as file:
            crowd = [
                make_person(75, seed=10 * len(source.file) + i, dataset=source.file)
                for i in range(PEOPLE.get(source.file, 1))
            ]
            writer = csv.writer(file)
            writer.writerow(["dataset", "user", "date", *crowd[0].values])
            for person in crowd:
                for day, *values in zip(person.days, *person.values.values(), strict=True):
                    known = ["" if np.isnan(value) else round(value, 3) for value in values]
                    writer.writerow([person.dataset, person.user, day, *known])
    return folder


def start(data: Path, home: Path, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-c", TRAIN, data, home / "out", home / "work"]
    return subprocess.Popen(
        [*map(str, command)], stdout=subprocess.PIPE, text=True, env={**os.environ, **variables}
    )


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def kept(home: Path) -> dict[str, Path]:
    return {path.name: path for path in (home / "work" / "fits").rglob("*.joblib")}


def test_a_killed_training_goes_on_and_ends_in_the_same_bytes(data: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    finish(start(data, whole, OMP_NUM_THREADS="1", PYTHONHASHSEED="0"))

    fits = random.randrange(1, FITS)
    killed = start(data, cut, OMP_NUM_THREADS="2", PYTHONHASHSEED="1")
    assert killed.stdout is not None
    for _ in range(fits):
        assert killed.stdout.readline() == "fit\n"
    killed.kill()
    killed.communicate()
    found = {name: path.stat().st_mtime_ns for name, path in kept(cut).items()}
    assert fits <= len(found) < FITS + 1, fits
    finish(start(data, cut, OMP_NUM_THREADS="2", PYTHONHASHSEED="2"))

    assert {name: path.stat().st_mtime_ns for name, path in kept(cut).items() if name in found} == found
    files = sorted(path.relative_to(whole) for path in (whole / "out").rglob("*") if path.is_file())
    assert Path("out/rhr_lstm/model.onnx") in files
    for file in files:
        assert (cut / file).read_bytes() == (whole / file).read_bytes(), (file, fits)
    # what single precision rounds away in the file: sums of two threads differ in their last bits
    for name, path in kept(whole).items():
        one, other = (joblib.load(each).closed.linear for each in (path, kept(cut)[name]))
        np.testing.assert_array_equal(one.weights, other.weights)
