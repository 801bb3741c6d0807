"""The READMEs say what is: their generated parts equal the code, their links lead somewhere."""

import calendar
import re
from pathlib import Path

import pytest
from typer.main import get_command

from common.compute.features import CATALOGUE
from common.errors import ConfigurationError
from functions.local.cli.app import app
from functions.local.reference import READMES, rewrite
from functions.local.reference.blocks import makers_of
from functions.local.reference.features import write_rule

PROJECT = Path(__file__).parents[2]
INTEGRATION = PROJECT / "functions" / "INTEGRATION.md"
CONTRIBUTING = PROJECT / ".github" / "CONTRIBUTING.md"
PAGES = {str(page.relative_to(PROJECT)): page for page in (*READMES, CONTRIBUTING, INTEGRATION)}
MAKERS = makers_of(get_command(app))
METHODS_IN = ("common", "model_export")
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")


@pytest.mark.parametrize("name", PAGES)
def test_generated_parts_equal_the_code(name: str) -> None:
    assert rewrite(PAGES[name], MAKERS) == PAGES[name].read_text(), "run `nutri docs`"


def test_everything_that_can_be_generated_is_in_a_readme() -> None:
    text = "".join(page.read_text() for page in READMES)
    assert all(f"<!-- generated: {name} -->" in text for name in MAKERS)


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("<!-- generated: weather -->\n<!-- end -->\n")
    with pytest.raises(ConfigurationError, match="weather"):
        rewrite(page, MAKERS)


def test_what_is_written_by_hand_stays(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- generated: here -->\nold\n<!-- end -->\nafter\n")
    assert rewrite(page, {"here": lambda: "new"}) == (
        "before\n<!-- generated: here -->\nnew\n<!-- end -->\nafter\n"
    )


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_and_headings(name: str) -> None:
    for path, heading in LINK.findall(PAGES[name].read_text()):
        target = (PAGES[name].parent / path).resolve() if path else PAGES[name]
        assert target.exists(), path
        if heading:
            assert heading in anchors(target.read_text()), f"{path}#{heading}"


def anchors(text: str) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


SOURCE = re.compile(r"\b([A-ZÄÖÜ][a-zäöüéí]{2,})(?: et al\.?)?,? \(?((?:19|20)\d\d)\b")
MONTHS = {*calendar.month_name}


def test_every_source_that_the_code_names_is_on_a_page_of_methods() -> None:
    """By the last name before the year: "Künsch 1989", "Bretherton et al. (1999"."""
    pages = " ".join(" ".join((PROJECT / name / "README.md").read_text().split()) for name in METHODS_IN)
    named = {
        source
        for name in METHODS_IN
        for path in (PROJECT / name).rglob("*.py")
        for source in SOURCE.findall(" ".join(path.read_text().split()))
        if source[0] not in MONTHS
    }
    assert len(named) > 40
    untold = [(who, year) for who, year in named if not re.search(rf"{who}\b[^;)]{{0,40}}{year}", pages)]
    assert untold == [], "say it under Methods in common/README.md, or in model_export/README.md"


def test_formulas_are_written_from_the_rules() -> None:
    assert write_rule(CATALOGUE["protein_7d_avg"].rule) == "mean(protein_g*, 7 d)"
    assert write_rule(CATALOGUE["calories_daily"].rule) == "energy_kcal"


HOW_TO = (
    *("Call it from Node.", "Ask each group", "Import real people's data.", "Add a feature."),
    *(
        "Add a route or a function.",
        "Train and promote a model.",
        "Deploy.",
        "Operate, and respond to an alert.",
    ),
)
EXPLAINED = {
    "README.md": ("## Limits", "## Licence"),
    "common/README.md": ("## How an answer comes about", "## How a night comes about", "## Decisions"),
    "functions/README.md": ("## What the numbers mean",),
}


def test_the_first_result_is_on_the_first_screen_and_everything_has_its_how_to() -> None:
    text = (PROJECT / "README.md").read_text()
    screen = text.splitlines()[:45]
    for command in ("make dev", ".venv/bin/nutri explain demo-anna"):
        assert command in screen
    assert [title for title in HOW_TO if f"**{title}**" not in text] == []
    for page, headings in EXPLAINED.items():
        assert [heading for heading in headings if heading not in (PROJECT / page).read_text()] == []


def test_readme_can_be_read_in_seven_minutes() -> None:
    words = len((PROJECT / "README.md").read_text().split())
    assert words < 1_600, "a reader takes some 240 words a minute"
