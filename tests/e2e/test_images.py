"""The images themselves, built on a base made here: what they hold, and that they answer with little to hand.

`make prove-images` builds them and runs this where no network but loopback is; elsewhere it is skipped. Each
runs on a read-only root with only /tmp writable, as nobody, without capabilities.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.local.data.demo import load_demo
from functions.local.emulator.template import Function, read_template
from functions.local.images.standin import TAG
from tests.fixtures.bundles import ROOT
from tests.fixtures.emulated import Emulated, running_emulator

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        "NUTRI_PROVE_IMAGES" not in os.environ, reason="make prove-images builds the images first"
    ),
]

FUNCTIONS = read_template(ROOT / "template.yaml").functions
NAMES = [function.name for function in FUNCTIONS]
USER = "demo-anna"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
NOT_INSIDE = (
    "pip",
    "setuptools",
    "boto3",
    "botocore",
    "torch",
    "xgboost",
    "sklearn",
    "statsmodels",
    "pandas",
    "pytest",
    "functions.local",
    "model_export.fit.train",
    "tests",
)


def ask_buildah(*arguments: str) -> str:
    return subprocess.run(["buildah", *arguments], capture_output=True, text=True, check=True).stdout.strip()


class Image:
    """An image's files, mounted, and the command that runs it as a function's platform would."""

    def __init__(self, tag: str) -> None:
        self.container = ask_buildah("from", "--pull-never", tag)
        self.root = Path(ask_buildah("mount", self.container))
        described = json.loads(ask_buildah("inspect", "--type", "image", tag))
        self.config: dict[str, Any] = described["OCIv1"]["config"]

    def command(self, *program: str) -> list[str]:
        variables = [part for pair in self.config["Env"] for part in ("--setenv", *pair.split("=", 1))]
        boundaries = ["--ro-bind", str(self.root), "/", "--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]
        user, group = self.config["User"].split(":")
        rights = ["--unshare-user", "--uid", user, "--gid", group, "--cap-drop", "ALL", "--die-with-parent"]
        return ["bwrap", *boundaries, *rights, *variables, "--chdir", self.config["WorkingDir"], *program]

    def start(self) -> list[str]:
        return self.command(*self.config["Entrypoint"], *self.config["Cmd"])

    def run(self, code: str) -> Any:
        done = subprocess.run(self.command("python", "-c", code), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Image]]:
    mounted = {function.name: Image(function.deployed_name) for function in FUNCTIONS}
    yield mounted
    for image in mounted.values():
        ask_buildah("rm", image.container)


@pytest.fixture(scope="module")
def emulated(images: dict[str, Image], database_url: str, redis_url: str) -> Iterator[Emulated]:
    load_demo(database_url)
    variables = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENVIRONMENT": "development"}

    def command(function: Function) -> list[str]:
        return images[function.name].start()

    with running_emulator(ROOT / "template.yaml", variables=variables, command=command) as running:
        yield running


def test_there_is_no_network_but_loopback() -> None:
    links = json.loads(
        subprocess.run(["ip", "-j", "link"], capture_output=True, text=True, check=True).stdout
    )
    assert [link["ifname"] for link in links if "UP" in link["flags"]] == ["lo"]


@pytest.mark.parametrize("name", NAMES)
def test_an_image_holds_nothing_that_installs_trains_or_tests(images: dict[str, Image], name: str) -> None:
    code = (
        "import importlib.util as u, json\n"
        "def known(name):\n"
        "    try: return u.find_spec(name) is not None\n"
        "    except ModuleNotFoundError: return False\n"
        f"print(json.dumps([name for name in {NOT_INSIDE!r} if known(name)]))"
    )
    assert images[name].run(code) == []
    programs = {
        path.name
        for folder in ("bin", "usr/bin", "usr/local/bin")
        for path in images[name].root.glob(f"{folder}/*")
    }
    assert not programs & {"gcc", "cc", "make", "pip", "pip3", "git", "curl"}


@pytest.mark.parametrize("name", NAMES)
def test_an_image_can_write_nowhere_but_in_tmp(images: dict[str, Image], name: str) -> None:
    code = (
        "import json, os, pathlib\n"
        "def writes(folder):\n"
        "    try: pathlib.Path(folder, 'probe').write_text('x')\n"
        "    except OSError: return False\n"
        "    return True\n"
        "print(json.dumps([os.getuid(), *map(writes, ('/tmp', '/var/task', '/usr', '/'))]))"
    )
    assert images[name].run(code) == [65534, True, False, False, False]


@pytest.mark.parametrize("name", NAMES)
def test_an_image_s_modules_are_compiled_and_its_threads_bounded(images: dict[str, Image], name: str) -> None:
    image = images[name]
    for source in image.root.glob("var/task/**/*.py"):
        assert list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")), source
    assert {"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"} <= {*image.config["Env"]}


@pytest.mark.parametrize("name", [function.name for function in FUNCTIONS if function.has_url])
def test_an_image_is_healthy_and_ready(emulated: Emulated, name: str) -> None:
    for path in ("/health", "/ready"):
        answer = emulated.call("GET", path, at=name)
        assert answer.status == 200, (answer.body, emulated.log)


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
def test_an_image_computes(emulated: Emulated, method: str, path: str, body: str | None) -> None:
    answer = emulated.call(method, path, body, {"content-type": "application/json"})
    assert answer.status == 200, (answer.body, emulated.log)


def test_the_nightly_image_runs_a_night(emulated: Emulated) -> None:
    answer = emulated.invoke("nightly", {"source": "aws.events", "time": f"{YESTERDAY}T03:00:00Z"})
    assert answer.headers["x-amz-function-error"] is None, (answer.body, emulated.log)


def test_the_base_is_the_one_made_here() -> None:
    assert TAG in ask_buildah("images", "--format", "{{.Name}}")
