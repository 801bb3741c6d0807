"""`nutri report`: one page that says what the API says, and needs nothing to be opened."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from sqlalchemy import text
from typer.testing import CliRunner, Result

from common.compute import series
from common.errors import NutriError
from common.services.predictions import WHY_PROVISIONAL
from common.store.engine import transaction
from functions.local.cli.app import app
from functions.local.report import Story, print_report, read_report
from functions.local.report.findings import TIERS
from functions.local.report.page import render_page
from functions.local.report.page.charts import choose_ticks, place, usual_before
from functions.local.report.page.view import WORDS
from functions.local.report.page.writing import ROUND_STEPS
from tests.fixtures.browser import find_browser, open_browser
from tests.fixtures.calls import get
from tests.integration.people import add_person

PEOPLE = ["known", "new", "empty"]
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    add_person("known", days=120, last=TODAY - timedelta(days=1))
    add_person("new", days=3, last=TODAY - timedelta(days=1))
    with transaction() as connection:
        connection.execute(
            text("""INSERT INTO "User" ("id", "email", "password", "name", "updatedAt")
            VALUES ('empty', 'empty@example.invalid', '', '', now())""")
        )


def run(database_url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["report", *arguments, "--database-url", database_url])


def words_of(page: str) -> str:
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


@cache
def story(user: str, locale: str = "en") -> Story:
    return read_report(user, now=datetime.now(UTC), locale=locale, nights=20)


@pytest.mark.parametrize("user", PEOPLE)
def test_the_page_tells_what_the_api_tells_and_loads_nothing(
    user: str, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    assert run(database_url, user, "--html", str(path)).exit_code == 0
    page = path.read_text()
    assert not re.search(r"(src|href)=|@import|url\(|<script", page)
    words = words_of(page)
    insights = get(f"/api/insights/{user}").body["insights"]
    for number, insight in enumerate(insights, 1):
        assert f"{number}. {insight['title']}" in words
    assert f"{len(insights) + 1}. " not in words
    findings = get(f"/api/correlations/{user}").body["findings"]
    assert page.count('class="card finding"') == len(findings)
    assert "What this rests on" in words


def test_the_terminal_and_json_say_it_too(database_url: str) -> None:
    assert "Worth knowing today" in run(database_url, "known").output
    assert json.loads(run(database_url, "known", "--json").stdout)["trials"]["experiments"] == []


@pytest.mark.parametrize("user", PEOPLE)
def test_it_is_told_in_german_too(user: str) -> None:
    page = render_page(story(user, "de"), "de")
    assert '<html lang="de">' in page
    words = words_of(page)
    assert "Worauf das beruht" in words
    assert not re.search(r"\b(the|days|with|nights|likely|none)\b", words), words
    told = get(f"/api/insights/{user}", "locale=de").body["insights"]
    assert all(insight["title"] in words for insight in told)


def test_both_languages_say_the_same_things() -> None:
    def shape(words: object) -> object:
        if isinstance(words, dict):
            return {name: shape(one) for name, one in words.items()}
        return set(re.findall(r"{\w+}", words)) if isinstance(words, str) else len(words)  # type: ignore[arg-type]

    assert shape(WORDS["en"]) == shape(WORDS["de"])
    assert WORDS["en"]["provisional"] == WHY_PROVISIONAL
    assert WORDS["en"]["tiers"] == {tier.value: words for tier, words in TIERS.items()}
    assert set(WORDS["en"]["left_out"]) | set(WORDS["en"]["read_otherwise"]) >= reasons_of_the_code()


def reasons_of_the_code() -> set[str]:
    """Why rows are left out or read otherwise, as the series' modules name it."""
    code = "".join(path.read_text() for path in Path(series.__path__[0]).glob("*.py"))
    return set(re.findall(r'account\.(?:drop|correct)\("(\w+)"', code))


