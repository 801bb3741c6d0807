"""The explorer as people use it: in a browser, over the running product."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.service import Service, running_service

pytest.importorskip("selenium", reason="selenium drives the browser")
from selenium.webdriver.common.keys import Keys

from tests.fixtures.browser import Page, find_browser, open_browser

BROWSER = find_browser()

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium with its driver is installed"),
]

GROUND = "return getComputedStyle(document.body).backgroundColor"
PANELS = ["days", "tomorrow", "map", "insights", "what-if", "trials", "journal", "features"]


@pytest.fixture(scope="module")
def gateway(service: Service) -> str:
    return service.read_env()["GATEWAY_URL"]


@pytest.fixture(scope="module")
def page(gateway: str) -> Iterator[Page]:
    assert BROWSER is not None
    with open_browser(BROWSER, gateway) as opened:
        yield opened


@pytest.fixture
def anna(page: Page) -> Page:
    """Loaded once for all tests that begin with it: each leaves the page as it may be found."""
    page.look(width=1440, theme="light")
    if page.person != "demo-anna":
        page.open("demo-anna")
    return page


def get(url: str, body: object | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def year_of(gateway: str, person: str) -> list[dict[str, Any]]:
    """The days as the page asks for them, features flat."""
    begin = datetime.now(UTC).date() - timedelta(364)
    days = get(f"{gateway}/api/features/{person}?from={begin}")["days"]
    return [
        {
            "date": d["date"],
            "partial": d["partial"],
            **{k: v for c in d["features"].values() for k, v in c.items()},
        }
        for d in days
    ]


def test_every_panel_is_filled_and_the_console_stays_silent(anna: Page) -> None:
    for panel in PANELS:
        assert len(anna.text(f"#{panel} .body")) > 100, panel
    empty = (
        "return [...document.querySelectorAll('.state:not([hidden])')].map(one => one.closest('.panel').id)"
    )
    assert anna.run(empty) == ["trials", "journal"]
    assert anna.console() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_window(anna: Page, width: int, theme: str) -> None:
    page = anna
    page.look(width=width, theme=theme)
    assert page.run("return document.documentElement.scrollWidth") <= width
    assert page.run(GROUND) == {"light": "rgb(246, 245, 241)", "dark": "rgb(17, 22, 27)"}[theme]
    spilt = """
        return [...document.querySelectorAll(".panel svg, .panel button, .panel h3")].filter(one => {
          const box = one.getBoundingClientRect(), room = one.closest(".panel").getBoundingClientRect();
          return box.width && (box.right > room.right + 1 || box.left < room.left - 1);
        }).map(one => one.outerHTML.slice(0, 90));
    """
    assert page.run(spilt) == []
    spilt = """
        return [...document.querySelectorAll(".choice")].filter(one => one.scrollWidth > one.clientWidth + 1)
          .map(one => one.getAttribute("aria-label"));
    """
    assert page.run(spilt) == []
    assert page.console() == []


def test_everything_comes_from_this_host(anna: Page, gateway: str) -> None:
    asked = anna.run("return performance.getEntriesByType('resource').map(one => new URL(one.name).origin)")
    assert set(asked) == {gateway}


def test_the_back_test_is_one_call_and_what_the_api_says(anna: Page, gateway: str) -> None:
    today = year_of(gateway, "demo-anna")[-1]["date"]
    first = date.fromisoformat(today) - timedelta(29)
    told = get(f"{gateway}/api/predictions/demo-anna/back-test?metric=rhr&from={first}&to={today}")
    score = told["score"]
    held = sum(
        n["predictionRange"]["lower"] <= n["actual"] <= n["predictionRange"]["upper"]
        for n in told["nights"]
        if n["actual"] is not None and n["value"] is not None
    )
    rows = anna.run(
        "return [...document.querySelectorAll('.coverage tbody tr')].map(row => row.cells[1].textContent)"
    )
    assert rows == [f"{held} of {score['nights']}"]
    asked = anna.run("return performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
    assert sum("/back-test" in path for path in asked) == 1
    assert sum("/api/" in path for path in asked) < 15


def test_what_is_sent_is_compressed(anna: Page) -> None:
    sizes = anna.run("""
        const asked = performance.getEntriesByType("resource");
        return asked.filter(one => one.name.includes("/api/features/demo-anna"))
          .map(one => [one.encodedBodySize, one.decodedBodySize]);
    """)
    assert sizes
    assert all(sent < whole / 4 for sent, whole in sizes)


def test_the_scatter_follows_the_lag(anna: Page, gateway: str) -> None:
    lags = get(f"{gateway}/api/correlations/demo-anna/rhr/lags?feature=alcohol_drinks_daily")["lags"]
    anna.wait(lambda: anna.text(".scatter .readout").startswith("Lag 1"))
    anna.run("document.querySelector('#lag').focus()")
    for lag in lags:
        said = anna.text(".scatter .readout")
        assert said.startswith(f"Lag {lag['lagDays']}: ")
        assert f"{abs(lag['adjusted']):.2f}".removeprefix("0") in said
        assert anna.run("return document.querySelectorAll('circle.pair').length") == lag["n"]
        anna.press(Keys.ARROW_RIGHT)


def test_cells_say_what_they_know_to_hover_and_to_the_keyboard(anna: Page, gateway: str) -> None:
    answer = get(f"{gateway}/api/correlations/demo-anna?include=tested")
    label = "return document.activeElement.getAttribute('aria-label')"
    anna.run("document.querySelector('.cells button[tabindex=\"0\"]').focus()")
    first = anna.run(label)
    anna.press(Keys.ARROW_DOWN)
    assert anna.run(label) != first
    anna.press(Keys.ARROW_UP)
    assert anna.run(label) == first
    assert anna.run("return document.querySelectorAll('.cells button[tabindex=\"0\"]').length") == 1
    refused = next(pair for pair in answer["pairs"] if pair["refusal"] == "composite_outcome")
    anna.run("[...document.querySelectorAll('#map .choice button')].pop().click()")
    cell = f"[data-pair='{refused['feature']} {refused['metric']}']"
    anna.run(f"document.querySelector(\"{cell}\").dispatchEvent(new MouseEvent('mouseenter'))")
    assert "computed from this very input" in anna.text(".detail")
    published = [p for p in answer["pairs"] if p["tier"] == "published"]
    assert anna.run("return document.querySelectorAll('.cells .published').length") == len(published)
    assert anna.run("return document.querySelectorAll('.cells .refused').length") == answer["refused"]
    anna.press(Keys.ENTER)


def test_a_refusal_is_told_to_who_comes_by_keyboard(anna: Page) -> None:
    refused = "document.querySelector('.cells .refused')"
    anna.run(f"{refused}.focus()")
    assert anna.run("return document.activeElement.className").endswith("refused")
    assert "Refused" in anna.text(".detail")
    assert anna.run("return document.activeElement.getAttribute('aria-label')").count("refused. ") == 1


def test_a_cell_that_held_up_tells_effect_days_and_interval(anna: Page, gateway: str) -> None:
    finding = get(f"{gateway}/api/correlations/demo-anna")["findings"][0]
    effect = finding["effect"]
    cell = f"[data-pair='{finding['feature']} {finding['metric']}']"
    anna.run(f'document.querySelector("{cell}").focus()')
    told = anna.text(".detail")
    for figure in (effect["change"], effect["lower"], effect["upper"]):
        assert f"{abs(figure):.2f}".rstrip("0").rstrip(".") in told
    assert f"{finding['n']}, worth" in told
    assert re.search(r"Coefficient.\.\d\d \(about .\.\d\d to .\.\d\d\)", told)
    for meaning in ("Spearman's", "Fisher's 90%"):
        assert meaning in anna.text(".map details")


def test_a_person_is_found_by_keyboard_and_back_returns(page: Page) -> None:
    page.open("demo-anna")
    page.run("document.querySelector('#person').focus()")
    page.press("kolkata-no-such-person")
    page.wait(lambda: page.text("#people-said") == "Nobody found")
    assert page.text("#people") == "Nobody found."
    assert page.run("return document.querySelector('#people').checkVisibility()")
    page.run("document.querySelector('#person').select()")
    page.press("never drinks")
    page.wait(lambda: page.text("#people") != "" and page.text("#people").startswith("demo-chitra"))
    page.press(Keys.ARROW_DOWN)
    chosen = "return document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"
    assert page.run(f"{chosen}.dataset.user") == "demo-chitra"
    page.press(Keys.ENTER)
    page.wait(lambda: page.text("#about h1") == "demo-chitra")
    assert page.run("return new URLSearchParams(location.search).get('person')") == "demo-chitra"
    page.run("history.back()")
    page.wait(lambda: page.text("#about h1") == "demo-anna")
    page.wait(lambda: not page.run("return document.querySelector('[aria-busy], .skeleton')"))
    page.person = ""


def test_suggestions_lie_within_a_telephone(anna: Page) -> None:
    anna.look(width=360, theme="light")
    anna.run("document.querySelector('#person').focus()")
    anna.wait(lambda: anna.run("return document.querySelectorAll('#people [data-user]').length"))
    left, right = anna.run("""
        const { left, right } = document.querySelector("#people").getBoundingClientRect();
        return [left, right];
    """)
    assert left >= 0
    assert right <= 360
    anna.press(Keys.ESCAPE)


SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize(
    ("person", "width"), [("demo-anna", 1440), ("demo-anna", 360), ("demo-milo", 768), ("x" * 90, 360)]
)
def test_nothing_jumps_while_it_loads_and_nothing_is_cut(page: Page, person: str, width: int) -> None:
    """Cumulative layout shift is good below .1 (web.dev/cls)."""
    page.look(width=width, theme="light")
    page.open(person, before=SHIFTS)
    assert page.run("return window.shifted") < 0.1
    assert page.run("return document.documentElement.scrollWidth") <= width
    cut = """
        return [...document.querySelectorAll(".sections a, h1")].filter(one =>
          one.getBoundingClientRect().right > innerWidth
          || one.scrollWidth > one.clientWidth + 1 && one.clientWidth
        ).map(one => one.textContent);
    """
    assert page.run(cut) == []
    page.console()


def test_the_first_paint_waits_for_little(anna: Page) -> None:
    """What blocks painting, and modules only asked for once another was read: counted, not timed."""
    blocking = anna.run("""
        return performance.getEntriesByType("resource").filter(one => one.renderBlockingStatus === "blocking")
          .map(one => [new URL(one.name).pathname, one.encodedBodySize]);
    """)
    assert {path for path, _ in blocking} == {"/explorer/styles.css", "/explorer/theme.js"}
    assert sum(size for _, size in blocking) < 12_000
    late = anna.run("""
        const named = [...document.querySelectorAll("link[rel=modulepreload], script")]
          .map(one => one.src || one.href);
        return performance.getEntriesByType("resource").map(one => one.name)
          .filter(name => name.endsWith(".js") && !named.includes(name));
    """)
    assert late == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("person", ["demo-anna", "demo-milo", "nobody-here"])
def test_axe_finds_nothing(page: Page, person: str, theme: str) -> None:
    """WCAG 2.1 A and AA, and the rules of good practice: heading order, landmarks, regions."""
    page.look(width=1440, theme=theme)
    page.open(person)
    assert page.violations() == []
    page.console()


def test_the_journal_takes_what_is_said(page: Page, gateway: str) -> None:
    page.open("demo-kofi")
    fill = """
        const [day, name, value] = document.querySelectorAll("#journal form input");
        name.value = "illness"; value.value = arguments[0];
        document.querySelector("#journal form button").click();
        return day.value;
    """
    day = page.run(fill, "perhaps")
    page.wait(lambda: "Not saved" in page.text("#journal form"))
    page.run(fill, "yes")
    page.wait(lambda: "Illness: yes" in page.text("#journal .body"))
    assert get(f"{gateway}/api/users/demo-kofi/days/{day}/context")["entries"] == {"illness": True}
    clear = urllib.request.Request(f"{gateway}/api/users/demo-kofi/days/{day}/context", method="DELETE")
    urllib.request.urlopen(clear, timeout=30).close()
    page.console()
    page.person = ""


def test_a_trial_begins_on_the_page_and_a_second_one_says_why_not(page: Page, gateway: str) -> None:
    page.open("demo-kofi")
    begin = """
        document.querySelector("#trials form select").value = arguments[0];
        document.querySelector("#trials form button").click();
    """
    page.run(begin, "alcohol_drinks_daily")
    page.wait(lambda: "Begun" in page.text("#trials form"))
    (trial,) = get(f"{gateway}/api/insights/demo-kofi/experiments")["experiments"]
    listed = "return document.querySelectorAll('#trials .trial-days li').length"
    page.wait(lambda: page.run(listed))
    assert page.run(listed) == len(trial["days"])
    page.run(begin, "last_meal_time")
    page.wait(lambda: "Not begun: Another trial" in page.text("#trials form"))
    page.console()
    page.person = ""


def test_what_may_not_be_supposed_says_why(anna: Page, gateway: str) -> None:
    options = get(f"{gateway}/api/predictions/demo-anna/what-if?metric=rhr")["options"]
    for one in options:
        if one["available"]:
            assert anna.run(
                "return Boolean(document.querySelector(`#what-if [name=${arguments[0]}]`))", one["name"]
            )
        else:
            assert f"{one['description']}: {one['explanation']}" in anna.text("#what-if")


def test_the_days_are_walked_by_keyboard(anna: Page) -> None:
    anna.run("document.querySelector('.timeline .cursor').focus()")
    before = anna.text(".when")
    anna.press(Keys.ARROW_LEFT)
    assert anna.text(".when") != before
    spoken = anna.run("return document.activeElement.getAttribute('aria-valuetext')")
    assert anna.text(".when") in spoken
    assert "Resting heart rate" in spoken


def test_feedback_is_stored(anna: Page, gateway: str) -> None:
    shown = anna.text(".card h3")
    pressed = "return document.querySelector('.feedback button').ariaPressed"
    helpful = anna.run(pressed) == "true"
    for _ in range(2):  # the second click takes the first back
        anna.run("document.querySelector('.feedback button').click()")
        helpful = not helpful
        wanted = f"{pressed} === '{str(helpful).lower()}'"
        anna.wait(partial(anna.run, wanted))
        feed = get(f"{gateway}/api/insights/demo-anna")["insights"]
        kept = next(one for one in feed if one["title"] == shown)["helpful"]
        assert kept is (True if helpful else None)


def test_why_shows_the_days_behind_an_insight(anna: Page) -> None:
    anna.run("document.querySelector('.card .why summary').click()")
    anna.wait(lambda: anna.run("return document.querySelectorAll('.behind svg').length") > 0)
    assert "Shown here because" in anna.text(".card .why")


def test_features_are_found_by_name_and_definition(anna: Page) -> None:
    search = """
        const field = document.querySelector('#features input');
        field.value = arguments[0];
        field.dispatchEvent(new Event('input'));
        return [...document.querySelectorAll('.catalogue tbody tr')].filter(row => !row.hidden).length;
    """
    assert anna.run(search, "resting heart rate standard deviation") >= 1
    assert anna.run(search, "protein_28d_trend") == 1
    assert anna.run(search, "no such thing") == 0
    assert anna.run("return document.querySelector('.catalogue .state').checkVisibility()")
    assert anna.run(search, "") > 200


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_panel_copies_a_call_that_works(anna: Page) -> None:
    for panel in PANELS:
        anna.run("document.querySelector(arguments[0]).click()", f"#{panel} .copies .copy")
        text = anna.text("#snippet-text")
        anna.run("document.querySelector('#snippet').close()")
        for line in text.splitlines():
            command = [*shlex.split(line), "-s", "-o", "/dev/null", "-w", "%{http_code}"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            assert done.stdout == "200", line


def test_every_control_has_a_name(anna: Page) -> None:
    nameless = """
        const controls = document.querySelectorAll("button, input, select, a, summary, svg[role=img]");
        return [...controls].filter(one =>
          !(one.getAttribute("aria-label") || one.textContent.trim() || (one.labels && one.labels.length)))
          .map(one => one.outerHTML.slice(0, 90));
    """
    assert anna.run(nameless) == []
    levels = anna.run("return [...document.querySelectorAll('h1, h2, h3')].map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_chosen_theme_stays(anna: Page) -> None:
    anna.run("document.querySelector('#theme').click(); document.querySelector('#theme').click()")
    assert anna.text("#theme") == "Theme: dark"
    anna.open("demo-anna")
    assert anna.run("return getComputedStyle(document.documentElement).colorScheme") == "dark"
    anna.run("document.querySelector('#theme').click()")
    assert anna.text("#theme") == "Theme: system"


def test_gaps_are_gaps(page: Page, gateway: str) -> None:
    page.open("demo-ines")
    days = year_of(gateway, "demo-ines")[-90:]
    known = [day["rhr"] is not None for day in days]
    stretches = [is_known for is_known, _ in groupby(known)]
    assert stretches.count(False) > 2
    strip = "document.querySelector('.strip')"
    assert "Resting heart rate" in page.text(".strip figcaption")
    line = page.run(f"return {strip}.querySelector('path.line').getAttribute('d')")
    assert line.count("M") == stretches.count(True)
    assert page.run(f"return {strip}.querySelectorAll('rect.unknown').length") == stretches.count(False)


@pytest.mark.parametrize(
    ("person", "panel", "said", "refused"),
    [
        ("demo-lena", "tomorrow", "Switched off", {"403"}),
        ("demo-milo", "map", "Too early to say", set()),
        ("demo-milo", "insights", "Too early to say", set()),
        ("nobody-here", "about", "No such person", {"404"}),
    ],
)
def test_what_cannot_be_shown_says_why(
    page: Page, person: str, panel: str, said: str, refused: set[str]
) -> None:
    page.open(person)
    assert said in page.text(f"#{panel}")
    logged = page.console()
    assert {source for source, _ in logged} <= {"network"}
    assert {found[1] for _, line in logged if (found := re.search(r"status of (\d+)", line))} == refused


def test_a_watch_of_sdnn_has_its_hrv_forecast(page: Page) -> None:
    page.open("demo-jonas")
    page.run("[...document.querySelectorAll('#tomorrow .choice button')][1].click()")
    assert "in the night to" in page.text("#tomorrow")
    assert page.console() == []


def test_fingers_have_room(anna: Page) -> None:
    """WCAG 2.2, 2.5.8: 24 px, or as far from the next; here 44 px high where there is room."""
    page = anna
    page.look(width=360, theme="light", touch=True)
    low = page.run("""
        const controls = "button:not(.cell, .remove), select, input, summary, .sections a";
        return [...document.querySelectorAll(controls)]
          .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)
          .map(one => one.outerHTML.slice(0, 90));
    """)
    assert low == []
    small = page.run("""
        return [...document.querySelectorAll(".cells .cell, .remove")].filter(one => {
          const { width, height } = one.getBoundingClientRect();
          return Math.min(width, height) < 24;
        }).length;
    """)
    assert small == 0
    assert page.run("return document.documentElement.scrollWidth") <= 360


def test_the_tab_key_reaches_every_control_in_reading_order_with_a_ring(anna: Page) -> None:
    page = anna
    page.run("document.querySelector('.skip').focus()")
    stops = []
    for _ in range(60):
        stops.append(
            page.run("""
                const one = document.activeElement, style = getComputedStyle(one);
                const panel = one.closest(".panel");
                const where = one === document.body ? "nothing"
                  : one.closest(".cells") ? "cells" : panel ? panel.id : "";
                return [panel ? panel.id : "", where, style.outlineStyle, parseFloat(style.outlineWidth)];
            """)
        )
        page.press(Keys.TAB)
    focused = [stop for stop in stops[1:] if stop[1] != "nothing"]
    assert len(focused) > 40
    assert [stop for stop in focused if stop[2] != "solid" or stop[3] < 2] == []
    reached = [panel for panel, _ in groupby(panel for panel, *_ in stops)]
    assert reached == ["", *PANELS][: len(reached)]
    assert len(reached) >= 5
    assert sum(where == "cells" for _, where, *_ in stops) == 1, "the table of cells is one stop"


def test_a_page_that_waits_says_so_and_does_not_move(page: Page) -> None:
    """Something that moved without end would be painted anew all the while, eight panels of it."""
    page.look(width=1440, theme="light")
    page.show("demo-anna", before=NEVER)
    page.wait(lambda: page.run("return document.querySelectorAll('.skeleton').length") == len(PANELS))
    assert page.run("return document.querySelectorAll('[aria-busy]').length") == len(PANELS)
    assert page.text("#days .skeleton").startswith("Loading")
    assert page.run("return document.getAnimations().length") == 0


def test_dates_are_told_at_every_length(page: Page) -> None:
    """And the cursor stays on its day."""
    page.look(width=1440, theme="light")
    page.open("demo-bruno")
    day = page.text(".when")
    for choice in (0, 2, 1):
        page.run("document.querySelectorAll('#days .choice button')[arguments[0]].click()", choice)
        assert page.text(".when") == day
        drawn = page.run("""
            return [...document.querySelectorAll(".strip:last-child .dates text")]
              .map(one => { const { left, right } = one.getBoundingClientRect(); return [left, right]; });
        """)
        assert len(drawn) >= 6
        assert all(before[1] < after[0] for before, after in pairwise(drawn))


def test_a_few_days_are_drawn_as_few(page: Page) -> None:
    page.open("demo-milo")
    widest = "Math.max(...[...document.querySelectorAll(arguments[0])].map(one => one.getBBox().width))"
    assert page.run(f"return {widest}", ".strip .bar") < 60
    assert page.run(f"return {widest}", "#tomorrow .band rect") < 60
    apart = """
        const bars = [...document.querySelectorAll(".strip:last-child rect:is(.bar, .unknown)")];
        const starts = bars.map(one => one.getBoundingClientRect().left);
        return (Math.max(...starts) - Math.min(...starts)) / document.querySelector(".strips").clientWidth;
    """
    assert page.run(apart) > 0.4, "they use the width"
    assert "simple rule answers" in page.text(".drivers")


NEVER = """
    const real = window.fetch;
    window.fetch = (url, ...rest) =>
      String(url).includes("/people") ? real(url, ...rest) : new Promise(() => {});
