"""Twenty things nobody should send, store or schedule, each by name, at the real handlers."""

import importlib
import json
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any

import pytest
from redis import Redis

from common.settings import get_settings
from tests.conftest import forget_singletons
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, call, get, post
from tests.fixtures.events import load_event, request_event
from tests.integration.people import add_person
from tests.people import LAST_DAY

DAY = LAST_DAY - timedelta(days=2)
PATH = f"/api/features/anna/{DAY}"
NOON = datetime.combine(DAY, clock(12))


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    for seed, user in enumerate(("anna", "bob")):
        add_person(user, seed=seed, days=40)


@pytest.fixture
def server(redis_url: str) -> Iterator[Redis]:
    client = Redis.from_url(redis_url, decode_responses=True)
    client.flushdb()
    yield client
    client.flushdb()


def send(body: bytes, **headers: str) -> Reply:
    return post("/api/features/engineer", body, **headers)


def with_user(value: str) -> bytes:
    return b'{"userId": ' + value.encode() + b', "date": "' + str(DAY).encode() + b'"}'


MALFORMED: dict[str, bytes] = {
    "lone surrogates": with_user('"\\ud800"'),
    "not a number": with_user('"anna", "n": NaN'),
    "JSON 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "an integer of 5,000 digits": with_user('"anna", "n": ' + "9" * 5_000),
    "duplicate keys": with_user('"anna", "userId": "bob"'),
    "UTF-16": with_user('"anna"').decode().encode("utf-16"),
}
INVALID: dict[str, bytes] = {
    "NUL": with_user('"an\\u0000na"'),
    "1e999": with_user('"anna", "forceRecompute": 1e999'),
    "true as an id": with_user("true"),
    "traversal in an id": with_user('"../../anna"'),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_body_that_is_no_plain_json(what: str) -> None:
    reply = send(MALFORMED[what])
    assert (reply.status, reply.body["code"]) == (400, "malformed_body")


@pytest.mark.parametrize("what", INVALID)
def test_a_value_that_cannot_be(what: str) -> None:
    reply = send(INVALID[what])
    assert (reply.status, reply.body["code"]) == (422, "invalid_input")


def test_true_is_no_integer() -> None:
    assert get("/api/insights/anna", "limit=true").status == 422
    body = b'{"userId": "anna", "metric": "rhr", "changes": {"steps": true}}'
    assert call("predictions", "POST", "/api/predictions/what-if", body=body).status == 422


@pytest.mark.parametrize(
    "path", ["/api/features/..%2F..%2Fanna/2026-01-01", "/api/features/%2e%2e/2026-01-01"]
)
def test_traversal_in_a_path(path: str) -> None:
    assert get(path).status in (404, 422)


@pytest.mark.parametrize("announced", ["0", "5", "99999999", "-1", "x"])
def test_a_lying_content_length(announced: str) -> None:
    assert send(with_user('"anna"'), content_length=announced).status in (200, 413)


def test_more_than_256_kib() -> None:
    reply = send(b'{"userId": "' + b"a" * 262_144 + b'"}')
    assert (reply.status, reply.body["code"]) == (413, "payload_too_large")


def test_garbage_for_base64() -> None:
    event = request_event("POST", "/api/features/engineer", body=b"{}") | {
        "body": "%%%",
        "isBase64Encoded": True,
    }
    answer = importlib.import_module("functions.features.handler").handler(event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "malformed_body")


def test_repeated_parameters() -> None:
    assert get("/api/correlations/anna", "lookbackDays=90&lookbackDays=120").status == 200
    assert get("/api/correlations/anna", "lookbackDays=90&lookbackDays=1").status == 422


def test_a_cached_value_of_100_mb(server: Redis) -> None:
    key = key_of(server, PATH)
    server.setrange(key, 100 * 1_048_576, "x")
    assert_right(get(PATH))


def test_pickle_bytes_in_the_cache(server: Redis) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
            return pytest.fail, ("unpickled",)

    server.set(key_of(server, PATH), pickle.dumps(Trap()))
    assert_right(get(PATH))


def test_another_users_envelope(server: Redis) -> None:
    key = key_of(server, PATH)
    others = key_of(server, PATH.replace("anna", "bob"))
    server.copy(others, key, replace=True)
    assert_right(get(PATH))


def test_an_answer_with_one_digit_changed_in_the_cache(server: Redis, redis_url: str) -> None:
    key, raw = key_of(server, PATH), Redis.from_url(redis_url)
    sealed, name = raw.get(key), b"calories_daily"
    assert isinstance(sealed, bytes)
    digit = next(i for i in range(sealed.index(name) + len(name), len(sealed)) if sealed[i : i + 1].isdigit())
    other = b"8" if sealed[digit : digit + 1] != b"8" else b"9"
    raw.set(key, sealed[:digit] + other + sealed[digit + 1 :])
    assert_right(get(PATH))


def test_a_model_with_another_sha(settings_env: pytest.MonkeyPatch, tmp_path: Any) -> None:
    shutil.copytree(get_settings().models, tmp_path / "artifacts")
    for file in (tmp_path / "artifacts").glob("*/model.onnx"):
        file.write_bytes(file.read_bytes() + b"\0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEL_DIR", str(tmp_path / "artifacts"))
        forget_singletons()
        reply = get(f"/api/predictions/bob/{DAY}")
        assert (reply.status, reply.body["code"]) == (503, "model_refused")
    forget_singletons()


def test_somebody_whose_every_day_is_the_same(backend: Backend) -> None:
    backend.add_user("still", timezone="UTC")
    for n in range(120):
        at = NOON - timedelta(days=n)
        backend.add_meal("still", at)
        backend.add_reading("still", at.replace(hour=6))
        backend.add_reading("still", at.replace(hour=6), "HEART_RATE_VARIABILITY_RMSSD", 50.0, unit="ms")
    for path in (f"/api/features/still/{DAY}", f"/api/predictions/still/{DAY}", "/api/correlations/still"):
        assert get(path, f"date={DAY}" if "correlations" in path else "").status == 200, path
    assert get("/api/insights/still", f"date={DAY}").status == 200


def test_somebody_with_a_million_rows(backend: Backend, request: pytest.FixtureRequest) -> None:
    """A hundred thousand in the reduced form."""
    rows = 1_000_000 if request.config.getoption("--full") else 100_000
    backend.add_user("many", timezone="UTC")
    for first in range(0, rows, 100_000):
        backend.run(
            """
            INSERT INTO "HealthMetric"
                ("id", "userId", "recordedAt", "metricType", "value", "unit", "source", "updatedAt")
            SELECT 'many-' || n, 'many', CAST(:noon AS timestamp) - n * interval '1 second',
                'STEPS', 1, 'steps', 'fitbit', now()
            FROM generate_series(CAST(:first AS int) + 1, CAST(:first AS int) + 100000) AS n
            """,
            noon=NOON,
            first=first,
        )
    started = time.monotonic()
    reply = get(f"/api/features/many/{DAY}")
    assert time.monotonic() - started < 12
    assert reply.status in (200, 503), reply.text
    assert get(PATH).status == 200, "and nobody else is the worse for it"
    backend.delete("User", "many")


def test_a_scheduler_event_at_an_http_function() -> None:
    answer = importlib.import_module("functions.insights.handler").handler(load_event("scheduled"), None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "not_an_http_event")


def key_of(server: Redis, path: str) -> str:
    """Where the answer to the path is cached, after it was asked for."""
    of_the_person = f"*:{path.split('/')[3]}:*"
    before = set(server.scan_iter(of_the_person))
    assert_right(get(path))
    (key,) = set(server.scan_iter(of_the_person)) - before
    return str(key)


def assert_right(reply: Reply) -> None:
    owner = reply.body["userId"]
    assert (reply.status, reply.body["cached"]) == (200, False), reply.text
    again = post("/api/features/engineer", {"userId": owner, "date": str(DAY), "forceRecompute": True})
    assert again.body["features"] == reply.body["features"]
