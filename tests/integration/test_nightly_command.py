"""`nutri nightly` on a backend's database: the same night as the deployed function's, over processes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.local.cli.app import app
from tests.fixtures.backend import Backend
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module", autouse=True)
def _people(_servers: None, backend: Backend) -> None:
    for n in range(3):
        add_person(f"person-{n}", seed=n, days=60, last=TODAY)


def nightly(database_url: str, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["nightly", "--json", "--database-url", database_url, *words])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_two_processes_compute_everyone_once_and_again_nobody(
    database_url: str, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.nightly.workers.PEOPLE_PER_SHARD", 1)
    yesterday = str(TODAY - timedelta(days=1))
    first = nightly(database_url, "--workers", "2", "--date", yesterday)
    assert (first["people"], first["computed"], first["failed"]) == (3, 3, 0)
    again = nightly(database_url, "--workers", "2", "--date", yesterday)
    assert (again["unchanged"], again["computed"]) == (3, 0)
    assert backend.run('SELECT count(DISTINCT "userId") FROM "MLFeature"') == [[3]]
    assert backend.run('SELECT DISTINCT "day" FROM ml."Night"') == [[TODAY - timedelta(days=1)]]


def test_a_day_that_has_not_begun_anywhere_is_nobody_s(database_url: str) -> None:
    told = nightly(database_url, "--date", str(TODAY + timedelta(days=3)))
    assert told["due"] == 0
