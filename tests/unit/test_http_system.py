"""The routes every function has, without any server: what it is, its reference, closed in production."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from common.http import create_handler
from common.http.function_url import Handler
from common.version import CONTRACT_VERSION, VERSION
from tests.fixtures.environment import SECRET, set_environment
from tests.fixtures.events import request_event
from tests.fixtures.sample_app import sample_app


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path, LOG_LEVEL="ERROR")
    return create_handler(sample_app())


def get(handler: Handler, path: str) -> dict[str, Any]:
    return handler(request_event("GET", path), None)


def test_the_root_says_what_this_is_and_where_the_rest_is(handler: Handler) -> None:
    about = json.loads(get(handler, "/")["body"])
    assert (about["service"], about["version"]) == ("Nutri ML Service", VERSION)
    assert (about["function"], about["environment"]) == ("sample", "development")
    for link in about["links"].values():
        assert get(handler, link)["statusCode"] in (200, 503)


def test_the_reference_needs_nothing_from_anywhere_else(handler: Handler) -> None:
    answer = get(handler, "/docs")
    page, policy = answer["body"], answer["headers"]["content-security-policy"]
    assert answer["headers"]["content-type"].startswith("text/html")
    assert "http://" not in page
    assert "https://" not in page
    assert not re.search(r"<(link|img|iframe)|src=|@import|url\(", page)
    for tag in ("script", "style"):
        inline = re.findall(f"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        assert len(inline) == 1
        assert f"'sha256-{b64encode(sha256(inline[0].encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_contract_lists_the_functions_routes_and_the_common_ones(handler: Handler) -> None:
    document = json.loads(get(handler, "/openapi.json")["body"])
    assert {"/", "/health", "/ready", "/metrics", "/people/{userId}"} <= set(document["paths"])
    assert document["info"]["version"] == CONTRACT_VERSION


def test_metrics_count_by_route_and_not_by_person(handler: Handler) -> None:
    get(handler, "/people/user-canary")
    answer = get(handler, "/metrics")
    assert answer["headers"]["content-type"].startswith("text/plain; version=0.0.4")
    assert 'route="/people/{userId}"' in answer["body"]
    assert "canary" not in answer["body"]


def test_production_shows_no_reference(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_environment(monkeypatch, tmp_path, ENVIRONMENT="production", JWT_SECRET=SECRET, LOG_LEVEL="ERROR")
    handler = create_handler(sample_app())
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert get(handler, path)["statusCode"] == 404
    assert "docs" not in json.loads(get(handler, "/")["body"])["links"]
    assert get(handler, "/people/user-a")["statusCode"] == 401


def test_importing_the_layer_loads_neither_drivers_of_numbers_nor_the_database() -> None:
    program = "import sys, common.http; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    heavy = {"numpy", "scipy", "onnxruntime", "sqlalchemy", "pg8000", "pandas", "torch", "boto3"}
    assert heavy.isdisjoint(loaded.stdout.split())
