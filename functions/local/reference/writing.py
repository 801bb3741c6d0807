"""Finds the generated parts of a README and replaces what is in them. Knows no part."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from common.errors import ConfigurationError
from functions.local import PROJECT

READMES = (
    *(
        PROJECT / folder / "README.md"
        for folder in ("", "functions", "layers", "common", "model_export", "tests")
    ),
    PROJECT / "functions" / "CHANGELOG.md",
)
PART = re.compile(r"<!-- generated: (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)


def rewrite(readme: Path, makers: Mapping[str, Callable[[], str]]) -> str:
    """Return what the README should hold. Raises ConfigurationError for a part nobody makes."""

    def make(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in makers:
            raise ConfigurationError(f"{readme.parent.name}/{readme.name} asks for an unknown part: {name}")
        return f"<!-- generated: {name} -->\n{makers[name]()}\n<!-- end -->"

    return PART.sub(make, readme.read_text())


def tabulate(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [headers, tuple("---" for _ in headers), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
