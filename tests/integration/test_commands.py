"""The commands that show one person or this machine, as a developer types them."""

import contextlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from common.settings import get_settings
from functions.local import PROJECT
from functions.local.cli.app import app
from functions.local.cli.evaluating import read_evaluations
from functions.local.cli.options import complete_users
from functions.local.images import audit
from model_export.fit.train import ARTIFACTS
from tests.conftest import forget_singletons
from tests.fixtures.backend import Backend
from tests.integration.people import add_person
from tests.people import LAST_DAY

runner = CliRunner()


@pytest.fixture(scope="module", autouse=True)
def anna(_servers: None) -> str:
    return add_person("anna", days=60)


def test_features_of_a_day_are_shown_with_their_units() -> None:
    result = runner.invoke(app, ["features", "anna", "--date", str(LAST_DAY)])
    assert result.exit_code == 0
    assert "calories_daily" in result.stdout
    assert "kcal" in result.stdout


def test_json_is_the_answer_of_the_api() -> None:
    result = runner.invoke(app, ["features", "anna", "--date", str(LAST_DAY), "--json"])
    assert json.loads(result.stdout)["userId"] == "anna"
    result = runner.invoke(app, ["predict", "anna", "--date", str(LAST_DAY), "--json"])
    assert [made["metric"] for made in json.loads(result.stdout)["predictions"]] == [
        "rhr", "hrv", "sleep_duration",
    ]  # fmt: skip


JSON = {
    "features": ["anna"],
    "predict": ["anna", "--date", str(LAST_DAY)],
    "explain": ["anna"],
    "doctor": [],
    "models list": [],
    "models show": ["rhr"],
    "experiments list": [],
    "nightly": ["--date", str(LAST_DAY)],
    "migrate": [],
}


