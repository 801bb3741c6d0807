"""Every command of `nutri` explains itself, by an example that it accepts and words for each option."""

import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from functions.local.cli.app import app

PROJECT = Path(__file__).parents[2]
ROOT = typer.main.get_command(app)
MARK = "Example: "
WITHOUT_JSON = {
    ("dev",): "serves until it is ended; its URLs are in <state>/env, as a shell and Python read them",
    ("openapi",): "what it writes is JSON itself",
    ("docs",): "writes Markdown; whether it differs is its exit code",
}


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Path and command, groups left out. Typer's commands are of a copy of click that has no public name."""
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from walk(below, (*path, name))
    else:
        yield path, command


COMMANDS = dict(walk(ROOT))


def example_of(command: Any) -> list[str]:
    lines = [line.strip() for line in (command.help or "").splitlines()]
    (example,) = [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]
    return shlex.split(example)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_shows_an_example_that_the_command_accepts(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert MARK in shown.output
    words = example_of(COMMANDS[path])
    assert words[: len(path) + 1] == ["nutri", *path]
    monkeypatch.chdir(tmp_path)
    for word in words:
        if word.endswith(".csv"):
            Path(word).touch()
    # reads the words as a call would, and runs nothing
    COMMANDS[path].make_context(path[-1], words[len(path) + 1 :])


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_what_answers_data_answers_it_as_json(path: tuple[str, ...]) -> None:
    options = {option for parameter in COMMANDS[path].params for option in parameter.opts}
    assert ("--json" in options) is (path not in WITHOUT_JSON)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_its_exit_codes_are_in_its_help(path: tuple[str, ...]) -> None:
    """Beside those of every command, which the help of `nutri` itself tells."""
    source = inspect.getsource(inspect.unwrap(COMMANDS[path].callback))
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200"}).output
    for code in re.findall(r"typer\.Exit\((\d)\)", source):
        assert f"Exit code {code}: " in shown


def test_the_exit_codes_of_every_command_are_in_the_help() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output.split())
    assert "Exit codes: 0 done, 1 the work failed" in shown
    assert "2 the call or the configuration cannot be accepted" in shown


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    for parameter in COMMANDS[path].params:
        assert getattr(parameter, "help", None), f"{parameter.name} of nutri {' '.join(path)}"


def test_the_shell_can_complete_commands() -> None:
    asked = {"_NUTRI_COMPLETE": "complete_bash", "COMP_WORDS": "nutri mod", "COMP_CWORD": "1"}
    shown = CliRunner().invoke(app, [], env=asked, prog_name="nutri")
    assert shown.output.split() == ["models"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(("typed", "offered"), [("nutri expl", "explain"), ("nutri models sh", "show")])
def test_bash_completes_what_is_typed(typed: str, offered: str) -> None:
    """By the script that `nutri --install-completion` puts in place."""
    script = """
        source <(_NUTRI_COMPLETE=source_bash nutri)
        COMP_WORDS=($1) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _nutri_completion nutri
        echo "${COMPREPLY[@]}"
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script, "bash", typed],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [offered]


def test_a_wrong_call_exits_with_2_and_says_which_commands_there_are() -> None:
    wrong = CliRunner().invoke(app, ["nonsense"])
    assert wrong.exit_code == 2
    assert "No such command" in wrong.output


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    script = (
        "import sys; from functions.local.cli.app import app; print([m for m in HEAVY if m in sys.modules])"
    )
    heavy = ("torch", "pandas", "scipy", "onnxruntime", "sqlalchemy", "fastapi", "numpy")
    printed = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {heavy}; {script}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    assert printed.stdout.strip() == "[]"
