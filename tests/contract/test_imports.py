"""What importing a handler loads: every library costs each cold start, so each function has only its own."""

import subprocess
import sys
from collections.abc import Iterator

import grimp
import pytest

COMMON = {"numpy", "sqlalchemy", "pg8000", "redis", "fastapi", "mangum"}
LIBRARIES = COMMON | {
    "scipy",
    "onnxruntime",
    "alembic",
    "pandas",
    "torch",
    "sklearn",
    "boto3",
    "typer",
    "yaml",
    "babel",
}
LOADS = {
    "features": COMMON,
    "correlations": COMMON | {"scipy"},
    "predictions": COMMON | {"onnxruntime"},
    "insights": COMMON,
    "nightly": COMMON - {"fastapi", "mangum"} | {"scipy", "onnxruntime"},
}


@pytest.mark.parametrize("function", LOADS)
def test_a_handler_loads_only_what_its_function_needs(function: str) -> None:
    listing = f"import sys, functions.{function}.handler; print(*sys.modules)"
    environment = {"ENVIRONMENT": "development", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True, env=environment
    )
    assert LIBRARIES & set(done.stdout.split()) == LOADS[function]


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports inside functions count: they only hide a circle."""
    graph = grimp.build_graph("common", "functions", "model_export")
    circles = [
        (importer, imported)
        for importer, imported in _imports(graph)
        if graph.chain_exists(imported, importer)
    ]
    assert circles == []


def _imports(graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            yield importer, imported
