"""The recipes of CONTRIBUTING, done in a copy as they are written."""

import re
from pathlib import Path

import pytest

from tests.fixtures.scratch import PROJECT, copy_project

PAGE = PROJECT / ".github" / "CONTRIBUTING.md"
STEP = re.compile(
    r"`([\w/]+\.py)`[^`]*?(?:In\s`\w+`, )?(behind|before) `(\w+)`[^`:]*:\n\n```text\n(.*?)```", re.DOTALL
)
VERSION = re.compile(r"`(\w+_VERSION)`\s+in\s+`([\w/]+\.py)`")
PROGRAM = re.compile(r"^(?:UPDATE_GOLDEN=1 )?\.venv/bin/(.+)$", re.MULTILINE)
FEATURES = {
    "common/README.md",
    "common/compute/features/catalogue.py",
    "tests/unit/features_pinned.json",
    "tests/unit/features_reference.py",
}
COLLECTION = "functions/collection/"
"""Numbers its requests, so that a new one renames those behind it."""
INSIGHTS = "common/compute/insights"
GOLDEN = "tests/unit/golden/insights"
FEATURE_PAGE = "common/README.md"
RECIPES = {
    "## 2. Declare a feature": (
        2, FEATURES | {"common/compute/features/nutrition.py"}, FEATURE_PAGE, "protein_per_meal",
    ),
    "## A measure": (
        2,
        FEATURES | {"common/compute/measures.py", "common/version.py", "tests/unit/versions_pinned.json"},
        FEATURE_PAGE, "snoring",
    ),
    "## An insight template": (
        7,
        {f"{INSIGHTS}/{name}.py" for name in ("patterns", "english", "german", "safety", "facts")}
        | {f"tests/unit/{name}" for name in ("insight_samples.py", "insight_figures.py")}
        | {"tests/unit/versions_pinned.json"}
        | {f"{GOLDEN}_{name}.md" for name in ("en_metric", "en_imperial", "de_metric", "de_imperial")},
        f"{GOLDEN}_de_metric.md", "Deine Wochenenden unterscheiden sich in den Schritten",
    ),
    "## An endpoint": (
        1,
        {"functions/features/app.py", "common/http/examples.json"}
        | {"functions/openapi.json", "functions/README.md", "functions/CHANGELOG.md"},
        "functions/README.md", "GET /api/features/{userId}/today",
    ),
}  # fmt: skip
"""Heading -> how many places it changes by hand, the files that differ in the end, and what stands in one."""


def section(heading: str) -> str:
    """From its heading to the next recipe's; the feature's recipe is the numbered ones together."""
    text = PAGE.read_text()
    start = text.index(heading)
    end = text.find("\n## A", start + 1)
    return text[start:end]


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_takes_what_the_page_says_and_no_more(heading: str, tmp_path: Path) -> None:
    places, changed, page, written = RECIPES[heading]
    recipe, scratch = section(heading), copy_project(tmp_path)
    steps = STEP.findall(recipe)
    assert len(steps) == places
    for path, where, name, lines in steps:
        (scratch.insert if where == "behind" else scratch.insert_before)(path, name, lines)
    for name, path in VERSION.findall(recipe):
        scratch.raise_version(path, name)
    programs = [command for command in PROGRAM.findall(recipe) if "demo-" not in command]
    assert len(programs) >= 3
    for command in programs:
        said = scratch.run(*command.split(), UPDATE_GOLDEN="1")
    assert " passed" in said
    assert {name for name in scratch.changed() if not name.startswith(COLLECTION)} == changed
    assert written in (scratch.root / page).read_text()
