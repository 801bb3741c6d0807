"""What the gateway makes of several functions' documents, health and metrics."""

from typing import Any

import pytest

from common.errors import ConfigurationError
from functions.local.contract.openapi import merge_documents
from functions.local.emulator.health import merge_health


def health(status: str, database: str, redis: str) -> dict[str, Any]:
    return {"status": status, "service": "s", "dependencies": {"database": database, "redis": redis}}


def test_health_is_that_of_the_worst_function_part_by_part() -> None:
    merged = merge_health(
        [health("degraded", "healthy", "unhealthy"), health("healthy", "healthy", "healthy")]
    )
    assert merged == health("degraded", "healthy", "unhealthy")


def test_a_function_without_a_health_answer_is_unhealthy() -> None:
    assert merge_health([health("healthy", "healthy", "healthy"), {}])["status"] == "unhealthy"
    assert merge_health([{"Message": "Internal Server Error"}])["status"] == "unhealthy"


def test_documents_are_joined_and_shared_parts_appear_once() -> None:
    left = {
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {}, "/health": {}},
        "tags": [{"name": "x"}],
    }
    right = {
        "info": {"title": "u"},
        "paths": {"/b": {}, "/health": {}},
        "tags": [{"name": "x"}, {"name": "y"}],
    }
    merged = merge_documents([left, right])
    assert sorted(merged["paths"]) == ["/a", "/b", "/health"]
    assert merged["tags"] == [{"name": "x"}, {"name": "y"}]
    assert merged["info"] == {"title": "Nutri ML Service", "version": "1"}


def test_one_schema_name_for_two_things_is_refused() -> None:
    documents = [{"components": {"schemas": {"Day": {"type": kind}}}} for kind in ("object", "string")]
    with pytest.raises(ConfigurationError, match="schemas/Day"):
        merge_documents(documents)


def test_merging_changes_no_document() -> None:
    document = {"components": {"schemas": {"A": {}}}, "paths": {"/a": {}}, "tags": [{"name": "x"}]}
    merge_documents(
        [document, {"components": {"schemas": {"B": {}}}, "paths": {"/b": {}}, "tags": [{"name": "z"}]}]
    )
    assert document == {"components": {"schemas": {"A": {}}}, "paths": {"/a": {}}, "tags": [{"name": "x"}]}
