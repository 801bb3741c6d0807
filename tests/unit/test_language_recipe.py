"""The recipe for a language in CONTRIBUTING, followed in a copy as it is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / ".github" / "CONTRIBUTING.md").read_text()
RECIPE = PAGE[PAGE.index("## A language") :].partition("\n## ")[0]
WATCHED = {
    "test_insights_language.py": ("FORBIDDEN", "ALLOWED"),
    "test_insights_safety.py": ("LEADS_TO_LESS", "PRAISE"),
}
INSIGHTS = Path("common", "compute", "insights")


def translate(text: str) -> str:
    """Stands in for a translator: names, and the language whose rules write numbers."""
    return text.replace("german", "dutch").replace("GERMAN", "DUTCH").replace('cldr="de"', 'cldr="nl"')


def test_a_language_takes_what_the_page_says_and_no_more(tmp_path: Path) -> None:
    for name in ("common", "functions", "layers", "tests", "model_export"):
        ignored = shutil.ignore_patterns("node_modules", "__pycache__", "build", "dist", "integration", "e2e")
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    shutil.copy(PROJECT / "template.yaml", tmp_path)
    for name in re.findall(r"`(german\w*\.py)`", RECIPE):
        text = (tmp_path / INSIGHTS / name).read_text()
        (tmp_path / INSIGHTS / translate(name)).write_text(translate(text))
    (lines,) = re.findall(r"```python\n(.*?)\n(.*?)\n```", RECIPE, re.DOTALL)
    language = tmp_path / INSIGHTS / "language.py"
    text = language.read_text().replace('    "de": GERMAN,\n', f'    "de": GERMAN,\n{lines[1]}\n')
    language.write_text(
        text.replace(
            "from common.compute.insights.german", f"{lines[0]}\nfrom common.compute.insights.german"
        )
    )
    dockerfile = tmp_path / "layers" / "words" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace(' de"', ' de nl"'))
    for name, tables in WATCHED.items():
        path = tmp_path / "tests" / "unit" / name
        assert f"`tests/unit/{name}`" in RECIPE
        path.write_text(
            path.read_text() + "".join(f'\n{table}["nl"] = {table}["de"]' for table in tables) + "\n"
        )
    (command,) = re.findall(r"^UPDATE_GOLDEN=1 \.venv/bin/pytest (.+)$", RECIPE, re.MULTILINE)
    images = "tests/unit/test_images.py::test_the_image_keeps_the_language_data_of_every_language_there_is"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *command.split(), images],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "UPDATE_GOLDEN": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    said = (tmp_path / "tests" / "unit" / "golden" / "insights_nl_metric.md").read_text()
    assert "30 maart" in said
