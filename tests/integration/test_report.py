"""`nutri report`: one page that says what the API says, and needs nothing to be opened."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from functions.local.cli.app import app
from tests.fixtures.calls import get
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    add_person("known", days=120, last=TODAY - timedelta(days=1))
    add_person("new", days=2, last=TODAY - timedelta(days=1))


def run(database_url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["report", *arguments, "--database-url", database_url])


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))


@pytest.mark.parametrize("user", ["known", "new"])
def test_the_page_tells_what_the_api_tells_and_loads_nothing(
    user: str, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    assert run(database_url, user, "--html", str(path)).exit_code == 0
    page = path.read_text()
    assert not re.search(r"(src|href)=|@import|url\(", page)
    words = words_of(page)
    insights = get(f"/api/insights/{user}").body["insights"]
    for number, insight in enumerate(insights, 1):
        assert f"{number}. {insight['title']}" in words
    assert f"{len(insights) + 1}. " not in words
    findings = get(f"/api/correlations/{user}").body["findings"]
    assert words.count("paired days") == len(findings)
    assert "What this rests on" in words


def test_the_terminal_and_json_say_it_too(database_url: str) -> None:
    assert "Worth knowing today" in run(database_url, "known").output
    assert json.loads(run(database_url, "known", "--json").stdout)["trials"]["experiments"] == []


def test_nobody_has_no_report(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert run(database_url, "nobody", "--html", str(path)).exit_code == 1
    assert not path.exists()
