"""A forecast target is a row of the register and an artifact: an invented one, made in a copy."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.backend import Backend
from tests.fixtures.scratch import PROJECT, Scratch, copy_project

pytest.importorskip("torch")
pytestmark = pytest.mark.train

PAGE = (PROJECT / ".github" / "CONTRIBUTING.md").read_text()
MEASURE, LINE = (
    re.findall(r"```text\n(.*?)```", PAGE[PAGE.index(heading) :], re.DOTALL)[0]
    for heading in ("## A measure", "## A forecast target")
)
ROW = MEASURE.replace("    ),\n", f"{LINE}    ),\n")
LEARNED = ROW.replace(
    '("snores",))',
    '("snores",), learned=Learned("snoring_xgboost", dict.fromkeys(("smoothed", "night", "other"), 9.0)))',
)
REGISTER = "common/compute/measures.py"
LEARN = """
from pathlib import Path

import numpy as np

from common.compute.forecasts.targets import TARGETS
from common.inference.level_manifest import FOLDER, LevelManifest
from model_export.data.datasets import Person
from model_export.fit.level import fit_target, publish_level
from tests.unit.insight_samples import series_of

artifacts = Path("model_export/artifacts")
rng = np.random.default_rng(3)
people = [
    Person(dataset, str(n), False, {}, series_of(None, 60, snoring_minutes=40 + 9 * rng.random(60)))
    for n, dataset in enumerate(("lifesnaps", "welltory") * 3)
]
known = LevelManifest.model_validate_json((artifacts / FOLDER / "manifest.json").read_bytes())
targets = {name: known.targets.get(name) or fit_target(target, people) for name, target in TARGETS.items()}
publish_level(known.model_copy(update={"targets": targets}), artifacts)
"""
ASK = """
import json
import re
from datetime import UTC, datetime, timedelta

from tests.fixtures.calls import get, post

tomorrow = datetime.now(UTC).date() + timedelta(days=1)
item = {"userId": "snorer", "metric": "snores"}
whole = post("/api/predictions/batch", {"items": [item, {**item, "metric": "snoring", "horizon": 7}]})
print(json.dumps({
    "one": post("/api/predictions/targets/snoring", {"userId": "snorer"}).body,
    "night": get(f"/api/predictions/snorer/{tomorrow}").body,
    "batch": whole.body,
    "back": get("/api/predictions/snorer/back-test", "metric=snores").body,
    "unknown": post("/api/predictions/targets/sneezing", {"userId": "snorer"}).body,
}))
"""
PLAN = """
from common.compute.forecasts.model_inputs import METRICS
from common.inference.sessions import MODEL_IDS
from common.schemas.predictions import WhatIfRequest
from model_export.fit.blend import RECIPES
from model_export.fit.train import count_fits

WhatIfRequest.model_validate({"userId": "anna", "metric": "snoring", "changes": {"steps": 1}})
print(*METRICS, MODEL_IDS["snoring"], *RECIPES["snoring"].members, count_fits(METRICS) // count_fits(["rhr"]))
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    scratch = copy_project(tmp_path_factory.mktemp("target"))
    scratch.insert(REGISTER, "stress_level", ROW)
    scratch.run("python", "-c", LEARN)
    return scratch


def test_it_is_forecast_everywhere(scratch: Scratch, backend: Backend) -> None:
    backend.run("""ALTER TYPE "HealthMetricType" ADD VALUE IF NOT EXISTS 'SNORING_DURATION'""")
    backend.add_user("snorer", timezone="UTC")
    today = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0, tzinfo=None)
    for n in range(40):
        morning = today - timedelta(days=n)
        backend.add_reading("snorer", morning, "SNORING_DURATION", 40.0 + n % 5, unit="min")
    told = json.loads(scratch.run("python", "-c", ASK).splitlines()[-1])
    one = told["one"]
    assert (one["metric"], one["unit"], one["answeredBy"], one["modelId"]) == (
        "snoring", "min", "rule", "own_level",
    )  # fmt: skip
    likely = one["predictionRange"]
    assert 30 < likely["lower"] < one["value"] < likely["upper"] < 55
    assert [made["metric"] for made in told["night"]["predictions"]] == ["snoring"]
    assert told["night"]["predictions"][0]["value"] == one["value"]
    by_name, week_ahead = told["batch"]["results"]
    assert by_name["prediction"]["value"] == one["value"]
    assert week_ahead["prediction"]["horizon"] == 7
    assert told["back"]["score"]["nights"] >= 30
    assert told["back"]["unit"] == "min"
    assert told["unknown"]["errors"][0]["code"] == "literal_error"
    stored = backend.run('SELECT DISTINCT "targetMetric"::text FROM "MLPrediction"')
    assert stored == [["SNORING_DURATION"]]


def test_its_card_says_how_good_it_is(scratch: Scratch) -> None:
    card = (scratch.root / "model_export" / "artifacts" / "rules" / "own_level" / "card.md").read_text()
    assert "| snoring | 1 | lifesnaps | set | 3," in card
    assert "| snoring | 7 | welltory | set | 3," in card


def test_a_model_of_it_is_planned_by_the_same_row(scratch: Scratch, tmp_path: Path) -> None:
    learned = copy_project(tmp_path)
    learned.insert(REGISTER, "stress_level", LEARNED)
    assert learned.run("python", "-c", PLAN).split() == [
        "rhr", "hrv", "snoring", "snoring_xgboost", "linear", "xgboost", "3",
    ]  # fmt: skip
    assert learned.changed() == {REGISTER}


def test_nothing_else_was_edited(scratch: Scratch) -> None:
    assert scratch.changed() == {
        REGISTER,
        *(f"model_export/artifacts/rules/own_level/{name}" for name in ("manifest.json", "card.md")),
    }
