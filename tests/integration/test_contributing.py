"""The walk of CONTRIBUTING from a clone to a first feature, done in a copy as it is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / ".github" / "CONTRIBUTING.md"
STEP = re.compile(r"`([\w/]+\.py)`[^`]*?(?:In\s`\w+`, )?behind `(\w+)`:\n\n```text\n(.*?)```", re.DOTALL)
COPIED = ("common", "functions", "layers", "model_export", "tests", ".github", "README.md", "pyproject.toml")
CHANGED = {
    "common/README.md",
    "common/compute/features/catalogue.py",
    "common/compute/features/nutrition.py",
    "tests/unit/features_pinned.json",
    "tests/unit/features_reference.py",
}


def insert_behind(path: Path, name: str, lines: str) -> None:
    """After the entry called `name`: its line, or the call that begins before it."""
    text = path.read_text()
    start = text.index(f'"{name}"')
    closing = "\n" if lines.lstrip().startswith('"') else "\n    ),\n"
    end = text.index(closing, start) + len(closing)
    path.write_text(text[:end] + lines + text[end:])


def test_a_first_feature_takes_what_the_page_says_and_no_more(tmp_path: Path) -> None:
    for name in COPIED:
        source = PROJECT / name
        ignored = shutil.ignore_patterns("node_modules", "__pycache__", "build", "dist")
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    for name in ("Makefile", "template.yaml", "serverless.yml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    steps = STEP.findall(PAGE.read_text())
    assert len(steps) == 2
    for path, name, lines in steps:
        insert_behind(tmp_path / path, name, lines)
    catalogue = tmp_path / "common" / "compute" / "features" / "catalogue.py"
    catalogue.write_text(
        re.sub(
            r'FEATURE_VERSION = "(\d+)"',
            lambda found: f'FEATURE_VERSION = "{int(found[1]) + 1}"',
            catalogue.read_text(),
        )
    )
    written = re.findall(r"^\.venv/bin/(.+)$", PAGE.read_text(), re.MULTILINE)
    programs = [command for command in written if "demo-" not in command]
    assert len(programs) == 3
    for command in programs:
        program, *arguments = command.split()
        done = subprocess.run(
            [Path(sys.executable).parent / program, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": "-q -x -p no:cacheprovider"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-2000:]}"
    assert " passed" in done.stdout
    differ = {
        str(path.relative_to(tmp_path))
        for name in COPIED
        for path in (tmp_path / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if path.read_bytes() != (PROJECT / path.relative_to(tmp_path)).read_bytes()
    }
    assert differ == CHANGED
    assert "protein_per_meal" in (tmp_path / "common" / "README.md").read_text()
