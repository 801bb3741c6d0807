"""The product as `nutri dev` serves it, over its URLs."""

import gzip
import json
import os
import random
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.service import Service

pytestmark = pytest.mark.e2e

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
USER = "demo-anna"


def call(url: str, body: object | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def env(service: Service) -> dict[str, str]:
    return service.read_env()


@pytest.mark.parametrize("where", ["GATEWAY", "FEATURES", "CORRELATIONS", "PREDICTIONS", "INSIGHTS"])
def test_health_has_the_product_s_body_everywhere(env: dict[str, str], where: str) -> None:
    status, body = call(f"{env[f'{where}_URL']}/health")
    assert status == 200
    assert body == {
        "status": "healthy",
        "service": "Nutri ML Service",
        "version": body["version"],
        "environment": "development",
        "dependencies": {"database": "healthy", "redis": "healthy"},
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/api/features/{USER}/{YESTERDAY}", None),
        ("/api/features/engineer", {"userId": USER}),
        (f"/api/correlations/{USER}", None),
        ("/api/predictions/rhr", {"userId": USER}),
        ("/api/predictions/hrv", {"userId": USER}),
        (f"/api/predictions/{USER}/{YESTERDAY}", None),
        (f"/api/insights/{USER}/generate", {}),
        (f"/api/insights/{USER}", None),
    ],
)
def test_every_group_answers_for_a_demo_person_through_the_gateway(
    env: dict[str, str], path: str, body: object | None
) -> None:
    status, answer = call(env["GATEWAY_URL"] + path, body)
    assert (status, answer["userId"]) == (200, USER), answer


def test_the_gateway_s_document_holds_the_paths_of_every_function(env: dict[str, str]) -> None:
    _, document = call(f"{env['GATEWAY_URL']}/openapi.json")
    groups = {path.split("/")[2] for path in document["paths"] if path.startswith("/api/")}
    assert groups >= {"features", "correlations", "predictions", "insights"}


def test_a_browser_s_document_is_the_same_compressed(env: dict[str, str]) -> None:
    """What functions compress themselves must not reach the merging so."""
    asked = urllib.request.Request(f"{env['GATEWAY_URL']}/openapi.json", headers={"accept-encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        compressed = json.loads(gzip.decompress(answer.read()))
    assert compressed == call(f"{env['GATEWAY_URL']}/openapi.json")[1]


def test_the_documentation_page_needs_no_other_host(env: dict[str, str]) -> None:
    with urllib.request.urlopen(f"{env['GATEWAY_URL']}/docs", timeout=30) as answer:
        page = answer.read().decode()
    assert 'src="http' not in page
    assert 'href="http' not in page


def find_processes(service: Service, function: str) -> list[int]:
    """The processes of this service's function, by what stands in their environment."""
    marks = (
        f"AWS_LAMBDA_FUNCTION_NAME=nutri-{function}\0",
        f"DATABASE_URL={service.read_env()['DATABASE_URL']}\0",
    )
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if all(mark.encode() in environment for mark in marks):
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
def test_two_processes_killed_at_random_give_equal_answers(service: Service, env: dict[str, str]) -> None:
    url = f"{env['GATEWAY_URL']}/api/features/{USER}/{YESTERDAY}"
    _, expected = call(url)
    rng = random.Random(5)
    answers = []
    with ThreadPoolExecutor(2) as clients:
        for _ in range(6):
            calls = [clients.submit(call, url) for _ in range(2)]
            time.sleep(rng.random() / 10)
            for pid in find_processes(service, "features"):
                if rng.random() < 0.5:
                    os.kill(pid, signal.SIGKILL)
            answers += [c.result() for c in calls]
    stable = ("features", "missing", "dataVersion", "featureVersion", "dataQuality")
    for status, answer in answers:
        assert status in (200, 502)
        if status == 200:
            assert {key: answer[key] for key in stable} == {key: expected[key] for key in stable}
    # the last one killed may take the first of these calls with it
    assert 200 in (call(url)[0], call(url)[0])
