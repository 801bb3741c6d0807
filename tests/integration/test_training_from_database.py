"""`nutri train --from-database`: challengers with those who share, and nothing kept of them afterwards."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")

from common.settings import get_settings
from functions.local.cli.app import app
from functions.local.registry import training
from model_export.data.database import load_sharers
from tests.fixtures.backend import Backend
from tests.integration.people import add_person

pytestmark = pytest.mark.train
TODAY = datetime.now(UTC).date()
ARTIFACTS = get_settings().models


def run_train(tmp_path: Path) -> Any:
    folder = str(tmp_path)
    options = ["--from-database", "--data", folder, "--work", folder, "--state", folder]
    return CliRunner().invoke(app, ["train", *options])


def test_nobody_who_shares_means_nothing_is_trained(backend: Backend, tmp_path: Path) -> None:
    add_person("keeps-to-herself", days=40, last=TODAY)
    ran = run_train(tmp_path)
    assert ran.exit_code != 0
    assert "Nobody in this database shares" in str(ran.exception)
    assert not list(tmp_path.rglob("*.parquet"))
    assert backend.run('SELECT count(*) FROM ml."Model"') == [[0]]


def test_both_models_become_challengers_and_what_was_read_is_gone(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("sharing", days=60, last=TODAY - timedelta(days=1))
    backend.add_profile("sharing", shareDataForResearch=True)

    used: list[Path] = []

    def train(data: Path, out: Path, *, work: Path, sharers: Path, without: object, done: object) -> str:
        (person,) = load_sharers(sharers)
        assert person.dataset == "service"
        assert sharers.parent == work
        used.append(work)
        shutil.copytree(ARTIFACTS, out)
        return "the table"

    monkeypatch.setattr(training, "run", train)
    ran = run_train(tmp_path)
    assert ran.exit_code == 0, ran.output
    assert "the table" in ran.output
    assert "1 people of the database took part" in ran.output
    (work,) = used
    assert not work.exists()
    rows = backend.run('SELECT "metric", "alias", "trafficShare" FROM ml."Model" ORDER BY 1')
    assert rows == [["hrv", "challenger", 0.0], ["rhr", "challenger", 0.0]]
