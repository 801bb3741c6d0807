"""The recipes of CONTRIBUTING, done in a copy as they are written."""

import re
from pathlib import Path

import pytest

from tests.fixtures.scratch import PROJECT, copy_project

PAGE = PROJECT / ".github" / "CONTRIBUTING.md"
STEP = re.compile(r"`([\w/]+\.py)`[^`]*?(?:In\s`\w+`, )?behind `(\w+)`:\n\n```text\n(.*?)```", re.DOTALL)
VERSION = re.compile(r"`(\w+_VERSION)`\s+in\s+`([\w/]+\.py)`")
PROGRAM = re.compile(r"^\.venv/bin/(.+)$", re.MULTILINE)
FEATURES = {
    "common/README.md",
    "common/compute/features/catalogue.py",
    "tests/unit/features_pinned.json",
    "tests/unit/features_reference.py",
}
RECIPES = {
    "## 2. Declare a feature": (FEATURES | {"common/compute/features/nutrition.py"}, "protein_per_meal"),
    "## A measure": (
        FEATURES | {"common/compute/measures.py", "common/version.py", "tests/unit/versions_pinned.json"},
        "snoring",
    ),
}


def section(heading: str) -> str:
    """From its heading to the next recipe's; the feature's recipe is the numbered ones together."""
    text = PAGE.read_text()
    start = text.index(heading)
    end = text.find("\n## A", start + 1)
    return text[start:end]


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_takes_what_the_page_says_and_no_more(heading: str, tmp_path: Path) -> None:
    changed, written = RECIPES[heading]
    recipe, scratch = section(heading), copy_project(tmp_path)
    steps = STEP.findall(recipe)
    assert len(steps) == 2
    for path, name, lines in steps:
        scratch.insert(path, name, lines)
    for name, path in VERSION.findall(recipe):
        scratch.raise_version(path, name)
    programs = [command for command in PROGRAM.findall(recipe) if "demo-" not in command]
    assert len(programs) >= 3
    for command in programs:
        said = scratch.run(*command.split())
    assert " passed" in said
    assert scratch.changed() == changed
    assert written in (scratch.root / "common" / "README.md").read_text()