def test_what_people_wrote_is_text_and_nothing_else() -> None:
    known = story("known")
    assert not isinstance(known.insights, NutriError)
    first, *rest = known.insights.insights
    evil = "</style><img src=x onerror=alert(1)>"
    insights = known.insights.model_copy(
        update={"insights": [first.model_copy(update={"title": evil}), *rest]}
    )
    page = render_page(replace(known, user_id=evil, zone=evil, insights=insights))
    assert "<img" not in page
    assert page.count("&lt;img src=x") == 4


def test_a_forecast_stands_beside_its_back_test(database_url: str) -> None:
    known = story("known")
    assert not isinstance(known.predictions, NutriError)
    assert set(known.back_tests) == {one.metric for one in known.predictions.predictions}
    score = known.back_tests["rhr"].score
    assert score is not None
    inside = round(score.coverage * score.nights)
    said = f"Nights measured lately: {score.nights}, within the range: {inside} "
    assert said in words_of(render_page(known))
    console = Console(record=True, width=100, file=StringIO())
    print_report(known, console)
    told = re.sub(r"\s+", " ", console.export_text())
    assert f"last {score.nights} nights {inside} came within such a range" in told


def test_a_finding_is_drawn_with_its_interval() -> None:
    """The bar lies where its ends do, on the scale of its measure, with no change in the middle."""
    drawn = place(2.0, (1.0, 3.0), mark=0.0, reach=4.0)
    assert drawn.mark == 50
    assert (drawn.at - 50, drawn.low - 50, drawn.high - 50) == pytest.approx((23.1, 11.6, 34.7), abs=0.1)
    assert place(1.0, (1.0, 1.0), mark=1.0).at == 50


def test_what_is_usual_knows_no_later_day() -> None:
    values = np.arange(40.0)
    usual = usual_before(values, 28)
    assert np.isnan(usual[:, :10]).all()
    assert usual[1, 20] == pytest.approx(9.5)
    values[20:] = 1000.0
    assert usual_before(values, 28)[1, 20] == pytest.approx(9.5)


@pytest.mark.parametrize(
    ("low", "high"), [(58, 62), (60, 60), (0, 0), (0.2, 0.3), (-0.4, 0.9), (4000, 21_000), (350, 512)]
)
def test_an_axis_has_a_few_round_ticks_that_hold_all(low: float, high: float) -> None:
    ticks = choose_ticks(low, high, ROUND_STEPS)
    assert 2 <= len(ticks) <= 4
    assert ticks[0] <= low <= high <= ticks[-1]


@pytest.mark.skipif(find_browser() is None, reason="no Chromium with its driver is installed")
def test_it_is_read_on_a_telephone_in_both_themes_and_by_a_screen_reader(tmp_path: Path) -> None:
    looks = [(360, "light"), (1440, "dark")]
    with open_browser(str(find_browser()), "") as browser:
        for user in PEOPLE:
            looks.reverse()
            path = tmp_path / f"{user}.html"
            path.write_text(render_page(story(user)))
            for width, theme in looks:
                browser.look(width=width, theme=theme)
                browser.visit(path.as_uri())
                assert browser.run("return document.documentElement.scrollWidth") <= width
            assert browser.violations() == []
        assert browser.console() == []


@pytest.mark.parametrize(
    ("locale", "machine", "told"),
    [(None, "de_DE.UTF-8", "de"), (None, "fr_FR", "en"), ("en", "de_DE", "en"), ("de", "", "de")],
)
def test_the_page_speaks_the_language_asked_for(
    monkeypatch: pytest.MonkeyPatch, database_url: str, locale: str | None, machine: str, told: str
) -> None:
    monkeypatch.setenv("LC_ALL", machine)
    asked = [] if locale is None else ["--locale", locale]
    result = run(database_url, "empty", "--html", "-", *asked)
    assert f'<html lang="{told}">' in result.stdout


@pytest.mark.parametrize("call", [["--locale", "de"], ["--html", "-", "--locale", "xx"]])
def test_a_language_that_cannot_be_is_refused(database_url: str, call: list[str]) -> None:
    assert run(database_url, "new", *call).exit_code == 2


def test_nobody_has_no_report(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert run(database_url, "nobody", "--html", str(path)).exit_code == 1
    assert not path.exists()
