"""`nutri import` of people's own exports: several files, one person, one database."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.local.cli.app import app
from tests.fixtures import exports
from tests.fixtures.backend import Backend
from tests.fixtures.exports import DAYS, ZONE, hrv_of

Write = Callable[[str, Mapping[str, bytes]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return lambda name, members: exports.archive(tmp_path / name, members)


@pytest.fixture(autouse=True)
def _empty(backend: Backend) -> None:
    backend.run('DELETE FROM public."User"')
    backend.run('DELETE FROM ml."DayContext"')


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, arguments)], input=stdin)


def rows(backend: Backend, table: str) -> int:
    return int(backend.run(f'SELECT count(*) FROM "{table}" WHERE "userId" = :u', u="me")[0][0])


def test_several_exports_become_one_person_and_again_change_nothing(
    write: Write, settings_env: object, database_url: str, backend: Backend
) -> None:
    ring, food = write("oura.zip", exports.oura_v2_members()), write("food.zip", exports.cronometer_members())
    options = ("--user", "me", "--timezone", ZONE, "--database-url", database_url)
    first = run(ring, food, *options)
    assert first.exit_code == 0, first.output
    assert "Oura sleep periods" in first.output
    assert "Next: nutri explain me" in first.output
    assert backend.run('SELECT "timezone" FROM "User" WHERE id = :u', u="me") == [[str(ZONE)]]
    nights = backend.run(
        """SELECT "value" FROM "HealthMetric" WHERE "userId" = 'me'
           AND "metricType" = 'HEART_RATE_VARIABILITY_RMSSD' ORDER BY "recordedAt" """
    )
    assert nights == [[hrv_of(day)] for day in DAYS]
    assert rows(backend, "Meal") == 2 * len(DAYS)
    again = run(ring, food, *options, "--json")
    changes = json.loads(again.stdout)["changes"]
    assert {tuple(change.values()) for change in changes.values()} == {(0, 0, 0)}


def test_a_later_import_adds_and_only_replace_takes_away(
    write: Write, settings_env: object, database_url: str, backend: Backend
) -> None:
    options = ("--user", "me", "--database-url", database_url, "--json")
    assert run(write("ring.zip", exports.oura_v2_members()), *options).exit_code == 0
    readings = rows(backend, "HealthMetric")
    assert run(write("food.zip", exports.cronometer_members()), *options).exit_code == 0
    assert (rows(backend, "HealthMetric"), rows(backend, "Meal")) == (readings, 2 * len(DAYS))
    replaced = run(write("food.zip", exports.cronometer_members()), *options, "--replace")
    assert json.loads(replaced.stdout)["changes"]["HealthMetric"]["removed"] == readings
    assert rows(backend, "HealthMetric") == 0


def test_the_journal_holds_what_no_table_does(
    write: Write, settings_env: object, database_url: str, backend: Backend
) -> None:
    options = ("--user", "me", "--timezone", ZONE, "--database-url", database_url, "--json")
    assert run(write("whoop.zip", exports.whoop_members()), *options).exit_code == 0
    said = dict(backend.run("""SELECT "date"::text, "value" FROM ml."DayContext" WHERE "name" = 'alcohol'"""))
    assert said == {str(day - timedelta(days=1)): float(day.toordinal() % 3 == 0) for day in DAYS}
    none = backend.run("""SELECT "value" FROM ml."DayContext" WHERE "name" = 'drinks'""")
    assert none == [[0.0]] * sum(day.toordinal() % 3 != 0 for day in DAYS)


def test_a_preview_opens_no_database_and_says_what_is_left_out(write: Write) -> None:
    path = write("whoop.zip", exports.whoop_members() | {"readme.xyz": b"nothing"})
    shown = run(
        path, "--user", "me", "--dry-run", "--database-url", "postgresql://nowhere.invalid/x", "--json"
    )
    assert shown.exit_code == 0, shown.output
    outcome = json.loads(shown.stdout)
    kinds = {one["kind"]: one for one in outcome["recognised"]}
    assert set(kinds) == {"WHOOP cycles", "WHOOP sleeps", "WHOOP workouts", "WHOOP journal"}
    assert kinds["WHOOP cycles"]["days"] == len(DAYS)
    journal = kinds["WHOOP journal"]["leftOut"]
    assert journal["answers to questions that are not taken"] == len(DAYS)
    assert journal["answers without their night"] == 1
    assert outcome["unknownFiles"] == ["readme.xyz"]
    assert outcome["timezone"].startswith("Etc/GMT")


def test_standard_input_and_folders_are_read(tmp_path: Path) -> None:
    packed = exports.zipped(exports.garmin_members())
    options = ("--user", "me", "--dry-run", "--json")
    piped = json.loads(run("-", *options, stdin=packed).stdout)
    for name, content in exports.garmin_members().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    unpacked = json.loads(run(tmp_path, *options).stdout)

    def kinds(outcome: dict[str, Any]) -> list[Any]:
        return sorted(outcome["recognised"], key=lambda one: str(one["kind"]))

    assert kinds(unpacked) == kinds(piped)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("{oura}",), (2, "--user")),
        (("{oura}", "--user", "me", "--timezone", "Mars/Base"), (2, "time zone")),
        (("nowhere.zip", "--user", "me"), (2, "no such file")),
        (("{oura}", "--user", "me", "--until", "2026-01-01"), (2, "tidy")),
        (("{broken}", "--user", "me"), (1, "damaged")),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_line(
    arguments: tuple[str, ...], refusal: tuple[int, str], write: Write, tmp_path: Path, backend: Backend
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 cut")
    paths = {"oura": write("oura.zip", exports.oura_v2_members()), "broken": broken}
    refused = run(*(argument.format(**paths) for argument in arguments))
    exit_code, words = refusal
    assert refused.exit_code == exit_code, refused.output
    assert words in refused.output + str(refused.exception)
    assert "Traceback" not in refused.output
    assert rows(backend, "HealthMetric") == 0
