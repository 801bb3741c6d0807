"""Every function works with its own files and its declared layers, with nothing else within reach.

Nor does it connect to anything but PostgreSQL and Redis.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.local.data.demo import load_demo
from functions.local.emulator.template import Function, read_template
from tests.fixtures.bundles import ROOT, RUNTIME_CLIENT, lay_out_function, lay_out_layer, lay_out_packages
from tests.fixtures.emulated import Emulated, running_emulator

ISOLATED_PYTHON = (sys.executable, "-I", "-S", "-B")
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
OF_A_LAYER = {"statistics": "scipy", "inference": "onnxruntime", "words": "babel"}
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
    for name in ("template.yaml", "functions/nightly/night.asl.json"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, home / name)
    return home


def isolate(bundles: Path, *urls: str) -> Callable[[Function], list[str]]:
    """Commands that run a function with its files and layers, allowed to connect to these servers."""
    ports = ",".join(str(urlsplit(url).port) for url in urls)

    def command(function: Function) -> list[str]:
        layers = [str(bundles / "layers" / layer) for layer in function.layers]
        directories = [str(bundles / function.name), *layers, str(bundles / "runtime")]
        return [*ISOLATED_PYTHON, str(BOOT), function.handler, ports, *directories]

    return command


@pytest.fixture(scope="module")
def emulated(bundles: Path, database_url: str, redis_url: str) -> Iterator[Emulated]:
    load_demo(database_url)
    variables = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENVIRONMENT": "development"}
    command = isolate(bundles, database_url, redis_url)
    with running_emulator(bundles / "template.yaml", variables=variables, command=command) as running:
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
    directories = isolate(bundles, "redis://localhost:1")(function)[7:]
    code = f"import sys\nsys.path[:0] = {directories}\nfrom importlib.util import find_spec\n"
    code += f"print([name for name in {undeclared!r} if find_spec(name)])"
    done = subprocess.run([*ISOLATED_PYTHON, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("import pandas", "No module named 'pandas'"),
        (
            "import socket; socket.create_connection(('127.0.0.1', 9))",
            "a socket to ('127.0.0.1', 9) was refused",
        ),
    ],
)
def test_the_proof_would_notice(bundles: Path, statement: str, complaint: str) -> None:
    handler = bundles / "features" / "functions" / "features" / "handler.py"
    code = handler.read_text()
    try:
        handler.write_text(f"{statement}\n{code}")
        command = isolate(bundles, "redis://localhost:1")
        with running_emulator(bundles / "template.yaml", command=command) as emulated:
            assert emulated.call("GET", "/", at="features").status == 502
            assert complaint in emulated.log
    finally:
        handler.write_text(code)
