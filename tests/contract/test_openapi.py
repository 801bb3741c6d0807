"""The committed HTTP contract is what the code serves, and how the code serves it."""

from collections.abc import Iterator
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from functions.local.cli.openapi import write_document

COMMITTED = Path(__file__).parents[2] / "functions" / "openapi.json"


def test_the_committed_document_is_the_codes(tmp_path: Path) -> None:
    fresh = tmp_path / "openapi.json"
    write_document(output=fresh, check=False)
    assert COMMITTED.read_text() == fresh.read_text(), "run `nutri openapi`"


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
