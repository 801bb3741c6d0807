"""The released contracts, kept without words and examples, and the changelog made of them."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from functions.local import PROJECT
from functions.local.contract.changes import compare, version_of
from functions.local.contract.compatibility import Document

PRESENT = PROJECT / "functions" / "openapi.json"
RELEASED = Path(__file__).with_name("released")
WORDS = {"description", "summary", "example", "title", "servers"}
MINORS_KEPT = 2


def read_released() -> list[Document]:
    """Return every released contract, the latest last."""
    return sorted((json.loads(path.read_text()) for path in RELEASED.glob("*.json")), key=version_of)


def read_present() -> Document:
    present: Document = json.loads(PRESENT.read_text())
    return present


def release(document: Document, folder: Path = RELEASED) -> Path:
    """Keep this contract as released. Returns the file."""
    path = folder / f"{document['info']['version']}.json"
    path.write_text(json.dumps(strip_words(document), indent=1, sort_keys=True) + "\n")
    return path


def strip_words(value: Any, names_follow: bool = False) -> Any:
    """Without what only explains; `names_follow` where keys are names rather than words of OpenAPI."""
    if isinstance(value, list):
        return [strip_words(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: strip_words(one, names_follow=key in {"properties", "schemas"} and not names_follow)
        for key, one in value.items()
        if names_follow or key not in WORDS
    }


def last_minors(released: Sequence[Document]) -> list[Document]:
    """Return the latest release of each of the last two minor versions."""
    latest = {version_of(document)[:2]: document for document in released}
    return [latest[minor] for minor in sorted(latest)[-MINORS_KEPT:]]


def write_changelog(released: Sequence[Document], present: Document) -> str:
    """Return Markdown, the latest version first: what each has that the one before it had not."""
    versions = [*released]
    if version_of(present) > version_of(released[-1]):
        versions.append(present)
    sections = ["\n".join(_section(old, new)) for old, new in pairwise(versions)]
    first = f"## {versions[0]['info']['version']}\n\nThe first release."
    return "\n\n".join((*reversed(sections), first))


def _section(old: Document, new: Document) -> Iterator[str]:
    changes = compare(old, new)
    yield f"## {new['info']['version']}"
    told = (("Broken", changes.broken), ("Deprecated", changes.deprecated), ("New", changes.added))
    for heading, lines in told:
        if lines:
            yield f"\n### {heading}\n"
            yield from (f"- {line}" for line in lines)
