"""The README says what is: its tables are held against the code."""

import importlib
from pathlib import Path

import pytest

from common.settings import Settings
from functions.local.cohort import COHORT, PLANTED

README = (Path(__file__).parents[2] / "README.md").read_text()
FUNCTIONS = ("features", "correlations", "predictions", "insights")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_in_its_own_words(name: str) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name.upper()}` |")]
    assert str(Settings.model_fields[name].description) in row


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_route_is_in_the_table(function: str) -> None:
    app = importlib.import_module(f"functions.{function}.app").app
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            if path.startswith("/api/"):
                assert f"`{method.upper()} {path}`" in README


def test_every_demo_person_and_planted_effect_is_listed() -> None:
    assert all(f"| `{person.user_id}` |" in README for person in COHORT)
    assert all(f"| `{effect.cause}` | `{effect.outcome}` |" in README for effect in PLANTED)
