"""The images' other way to start: plain HTTP where a platform gives a PORT, and the night as a command."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from common.store.engine import dispose_engine
from functions.local.emulator.template import read_template
from tests.fixtures.backend import Backend
from tests.fixtures.bundles import ROOT
from tests.integration.night import forget_everyone
from tests.integration.people import add_person

FUNCTIONS = read_template(ROOT / "template.yaml").functions
CALLED = [function.name for function in FUNCTIONS if function.has_url]
MANIFESTS = list(yaml.safe_load_all((ROOT / "layers" / "knative.yaml").read_text()))
SERVICES = {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == "Service"}
(NIGHT,) = [one for one in MANIFESTS if one["kind"] == "CronJob"]
TODAY = datetime.now(UTC).date()
ASKED = {
    "features": ("GET", f"/api/features/plain/{TODAY - timedelta(days=2)}"),
    "correlations": ("GET", "/api/correlations/plain"),
    "predictions": ("GET", "/api/predictions/models"),
    "insights": ("GET", "/api/insights/plain"),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def container(database_url: str, redis_url: str, **more: str) -> dict[str, str]:
    """The variables of a container, whose programs are those of this Python."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENVIRONMENT": "development"}
    return {"PATH": path, "PYTHONPATH": str(ROOT), **servers, **more}


@pytest.fixture(scope="module")
def ports(database_url: str, redis_url: str) -> Iterator[dict[str, int]]:
    """Every function that is called, started as its image is."""
    chosen = {name: free_port() for name in CALLED}
    started = []
    for name, port in chosen.items():
        variables = container(database_url, redis_url, PORT=str(port))
        command = ["sh", "layers/entry.sh", f"functions.{name}.handler.handler"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=variables))
    yield chosen
    for process in started:
        process.terminate()
    ends = [process.wait(20) for process in started]
    assert ends == [-signal.SIGTERM] * len(started), "told to stop, each does"


def ask(port: int, method: str, path: str) -> tuple[int, dict[str, str], Any]:
    deadline = time.monotonic() + 40
    while True:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, dict(answer.headers), json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.loads(error.read())
        except OSError:
            assert time.monotonic() < deadline, "it does not begin to answer"
            time.sleep(0.05)


@pytest.mark.parametrize("name", CALLED)
def test_every_function_answers_plain_http(name: str, ports: dict[str, int], backend: Backend) -> None:
    add_person("plain", days=60, last=TODAY)
    dispose_engine()
    status, headers, body = ask(ports[name], "GET", "/health")
    assert (status, body["status"]) == (200, "healthy"), body
    status, headers, body = ask(ports[name], *ASKED[name])
    assert status == 200, body
    assert headers["x-request-id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in {key.lower() for key in headers}
    assert ask(ports[name], "GET", "/nowhere")[0] == 404


def test_under_lambda_or_its_emulator_the_port_is_nobody_s(tmp_path: Path) -> None:
    entry = (ROOT / "layers" / "entry.sh").read_text()
    runtime = tmp_path / "runtime"
    runtime.write_text('#!/bin/sh\necho "runtime $1"\n')
    runtime.chmod(0o755)
    script = tmp_path / "entry.sh"
    script.write_text(entry.replace("/lambda-entrypoint.sh", str(runtime)))
    for variables in ({}, {"PORT": "8080", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}):
        done = subprocess.run(
            ["sh", str(script), "x.handler"],
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "runtime x.handler\n"


def test_the_night_is_a_command(database_url: str, redis_url: str, backend: Backend) -> None:
    forget_everyone(backend)
    add_person("anna", days=40, last=TODAY)
    dispose_engine()
    (worker,) = NIGHT["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    command = [sys.executable, *worker["command"][1:-1], "1"]
    done = subprocess.run(
        command, cwd=ROOT, env=container(database_url, redis_url), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = [line for line in map(json.loads, done.stdout.splitlines()) if line["message"] == "night"]
    assert (told["people"], told["computed"], told["failed"]) == (1, 1, 0)
    assert backend.run('SELECT count(*) FROM ml."Night"') == [[1]]


def test_a_night_without_a_database_is_a_failed_job(redis_url: str) -> None:
    variables = container("postgresql://nobody:x@127.0.0.1:1/none", redis_url)
    done = subprocess.run(
        [sys.executable, "-m", "functions.nightly"], cwd=ROOT, env=variables, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"database_unavailable" in done.stdout


def test_manifests_run_every_image_at_its_size_without_rights() -> None:
    assert set(SERVICES) == {f"nutri-{name}" for name in CALLED}
    for function in FUNCTIONS:
        if function.has_url:
            service = SERVICES[function.deployed_name]
            assert service["apiVersion"] == "serving.knative.dev/v1"
            pod = service["spec"]["template"]["spec"]
            assert (pod["containerConcurrency"], pod["timeoutSeconds"]) == (1, function.timeout_seconds)
        else:
            assert (NIGHT["apiVersion"], NIGHT["spec"]["concurrencyPolicy"]) == ("batch/v1", "Forbid")
            pod = NIGHT["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (container_,) = pod["containers"]
        assert container_["image"] == function.deployed_name
        assert container_["resources"]["limits"]["memory"] == f"{function.memory_mb}Mi"
        context = container_["securityContext"]
        assert context["readOnlyRootFilesystem"] is context["runAsNonRoot"] is True
        assert (context["allowPrivilegeEscalation"], context["capabilities"]) == (False, {"drop": ["ALL"]})
        assert container_["volumeMounts"][0]["name"] == pod["volumes"][0]["name"]
        assert container_["envFrom"] == [{"secretRef": {"name": "nutri"}}]
