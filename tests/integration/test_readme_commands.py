"""Every command in a README works as written: run here on a running service, or listed with the reason."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from functions.local.reference import READMES
from tests.fixtures.service import running_service

PROJECT = Path(__file__).parents[2]
PAGES = (*READMES, PROJECT / "functions" / "INTEGRATION.md", PROJECT / ".github" / "CONTRIBUTING.md")
ALL_PAGES = (*PAGES, PROJECT / "functions" / "local" / "client" / "README.md")
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
DATE = re.compile(r"\d{4}-\d\d-\d\d")
LINE = re.compile(r"^\$ ")
SECONDS = 120

ACCOUNT = "needs an AWS account"
DATABASE = "needs a deployed database; run in order, each as its role, by test_deploy_roles"
OWN_EXPORT = "needs a reader's own export; test_import_exports does it with an invented one"
NOT_RUN = {
    "make dev": "run by the fixture of this module, as `nutri dev`",
    "make test": "run by CI itself",
    "make check": "run by CI itself",
    "make .venv/all": "run by CI itself, before `make test`",
    ".venv/bin/nutri docs": "writes into the repository; test_readme compares",
    ".venv/bin/nutri openapi": "writes into the repository; test_openapi compares",
    "make train": "minutes long, and needs NUTRI_DATA_DIR",
    "make evaluate": "minutes long, and needs NUTRI_DATA_DIR",
    "make images": "minutes long, and needs an engine; test_images checks what it builds from",
    "make images ARGS=--release": "minutes long, and needs an engine",
    "make pin-images": "needs a registry of images",
    "sam build": ACCOUNT,
    "sam deploy --guided --stack-name nutri --resolve-image-repos --capabilities CAPABILITY_IAM": ACCOUNT,
    "python3 -m venv .venv && .venv/bin/pip install -c requirements.txt -e '.[local]'": "run by `make dev`",
    '.venv/bin/nutri migrate --database-url "$MIGRATOR_URL"': DATABASE,
    '.venv/bin/nutri doctor --database-url "$SERVICE_URL"': DATABASE,
}
PREFIXES = {
    "aws ": ACCOUNT,
    "psql ": DATABASE,
    ".venv/bin/nutri import ~/": OWN_EXPORT,
    ".venv/bin/nutri report me": OWN_EXPORT,
    ".venv/bin/pytest tests/": "a part of `make test`, which CI runs",
    "UPDATE_GOLDEN=1 .venv/bin/pytest tests/": "writes what test_insights_language compares",
    ".venv/bin/python -m tests.unit.": "writes a pinned file; run in a copy by test_contributing",
}


def commands_of(page: Path) -> list[str]:
    """The lines of its shell blocks; in those with a prompt only what follows one."""
    found = []
    for block in BLOCK.findall(page.read_text()):
        lines = block.splitlines()
        prompted = [LINE.sub("", line) for line in lines if LINE.match(line)]
        found += prompted or [line for line in lines if line]
    return [line.partition("     #")[0].rstrip() for line in found]


COMMANDS = list(dict.fromkeys(command for page in PAGES for command in commands_of(page)))


def reason(command: str) -> str | None:
    by_prefix = (why for start, why in PREFIXES.items() if command.startswith(start))
    return NOT_RUN.get(command) or next(by_prefix, None)


RUN = [command for command in COMMANDS if reason(command) is None]


@pytest.fixture(scope="module")
def home(state_directory: Path) -> Iterator[Path]:
    """A folder like a clone in which `make dev` runs: `.nutri`, `.venv` and the model files."""
    folder = state_directory / "clone"
    folder.mkdir()
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / "model_export").symlink_to(PROJECT / "model_export")
    with running_service(folder / ".nutri", "--port", "0") as service:
        service.read_env()
        yield folder


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("command", RUN)
def test_a_command_works_as_it_is_written(command: str, home: Path) -> None:
    # demo people are loaded up to today: yesterday stands for the days of the examples
    yesterday = str(datetime.now(UTC).date() - timedelta(days=1))
    written = DATE.sub(yesterday, command) if "demo-" in command else command
    before = 'export PATH="$PWD/.venv/bin:$PATH"; . .nutri/env; '
    done = subprocess.run(
        ["bash", "-c", before + written.replace("curl ", "curl -fsS ")],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    assert done.stdout or command.startswith(". ")


def blocks_of(kind: str) -> list[str]:
    found = re.compile(rf"^```{kind}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [block for page in ALL_PAGES for block in found.findall(page.read_text())]


@pytest.mark.e2e
@pytest.mark.parametrize("block", blocks_of("sql"))
def test_every_sql_block_finds_what_it_says(block: str, home: Path) -> None:
    env = dict(re.findall(r"export (\w+)=(\S+)", (home / ".nutri" / "env").read_text()))
    for path in (
        "insights/demo-anna",
        f"predictions/demo-anna/{datetime.now(UTC).date() + timedelta(days=1)}",
    ):
        with urllib.request.urlopen(f"{env['GATEWAY_URL']}/api/{path}", timeout=60) as answer:
            answer.read()
    engine = create_engine(env["DATABASE_URL"].replace("postgresql://", "postgresql+pg8000://"))
    with engine.connect() as connection:
        for statement in filter(str.strip, block.split(";")):
            assert connection.exec_driver_sql(statement).all(), statement
    engine.dispose()


def test_every_json_block_is_json() -> None:
    for block in blocks_of("json"):
        json.loads(block)


def test_every_kind_of_block_is_run_compiled_or_only_shown() -> None:
    """SQL, JSON and shell here; TypeScript in test_client; Python in test_contributing."""
    kinds = {kind for page in ALL_PAGES for kind in re.findall(r"(?m)^```(\w+)$", page.read_text())}
    assert kinds <= {"sh", "console", "sql", "json", "ts", "python", "text", "mermaid"}


def test_nothing_is_excused_that_no_readme_says() -> None:
    assert [command for command in NOT_RUN if command not in COMMANDS] == []


def test_enough_is_run_to_mean_something() -> None:
    assert len(RUN) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_make_target_named_in_prose_exists(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (PROJECT / "Makefile").read_text()))
    named = set(re.findall(r"`make ([a-z-]+)", page.read_text()))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_nutri_command_named_in_prose_exists(page: Path) -> None:
    from functions.local.cli.app import app  # noqa: PLC0415

    known = {command.name for command in app.registered_commands} | {
        group.name for group in app.registered_groups
    }
    named = set(re.findall(r"`nutri ([a-z]+)", page.read_text()))
    assert named <= known
