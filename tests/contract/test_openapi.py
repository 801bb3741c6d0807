"""The committed HTTP contract is what the code serves, and how the code serves it."""

import json
from collections.abc import Iterator
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from functions.local.cli.openapi import write_document
from functions.local.contract.collection import write_collection

COMMITTED = Path(__file__).parents[2] / "functions" / "openapi.json"


def test_the_committed_document_is_the_codes(tmp_path: Path) -> None:
    fresh = tmp_path / "openapi.json"
    write_document(output=fresh, check=False)
    assert COMMITTED.read_text() == fresh.read_text(), "run `nutri openapi`"


def test_the_committed_collection_is_the_contracts() -> None:
    folder = COMMITTED.with_name("collection")
    committed = {
        str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()
    }
    assert committed == write_collection(DOCUMENT), "run `nutri openapi`"


def flat(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for dependency in dependant.dependencies:
        yield from flat(dependency)


@pytest.mark.parametrize("group", ["features", "correlations", "predictions", "insights", "insights.users"])
def test_nothing_of_a_request_hops_to_a_thread(group: str) -> None:
    """An environment serves one request at a time: a thread costs it half a millisecond and wins nothing."""
    module = group if "." in group else f"{group}.app"
    routes = [
        route for route in import_module(f"functions.{module}").router.routes if isinstance(route, APIRoute)
    ]
    assert routes
    for route in routes:
        for called in flat(route.dependant):
            call: Any = called.call
            assert iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__), (route.path, call)


DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_text())
OPEN_MAPS = {
    "ExperimentState.comparison": "statistics that an experiment's night adds to",
    "ExportAnswer.tables": "rows as stored",
}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def properties(schema: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property of a schema and of what is inside it, with where it is."""
    if isinstance(schema, list):
        for one in schema:
            yield from properties(one, name)
    elif isinstance(schema, dict):
        for key, inner in schema.get("properties", {}).items():
            yield f"{name}.{key}", inner
            yield from properties(inner, f"{name}.{key}")
        for part in ("items", "anyOf", "additionalProperties"):
            yield from properties(schema.get(part), name)


PROPERTIES = [
    found for name, schema in DOCUMENT["components"]["schemas"].items() for found in properties(schema, name)
]
NAMED_BY_CODE = ("FeedTotals.by", ".missing.", ".intervals.")
"""Members that say what they are by their names."""


def test_every_property_parameter_and_operation_is_described() -> None:
    assert len(PROPERTIES) > 500
    untold = [
        name
        for name, schema in PROPERTIES
        if not schema.get("description") and not any(part in name for part in NAMED_BY_CODE)
    ]
    untold += [
        f"{name} {parameter['name']}"
        for name, operation in operations()
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    untold += [
        name
        for name, operation in operations()
        if not (operation.get("description") or operation.get("summary"))
    ]
    assert untold == []


def test_every_map_is_typed_or_open_for_a_reason() -> None:
    def is_open(schema: Any) -> bool:
        if isinstance(schema, list):
            return any(map(is_open, schema))
        if not isinstance(schema, dict):
            return False
        untyped = (
            schema.get("type") == "object" and not {"properties", "additionalProperties"} & schema.keys()
        )
        inner = (schema.get(part) for part in ("items", "anyOf", "additionalProperties"))
        return untyped or schema.get("additionalProperties") is True or any(map(is_open, inner))

    assert {name for name, schema in PROPERTIES if is_open(schema)} == OPEN_MAPS.keys()


def test_either_or_is_a_union_that_null_tells_apart() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name in ("BatchResult", "FeedResult", "NightResult"):
        refusals = [
            schemas[one["$ref"].rpartition("/")[2]]["properties"]["refusal"] for one in schemas[name]["anyOf"]
        ]
        assert sorted(one.get("type", "refusal") for one in refusals) == ["null", "refusal"], name


def test_every_operation_has_a_name_of_its_own_a_group_and_says_who_may_ask() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    groups = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    for name, operation in operations():
        assert set(operation["tags"]) <= groups, name
        assert len(operation["tags"]) == 1, name
        assert operation["operationId"].startswith(operation["tags"][0]), name
        open_to_all = not name.partition(" ")[2].startswith("/api/") or name == "GET /api/features/catalog"
        assert operation["security"] == ([] if open_to_all else [{"userToken": []}]), name
    assert DOCUMENT["servers"]
    assert DOCUMENT["info"]["license"]["identifier"] == "MIT"


def test_every_operation_says_how_it_refuses() -> None:
    for name, operation in operations():
        refusals = {status for status in operation["responses"] if status.isdigit() and int(status) >= 400}
        due = {"503"} if operation["tags"] == ["service"] else {"400", "422", "503"}
        due |= {"401", "403", "404", "429"} if operation["security"] else set()
        due |= {"409", "413"} if "requestBody" in operation else set()
        assert due <= refusals, name
        for status in due:
            answer = operation["responses"][status]
            assert "`" in answer["description"], f"{name} {status} names no code"
            assert answer["content"].keys() == {"application/problem+json"}, (name, status)
