"""The explorer's files and its list of people, without a browser."""

import asyncio
import gzip
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.local.data.cohort import COHORT
from functions.local.emulator.web import Request, Response
from functions.local.explorer import PREFIX, Explorer
from functions.local.explorer.serving import PAGE, find_d3, find_file
from tests.fixtures.backend import Backend
from tests.fixtures.emulated import running_emulator
from tests.fixtures.service import SMALL_TEMPLATE

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
CSS = (PAGE / "theme.css").read_text()


def ask(explorer: Explorer, path: str, method: str = "GET") -> Response:
    return asyncio.run(explorer.respond(Request(method, path, (), b"", "127.0.0.1", 8000)))


def headers(response: Response) -> Mapping[str, str]:
    return dict(response.headers)


def test_the_page_and_everything_it_names_is_served() -> None:
    explorer = Explorer(NOWHERE)
    page = ask(explorer, PREFIX)
    assert (page.status, headers(page)["content-type"]) == (200, "text/html; charset=utf-8")
    named = re.findall(r'(?:src|href)="(/explorer/[^"]+)"', page.body.decode())
    assert named
    modules = [
        f"{PREFIX}/{name}"
        for path in PAGE.glob("*.js")
        for name in re.findall(r'from "\./([^"]+)"', path.read_text())
    ]
    for path in {*named, *modules}:
        answer = ask(explorer, path)
        assert answer.status == 200, path
        assert "script-src 'self'" in headers(answer)["content-security-policy"]


def test_the_charting_library_comes_from_a_package() -> None:
    found = find_d3()
    assert found is not None
    assert found.read_bytes().startswith(b"// https://d3js.org v7.")


@pytest.mark.parametrize(
    "name", ["../serving.py", "..%2fserving.py", "/etc/passwd", "people.py", "none.js", "."]
)
def test_nothing_else_is_served(name: str) -> None:
    assert find_file(name) is None
    assert ask(Explorer(NOWHERE), f"{PREFIX}/{name}").status == 404


def test_it_only_answers_get() -> None:
    assert ask(Explorer(NOWHERE), PREFIX, "POST").status == 405


def test_no_file_of_the_page_names_another_host() -> None:
    for path in PAGE.iterdir():
        hosts = set(re.findall(r"https?://([^\"'/\s]+)", path.read_text()))
        assert hosts <= {"www.w3.org"}, path.name


def test_people_are_listed_with_their_stories(database_url: str, backend: Backend) -> None:
    backend.add_user("demo-anna", timezone="Europe/London")
    backend.add_user("somebody", timezone=None)
    people = json.loads(ask(Explorer(database_url), f"{PREFIX}/people").body)
    assert people == {
        "people": [
            {"userId": "demo-anna", "timezone": "Europe/London", "story": COHORT[0].story},
            {"userId": "somebody", "timezone": None, "story": None},
        ],
        "matching": 2,
    }


def test_one_is_found_among_ten_thousand(database_url: str, backend: Backend) -> None:
    """By id, a part of it or a synthetic person's story; the synthetic people never vanish from the list."""
    ids = [f"a-person-{number:05}" for number in range(10_000)]
    backend.run(
        """INSERT INTO "User" ("id", "email", "password", "name", "updatedAt")
        SELECT id, id || '@example.invalid', '', '', now() FROM unnest(CAST(:ids AS text[])) AS id""",
        ids=ids,
    )
    backend.add_user("demo-bruno", timezone="America/New_York")

    def search(sought: str) -> tuple[list[str], int]:
        answer = ask(Explorer(database_url), f"{PREFIX}/people?{urlencode({'q': sought})}")
        body = json.loads(answer.body)
        return [one["userId"] for one in body["people"]], body["matching"]

    everybody, matching = search("")
    assert "demo-bruno" in everybody
    assert (len(everybody), matching > 10_000) == (50, True)
    assert search("a-person-09999") == (["a-person-09999"], 1)
    assert search("PERSON-0999")[1] == 10
    assert search("mostly in the evening") == (["demo-bruno"], 1)
    for nobody in ("%", "_person", "a'b", "\0nul"):
        assert search(nobody) == ([], 0)


