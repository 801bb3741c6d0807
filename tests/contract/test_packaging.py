"""Every function works with its own files and its declared layers, and with nothing else within reach."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.local.demo import load_demo
from functions.local.template import Function, read_template
from tests.fixtures.bundles import ROOT, RUNTIME_CLIENT, lay_out_function, lay_out_layer, lay_out_packages
from tests.fixtures.emulated import Emulated, running_emulator

BOOT = ROOT / "tests" / "fixtures" / "isolated_boot.py"
FUNCTIONS = read_template(ROOT / "template.yaml").functions
NAMES = [function.name for function in FUNCTIONS]
NEVER = (
    "boto3",
    "botocore",
    "moto",
    "torch",
    "xgboost",
    "sklearn",
    "statsmodels",
    "pandas",
    "prophet",
    "alembic",
)
OF_A_LAYER = {"statistics": "scipy", "inference": "onnxruntime"}
USER = "demo-anna"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("bundles")
    for name in NAMES:
        lay_out_function(name, home / name)
    for layer in ("core", *OF_A_LAYER):
        lay_out_layer(layer, home / "layers" / layer)
    lay_out_packages(RUNTIME_CLIENT, home / "runtime")
    (home / "template.yaml").write_bytes((ROOT / "template.yaml").read_bytes())
    return home


def isolated(bundles: Path, function: Function) -> list[str]:
    layers = [str(bundles / "layers" / layer) for layer in function.layers]
    python = [sys.executable, "-I", "-S", "-B", str(BOOT)]
    return [*python, function.handler, str(bundles / function.name), *layers, str(bundles / "runtime")]


@pytest.fixture(scope="module")
def emulated(bundles: Path, database_url: str, redis_url: str) -> Iterator[Emulated]:
    load_demo(database_url)
    variables = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENVIRONMENT": "development"}
    with running_emulator(
        bundles / "template.yaml", variables=variables, command=lambda f: isolated(bundles, f)
    ) as running:
        yield running


@pytest.mark.parametrize("name", [function.name for function in FUNCTIONS if function.has_url])
def test_a_function_is_healthy_with_its_declared_layers_alone(emulated: Emulated, name: str) -> None:
    answer = emulated.call("GET", "/health", at=name)
    assert (answer.status, answer.json()["status"]) == (200, "healthy"), emulated.log


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/api/features/{USER}/{YESTERDAY}", None),
        ("GET", f"/api/correlations/{USER}", None),
        ("POST", "/api/predictions/rhr", f'{{"userId": "{USER}"}}'),
        ("POST", "/api/predictions/hrv", f'{{"userId": "{USER}"}}'),
        ("POST", f"/api/insights/{USER}/generate", None),
    ],
)
def test_a_function_computes_with_its_declared_layers_alone(
    emulated: Emulated, method: str, path: str, body: str | None
) -> None:
    answer = emulated.call(method, path, body, {"content-type": "application/json"})
    assert answer.status == 200, (answer.body, emulated.log)


def test_the_night_runs_with_its_declared_layers_alone(emulated: Emulated) -> None:
    answer = emulated.invoke("nightly", {"source": "aws.events", "time": f"{YESTERDAY}T03:00:00Z"})
    assert answer.headers["x-amz-function-error"] is None, (answer.body, emulated.log)


@pytest.mark.parametrize("function", FUNCTIONS, ids=NAMES)
def test_what_is_not_declared_cannot_be_imported(bundles: Path, function: Function) -> None:
    undeclared = [*NEVER, *(OF_A_LAYER[layer] for layer in OF_A_LAYER if layer not in function.layers)]
    code = "\n".join(
        [
            "import sys",
            f"sys.path[:0] = {isolated(bundles, function)[6:]!r}",
            "import importlib.util",
            f"print([name for name in {undeclared!r} if importlib.util.find_spec(name)])",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_handler_that_imports_what_is_not_declared_does_not_start(bundles: Path) -> None:
    handler = bundles / "features" / "functions" / "features" / "handler.py"
    code = handler.read_text()
    try:
        handler.write_text(f"import pandas\n{code}")
        with running_emulator(bundles / "template.yaml", command=lambda f: isolated(bundles, f)) as emulated:
            assert emulated.call("GET", "/", at="features").status == 502
            assert "No module named 'pandas'" in emulated.log
    finally:
        handler.write_text(code)