"""

# as the service answers while PostgreSQL is away and nothing is cached
AWAY = """
    const real = window.fetch;
    window.fetch = (url, ...rest) => String(url).includes("/catalog") ? real(url, ...rest) : Promise.resolve(
      new Response(JSON.stringify({code: "database_unavailable", detail: "Unreachable.", requestId: "r-1"}),
        {status: 503, headers: {"content-type": "application/problem+json", "retry-after": "5"}}));
"""


def test_an_outage_is_said_and_can_be_tried_again(page: Page) -> None:
    page.open("demo-anna", before=AWAY)
    for panel in PANELS[:4]:
        assert "PostgreSQL is away" in page.text(f"#{panel}"), panel
        assert "database_unavailable" in page.text(f"#{panel}")
    assert "calories_daily" in page.text("#features")
    page.run("document.querySelector('#days .state button').click()")
    page.wait(lambda: page.run("return Boolean(document.querySelector('#days .state'))"))
    assert page.console() == []


def test_without_postgresql_what_is_cached_is_shown_and_says_so(state_directory: Path, page: Page) -> None:
    """A server of its own, really stopped."""
    with running_service(state_directory / "away", "--port", "0") as service:
        gateway = service.read_env()["GATEWAY_URL"]
        page.open("demo-anna", at=gateway)
        assert page.console() == []
        stop_postgresql(service.state)
        page.open("demo-anna", at=gateway)
        assert "PostgreSQL is away" in page.text("#about .stale")
        for panel in PANELS[:4]:
            assert "stale: PostgreSQL is away" in page.text(f"#{panel} .foot"), panel
        assert page.run("return document.querySelectorAll('.strip').length") > 4
        assert page.run("return document.querySelectorAll('.cells .published').length") > 0
        page.run("document.querySelector('.feedback button').click()")
        page.wait(lambda: "Not saved" in page.text(".feedback"))
        page.open("demo-bruno", at=gateway)
        for panel in PANELS[:4]:
            assert "PostgreSQL is away" in page.text(f"#{panel} .state.failed"), panel
        assert {source for source, _ in page.console()} == {"network"}


def stop_postgresql(state: Path) -> None:
    pid = int((state / "pgdata" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGINT)
    while (state / "pgdata" / "postmaster.pid").exists():
        time.sleep(0.05)


TRIED = """
    const one = [...document.querySelectorAll("main section > details")]
      .find(one => one.firstChild.textContent.startsWith(arguments[0]));
    one.open = true;
    one.addEventListener("toggle", () => one.querySelector("form").requestSubmit());
    one.id = "tried";
"""


def test_the_reference_is_read_and_tried_on_a_telephone(page: Page) -> None:
    page.look(width=360, theme="light")
    page.visit("/docs")
    page.wait(lambda: page.run("return document.querySelectorAll('main section > details').length > 30"))
    page.run(TRIED, "POST /api/predictions/rhr")
    told = page.wait(lambda: page.run("return document.querySelector('#tried [aria-live] pre')?.textContent"))
    assert json.loads(told)["metric"] == "rhr"
    shown = page.run("return [...document.querySelectorAll('#tried pre')].map(one => one.textContent)")
    assert any('"featureImportance"' in text for text in shown[1:]), "no example is shown"
    assert page.run("return document.documentElement.scrollWidth") <= 360
    assert page.console() == []
