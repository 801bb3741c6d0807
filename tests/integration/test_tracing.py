"""Spans of a request and a night's step, as a collector gets them; and nothing of it where none is named."""

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from common.settings import get_settings
from common.store.engine import dispose_engine
from common.telemetry import configure_tracing, flush_spans
from tests.fixtures.backend import Backend
from tests.fixtures.calls import call, get, post
from tests.integration.night import forget_everyone, invoke
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
Spans = list[dict[str, Any]]


class Collector(HTTPServer):
    spans: Spans


class _Taker(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert (self.path, self.headers["content-type"]) == ("/v1/traces", "application/json")
        (resource,) = told["resourceSpans"]
        names = {one["key"]: one["value"] for one in resource["resource"]["attributes"]}
        assert names["service.name"] == {"stringValue": "nutri-test"}
        self.server.spans += resource["scopeSpans"][0]["spans"]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector(settings_env: pytest.MonkeyPatch, backend: Backend) -> Iterator[Collector]:
    for function in ("features", "predictions", "nightly"):  # a handler's import reads the settings
        importlib.import_module(f"functions.{function}.handler")
    server = Collector(("127.0.0.1", 0), _Taker)
    server.spans = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    trace_to(settings_env, f"http://127.0.0.1:{server.server_port}/")
    yield server
    trace_to(settings_env, "")
    server.shutdown()
    server.server_close()
    dispose_engine()


def trace_to(patch: pytest.MonkeyPatch, endpoint: str) -> None:
    patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    get_settings.cache_clear()
    configure_tracing(get_settings(), "nutri-test")


def spans_of(collector: Collector) -> Spans:
    flush_spans()
    return collector.spans


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


def test_a_request_continues_its_caller_s_trace_down_to_each_statement(collector: Collector) -> None:
    add_person("traced", days=60, last=TODAY)
    path = f"/api/features/traced/{TODAY - timedelta(days=2)}"
    assert get(path, traceparent=f"00-{TRACE}-{PARENT}-01").status == 200
    spans = spans_of(collector)
    (request,) = [one for one in spans if one["name"].startswith("GET ")]
    assert request["name"] == "GET /api/features/{userId}/{date}"
    assert (request["traceId"], request["parentSpanId"], request["kind"]) == (TRACE, PARENT, 2)
    assert attributes(request)["http.response.status_code"] == "200"
    assert {one["traceId"] for one in spans} == {TRACE}
    assert {one["parentSpanId"] for one in spans if one is not request} == {request["spanId"]}
    assert {"cache", "statement"} <= {one["name"] for one in spans}
    for one in spans:
        assert int(request["startTimeUnixNano"]) <= int(one["startTimeUnixNano"])
        assert int(one["endTimeUnixNano"]) <= int(request["endTimeUnixNano"])
    assert "traced" not in json.dumps(spans), "no span tells of whom"


def test_a_forecast_s_trace_shows_the_model(collector: Collector) -> None:
    add_person("traced", days=200, last=TODAY)
    body = {"userId": "traced", "date": str(TODAY)}
    assert post("/api/predictions/rhr", body).status == 200
    models = [attributes(one) for one in spans_of(collector) if one["name"] == "model"]
    assert models
    assert models[0]["model.id"] == "rhr_lstm"


def test_a_failed_answer_is_an_error(collector: Collector) -> None:
    with pytest.MonkeyPatch.context() as away:
        away.setenv("DATABASE_URL", "postgresql://nobody:x@127.0.0.1:1/none")
        get_settings.cache_clear()
        dispose_engine()
        assert get(f"/api/features/untold/{TODAY}").status == 503
    dispose_engine()
    (request,) = [one for one in spans_of(collector) if one["name"].startswith("GET ")]
    assert request["status"] == {"code": 2, "message": "503"}


def test_what_the_caller_does_not_record_is_not_recorded(collector: Collector) -> None:
    get(f"/api/features/nobody/{TODAY}", traceparent=f"00-{TRACE}-{PARENT}-00")
    assert spans_of(collector) == []


def test_a_night_is_told_person_by_person(collector: Collector, backend: Backend) -> None:
    forget_everyone(backend)
    add_person("anna", days=40)
    invoke("everything")
    spans = spans_of(collector)
    (step,) = [one for one in spans if one["name"] == "night everything"]
    (person,) = [one for one in spans if one["name"] == "person"]
    assert person["parentSpanId"] == step["spanId"]
    assert [one for one in spans if one["name"] == "statement" and one["parentSpanId"] == person["spanId"]]


def test_a_collector_that_is_away_costs_no_answer(
    settings_env: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trace_to(settings_env, "http://127.0.0.1:9")
    for _ in range(2):
        assert call("features", "GET", "/health").status == 200
        flush_spans()
    trace_to(settings_env, "")
    lost = [record for record in caplog.records if "spans are lost" in record.message]
    assert len(lost) == 1, "told once, not at each request"


@pytest.mark.parametrize("function", ["features", "nightly"])
def test_nothing_is_loaded_where_no_collector_is_named(function: str) -> None:
    listing = f"import sys, functions.{function}.handler; print('common.telemetry.spans' in sys.modules)"
    environment = {"ENVIRONMENT": "development", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "False"