def test_a_dead_database_is_a_problem_document() -> None:
    answer = ask(Explorer(NOWHERE), f"{PREFIX}/people")
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "database_unavailable")


def test_the_gateway_serves_it_where_it_is_given_and_nowhere_else() -> None:
    with running_emulator(SMALL_TEMPLATE, explorer=Explorer(NOWHERE)) as emulated:
        assert emulated.call("GET", PREFIX).status == 200
        assert emulated.call("GET", "/").json()["links"]["explorer"] == PREFIX
        assert emulated.call("GET", "/explorers").status == 404
    with running_emulator(SMALL_TEMPLATE) as emulated:
        assert emulated.call("GET", PREFIX).status == 404
        assert "explorer" not in emulated.call("GET", "/").json()["links"]


def test_the_gateway_compresses_for_who_takes_it() -> None:
    with running_emulator(SMALL_TEMPLATE, explorer=Explorer(NOWHERE)) as emulated:
        plain = emulated.call("GET", f"{PREFIX}/page.css", headers={"accept-encoding": "identity"})
        small = emulated.call("GET", f"{PREFIX}/page.css", headers={"accept-encoding": "br, gzip;q=0.8"})
        never = emulated.call("GET", f"{PREFIX}/page.css", headers={"accept-encoding": "gzip;q=0"})
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
    assert small.headers["content-encoding"] == "gzip"
    assert plain.body == gzip.decompress(small.body) == never.body
    assert "content-encoding" not in {*plain.headers, *never.headers}
    assert int(small.headers["content-length"]) < len(plain.body) / 3


def palettes() -> list[dict[str, str]]:
    """The light one and the dark one."""
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
    return [{name: pair[side] for name, *pair in found} for side in (0, 1)]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_in_both_themes() -> None:
    """WCAG 2.2: 1.4.6 of running text, 1.4.3 of everything else that is read."""
    for palette in palettes():
        for ground in ("card", "paper", "sunk"):
            assert contrast(palette["ink"], palette[ground]) >= 7
            assert contrast(palette["soft"], palette[ground]) >= 4.5
        assert contrast(palette["accent-ink"], palette["accent"]) >= 4.5
        assert contrast(palette["accent"], palette["accent-soft"]) >= 4.5
        assert contrast(palette["bad"], palette["bad-soft"]) >= 4.5
        for way in ("more", "less"):
            assert contrast(palette["cell-ink"], palette[way]) >= 4.5
            for depth in ("1", "2"):
                assert contrast(palette["ink"], palette[f"{way}-{depth}"]) >= 4.5, f"{way}-{depth}"


def test_what_is_drawn_stands_out_in_both_themes() -> None:
    """WCAG 2.2, 1.4.11: marks, edges of controls and the ring around what has the focus."""
    marks = ("outcome", "input", "more", "less", "miss", "hatch", "weak", "band-edge", "field", "focus")
    for palette in palettes():
        for mark in marks:
            assert contrast(palette[mark], palette["card"]) >= 3, mark
        assert contrast(palette["weak"], palette["sunk"]) >= 3
        assert contrast(palette["focus"], palette["paper"]) >= 3


def simulate(colour: str, matrix: list[list[float]]) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in matrix]


# Machado, Oliveira and Fernandes 2009, IEEE TVCG 15:1291, severity 1
COLOUR_BLIND: dict[str, list[list[float]]] = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}


@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_opposite_directions_differ_for_every_kind_of_colour_vision(kind: str) -> None:
    for palette in palettes():
        for one, other in (("more", "less"), ("outcome", "input")):
            apart: Any = zip(
                simulate(palette[one], COLOUR_BLIND[kind]),
                simulate(palette[other], COLOUR_BLIND[kind]),
                strict=True,
            )
            assert max(abs(a - b) for a, b in apart) > 0.15
