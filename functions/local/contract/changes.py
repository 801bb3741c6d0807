"""What a contract has that an earlier one had not, and the version that calls for. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.local.contract.compatibility import (
    METHODS,
    Document,
    find_breaking_changes,
)

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Changes:
    broken: tuple[str, ...]
    deprecated: tuple[str, ...]
    added: tuple[str, ...]


def compare(old: Document, new: Document) -> Changes:
    return Changes(
        tuple(find_breaking_changes(old, new)),
        tuple(_list_deprecated(old, new)),
        tuple(dict.fromkeys((*_list_new_operations(old, new), *_list_new_fields(old, new)))),
    )


def least_version(old: Version, changes: Changes) -> Version:
    """Return the least that semantic versioning lets follow `old`."""
    major, minor, patch = old
    if changes.broken:
        return major + 1, 0, 0
    return (major, minor + 1, 0) if changes.added or changes.deprecated else (major, minor, patch)


def version_of(document: Document) -> Version:
    major, minor, patch = map(int, document["info"]["version"].split("."))
    return major, minor, patch


def find_removed_early(kept: list[Document], new: Document) -> list[str]:
    """Return operations of the `kept` contracts that `new` lacks and that not all of these deprecated."""
    present = operations(new).keys()
    return sorted(
        name
        for name in {name for document in kept for name in operations(document)} - present
        if not all(operations(document).get(name, {}).get("deprecated") for document in kept)
    )


def operations(document: Document) -> dict[str, Document]:
    """`GET /path` -> the operation."""
    return {
        f"{method.upper()} {path}": methods[method]
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods
    }


def _list_deprecated(old: Document, new: Document) -> Iterator[str]:
    before = operations(old)
    for name, operation in operations(new).items():
        if operation.get("deprecated") and not before.get(name, {}).get("deprecated"):
            yield f"`{name}`"


def _list_new_operations(old: Document, new: Document) -> Iterator[str]:
    before = operations(old)
    for name, operation in operations(new).items():
        if name not in before:
            yield f"`{name}`"
            continue
        known = {one["name"] for one in before[name].get("parameters", ())}
        for one in operation.get("parameters", ()):
            if one["name"] not in known:
                yield f"`{name}` takes `{one['name']}`"
        if "requestBody" in operation and "requestBody" not in before[name]:
            yield f"`{name}` takes a body"


def _list_new_fields(old: Document, new: Document) -> Iterator[str]:
    """Fields and values of schemas that were there; a new schema comes with what refers to it."""
    for name, schema in new["components"]["schemas"].items():
        before = old["components"]["schemas"].get(name)
        if before is None:
            continue
        if fields := schema.get("properties", {}).keys() - before.get("properties", {}).keys():
            yield f"`{name}` has {_join(fields)}"
        if "enum" in before and (values := set(schema.get("enum", ())) - set(before["enum"])):
            yield f"`{name}` may be {_join(values)}"


def _join(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
