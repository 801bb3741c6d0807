"""The commands that show one person or this machine, as a developer types them."""

import json

import pytest
from typer.testing import CliRunner

from common.settings import get_settings
from functions.local.cli import app
from functions.local.commands.options import complete_users
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
    assert [made["metric"] for made in json.loads(result.stdout)["predictions"]] == ["rhr", "hrv"]


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


def test_people_are_offered_to_the_shell_by_the_beginning_of_their_ids() -> None:
    assert [user for user, _ in complete_users("ann")] == ["anna"]
