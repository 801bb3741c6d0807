"""What is told of a person is the same wherever it is told: API, explorer, report, command line, insights."""

import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from typing import Any

import pytest
from markupsafe import escape
from rich.console import Console

from functions.local.data.cohort import COHORT
from functions.local.data.demo import load_demo
from functions.local.explorer.serving import PAGE
from functions.local.report import Story, print_report, read_report
from functions.local.report.findings import TIERS
from functions.local.report.page import render_page
from tests.fixtures.backend import connect_native
from tests.fixtures.calls import get

EMPTY = "without-days"
EVERYBODY = [*(person.user_id for person in COHORT), EMPTY]
"""Among them somebody of three days, of a year, and of none."""


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None, database_url: str) -> None:
    load_demo(database_url)
    connection = connect_native(database_url)
    connection.run(
        """INSERT INTO "User" ("id", "email", "password", "name", "updatedAt")
        VALUES (:id, 'nobody@example.invalid', '', '', now())""",
        id=EMPTY,
    )
    connection.close()


@cache
def ask(path: str) -> dict[str, Any]:
    where, _, query = path.partition("?")
    answer = get(where, query)
    body: dict[str, Any] = answer.body
    assert answer.status in (200, 403, 422), body
    return body


@cache
def story(user: str) -> Story:
    return read_report(user, now=datetime.now(UTC), nights=14)


@cache
def printed(user: str, width: int) -> str:
    console = Console(record=True, width=width, file=StringIO(), highlight=False)
    print_report(story(user), console)
    return console.export_text()


def findings_of(user: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(f"/api/correlations/{user}?include=tested").get("findings", [])
    return found


def words_in_page(name: str) -> dict[str, str]:
    """A table of words in the explorer's script."""
    body = re.search(rf"export const {name} = {{(.*?)}};", (PAGE / "words.js").read_text(), re.DOTALL)
    assert body is not None
    return dict(re.findall(r'(\w+): "([^"]*)"', body[1]))


def test_a_tier_has_one_name() -> None:
    assert {tier.value: words for tier, words in TIERS.items()} == {
        tier: words.lower() for tier, words in words_in_page("TIERS").items()
    }


@pytest.mark.parametrize("user", EVERYBODY)
def test_a_cell_is_coloured_only_where_a_finding_is_told(user: str) -> None:
    """The explorer colours a pair by its tier; that of a withheld pair is none."""
    answer = ask(f"/api/correlations/{user}?include=tested")
    told = {(f["feature"], f["metric"]): f["tier"] for f in findings_of(user)}
    coloured = {(p["feature"], p["metric"]): p["tier"] for p in answer.get("pairs") or [] if p["tier"]}
    assert coloured == told
    plain = ask(f"/api/correlations/{user}")
    assert [f["tier"] for f in plain.get("findings", [])] == [f["tier"] for f in findings_of(user)]
    assert (plain.get("tested"), plain.get("refused")) == (answer.get("tested"), answer.get("refused"))


@pytest.mark.parametrize("user", EVERYBODY)
def test_the_report_counts_and_names_what_the_api_tells(user: str) -> None:
    text = printed(user, 100)
    joined = re.sub(r"\s+", " ", text)
    tiers = Counter(finding["tier"] for finding in findings_of(user))
    assert joined.count("paired days") == tiers.total()
    page = render_page(story(user))
    for tier, words in TIERS.items():
        assert joined.count(f"paired days, {words}") == tiers[tier.value]
        assert page.count(f'<span class="{tier.value}">{words}</span>') == tiers[tier.value]
    insights = ask(f"/api/insights/{user}").get("insights", [])
    numbered = re.findall(r"(?m)^  (\d+)\. ", text)
    assert numbered == [str(number) for number in range(1, len(insights) + 1)]
    for number, insight in enumerate(insights, 1):
        assert f"{number}. {insight['title']}" in joined
        assert f"<h3>{number}. {escape(insight['title'])}</h3>" in page


@pytest.mark.parametrize("user", EVERYBODY)
def test_an_insight_of_a_finding_has_its_figures(user: str) -> None:
    found = {(f["feature"], f["metric"]): f for f in findings_of(user)}
    for insight in ask(f"/api/insights/{user}").get("insights", []):
        evidence = insight["evidence"]
        if insight["template"] not in ("try", "correlation"):
            continue
        finding = found[(evidence["condition"], evidence["metric"])]
        effect = finding["effect"]
        assert finding["tier"] in ("published", "supported")
        assert evidence["change"] == pytest.approx(abs(effect["change"]), rel=1e-4)
        ends = sorted(abs(effect[end]) for end in ("lower", "upper"))
        assert [evidence["lower"], evidence["upper"]] == pytest.approx(ends, rel=1e-4)
        assert evidence["days"] == finding["n"]


@pytest.mark.parametrize("user", EVERYBODY)
def test_the_report_forecasts_what_the_api_forecasts(user: str) -> None:
    told = story(user).to_json()
    today = told["date"]
    made = ask(f"/api/predictions/{user}/{today}")
    if "predictions" not in told["predictions"]:
        assert made["code"] == told["predictions"]["code"]
    else:
        metrics = {one["metric"] for one in told["predictions"]["predictions"]}
        assert metrics >= {one["metric"] for one in made["predictions"]} & {"rhr", "hrv"}


@pytest.mark.parametrize("user", ["demo-anna", "demo-milo", EMPTY])
@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_story_fits_its_terminal_and_speaks_peoples_words(user: str, width: int) -> None:
    text = printed(user, width)
    assert max(map(len, text.splitlines())) <= width
    named = {feature for f in findings_of(user) for feature in (f["feature"], f["metric"]) if "_" in feature}
    assert not [name for name in named if name in text]
    assert not re.search(r"\b[a-z]+_[a-z]+", text), re.search(r"\b[a-z]+_[a-z]+", text)
