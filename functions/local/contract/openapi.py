"""One OpenAPI document out of the functions' own. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from common.errors import ConfigurationError

Document = Mapping[str, Any]

TITLE = "Nutri ML Service"


def merge_documents(documents: Iterable[Document]) -> dict[str, Any]:
    """Return paths, components and tags of all. What every function has (its health, say) appears once.

    Raises ConfigurationError if two functions mean different things by one name.
    """
    merged: dict[str, Any] = {}
    for document in documents:
        for key, value in document.items():
            if key == "tags":
                tags = merged.setdefault("tags", [])
                tags.extend(tag for tag in value if tag not in tags)
            elif key == "paths":
                merged[key] = {**value, **merged.get(key, {})}
            elif key == "components":
                merged[key] = _merge_components(merged.get(key, {}), value)
            else:
                merged.setdefault(key, value)
    merged["info"] = {**merged.get("info", {}), "title": TITLE}
    return merged


def _merge_components(left: Document, right: Document) -> dict[str, Any]:
    merged = {kind: dict(entries) for kind, entries in left.items()}
    for kind, entries in right.items():
        known = merged.setdefault(kind, {})
        for name, entry in entries.items():
            if known.setdefault(name, entry) != entry:
                raise ConfigurationError(f"two functions define {kind}/{name} differently")
    return merged