@pytest.mark.parametrize("command", JSON)
def test_standard_output_is_json_alone(command: str) -> None:
    result = runner.invoke(app, [*command.split(), *JSON[command], "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) is not None


def test_an_audit_is_json_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = audit.Audit(29, ("numpy 2.4.6: PYSEC-1",), ("pg8000",))
    monkeypatch.setattr(audit, "write_bill", lambda pins, path: None)
    monkeypatch.setattr(audit, "audit_packages", lambda pins, folder: found)
    result = runner.invoke(app, ["images", "audit", "--out", str(tmp_path), "--json"])
    told = json.loads(result.stdout)
    assert (result.exit_code, told["audited"], told["skipped"]) == (1, 29, ["pg8000"])


def test_an_evaluation_is_the_file_beside_the_model() -> None:
    told = read_evaluations(ARTIFACTS)
    assert set(told) == {"rhr_lstm", "hrv_xgboost"}
    assert all(one["groups"] for one in told.values())


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_drawn_on_a_terminal_only(tmp_path: Path, terminal: bool) -> None:
    file = tmp_path / "many.csv"
    lines = [f"oura_small,p{person},2026-01-0{day},58" for person in range(300) for day in range(1, 8)]
    file.write_text("\n".join(["dataset,user,date,rhr", *lines]))
    ours, theirs = os.openpty() if terminal else os.pipe()
    done = subprocess.run(
        [Path(sys.executable).parent / "nutri", "import", file, "--dry-run", "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        cwd=PROJECT,
        check=True,
    )
    os.close(theirs)
    drawn = b""
    with contextlib.suppress(OSError):  # a terminal whose other end is closed has no end of file
        while part := os.read(ours, 65_536):
            drawn += part
    os.close(ours)
    assert len(json.loads(done.stdout)["people"]) == 300
    assert (b"Importing" in drawn) is terminal
    assert terminal or drawn == b""


def test_every_bar_is_off_where_there_is_no_terminal() -> None:
    bars = [
        (path.name, call)
        for path in (PROJECT / "functions" / "local").rglob("*.py")
        for call in re.findall(r"\b(?:Progress|track)\([^\n]*", path.read_text())
    ]
    assert len(bars) >= 4
    assert [bar for bar in bars if "disable=" not in bar[1]] == []


def test_a_forecast_is_shown_in_words() -> None:
    result = runner.invoke(app, ["predict", "anna", "--date", str(LAST_DAY)])
    assert "is forecast at about" in result.stdout


def test_the_served_models_are_listed_with_their_held_out_skill() -> None:
    result = runner.invoke(app, ["models", "list", "--json"])
    assert [one["modelId"] for one in json.loads(result.stdout)] == ["rhr_lstm", "hrv_xgboost"]
    assert "held" not in (shown := runner.invoke(app, ["models", "show", "rhr"]).stdout)
    assert "rhr_lstm" in shown
    assert "bpm" in shown


def test_a_healthy_machine_passes() -> None:
    result = runner.invoke(app, ["doctor", "--json"])
    findings = json.loads(result.stdout)
    assert [f for f in findings if not f["ok"]] == []
    assert result.exit_code == 0
    models = [finding["state"] for finding in findings if finding["subject"] == "models"]
    assert [state.split()[0] for state in models] == ["rhr_lstm", "hrv_xgboost", "nights_forest"]
    assert {"python", "packages", "settings", "database", "contract", "clock", "redis", "models"} <= {
        finding["subject"] for finding in findings
    }


def test_what_is_amiss_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("MODEL_DIR", "/nowhere")
    forget_singletons()
    result = runner.invoke(app, ["doctor"])
    monkeypatch.undo()
    forget_singletons()
    assert result.exit_code == 1
    assert "FAIL redis" in result.stdout
    assert "nutri train" in result.stdout
    assert get_settings().redis_url.get_secret_value() != "redis://127.0.0.1:1/0"


def test_one_persons_story_is_told_in_words() -> None:
    result = runner.invoke(app, ["explain", "anna"])
    assert result.exit_code == 0
    for heading in ("The last 28 days", "Out of the ordinary", "What goes with what", "Tomorrow"):
        assert heading in result.stdout
    as_json = json.loads(runner.invoke(app, ["explain", "anna", "--json"]).stdout)
    assert as_json["userId"] == "anna"
    assert len(as_json["days"]) == 28


def test_a_story_of_nobody_is_refused() -> None:
    result = runner.invoke(app, ["explain", "nobody"])
    assert result.exit_code == 1


def test_what_a_person_switched_off_is_a_sentence_of_the_story(backend: Backend) -> None:
    add_person("lena", days=3)
    backend.run(
        'INSERT INTO "UserMLProfile" ("id", "userId", "totalDataPoints", "dataQualityScore",'
        ' "hasMinimumNutritionData", "hasMinimumHealthData", "hasMinimumActivityData", "modelsAvailable",'
        ' "enablePredictions", "enableInsights", "updatedAt")'
        " VALUES ('p', 'lena', 0, 0, false, false, false, '{}', false, false, now())"
    )
    result = runner.invoke(app, ["explain", "lena"])
    assert result.exit_code == 0
    assert "switched predictions off" in result.stdout
    assert "switched insights off" in result.stdout
    told = json.loads(runner.invoke(app, ["explain", "lena", "--json"]).stdout)
    assert told["predictions"]["code"] == "disabled_by_user"


def test_a_story_of_a_person_without_rows_says_so(backend: Backend) -> None:
    backend.add_user("newcomer")
    result = runner.invoke(app, ["explain", "newcomer"])
    assert result.exit_code == 0
    assert "No meal, no workout and no reading" in result.stdout
    assert "Too little is known yet" in result.stdout


def test_a_story_of_few_days_credits_no_model(backend: Backend) -> None:
    add_person("thin", days=3, last=datetime.now(UTC).date())
    shown = " ".join(runner.invoke(app, ["explain", "thin"], env={"COLUMNS": "200"}).stdout.split())
    assert "few days so far move it towards other people's" in shown
    assert "the model moves it" not in shown
    assert "a mean in which the last night counts 30%" in shown


def test_people_are_offered_to_the_shell_by_the_beginning_of_their_ids() -> None:
    assert [user for user, _ in complete_users("ann")] == ["anna"]
