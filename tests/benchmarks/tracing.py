"""What spans cost a warm request, in one process, with no collector named and with one.

A cached GET enters some spans; each is timed alone, thousands in a row, and set against the whole request,
whose own times differ by more than spans cost. Times are of the processor, so that what else the machine does
counts little. The collector is a process of its own.
"""

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from common.settings import Settings
from tests.benchmarks.ratio import Ratio

CALLS = 100
ROUNDS = 11
SPANS = 1_500
"""In a row; fewer than a recorder holds before it drops some."""
LOADED = "import sys, functions.features.handler; print(int('common.telemetry.spans' in sys.modules))"


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def run() -> Iterator[Ratio]:
    from functions.local.servers.start import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with tempfile.TemporaryDirectory(prefix="nutri-bench-") as folder:
        Path(folder).chmod(0o711)
        with open_servers(Path(folder), None, None) as servers, _collector() as endpoint:
            os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
            os.environ["ENVIRONMENT"] = "development"
            yield from _measure(endpoint)


def _measure(endpoint: str) -> Iterator[Ratio]:
    from common.settings import get_settings  # noqa: PLC0415
    from common.telemetry import configure_tracing, flush_spans, root_span, span  # noqa: PLC0415
    from functions.features.handler import handler  # noqa: PLC0415
    from tests.benchmarks.warm_get import fill  # noqa: PLC0415
    from tests.fixtures.events import request_event  # noqa: PLC0415

    loaded = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    yield Ratio(
        "spans: modules loaded for them by a handler's import, no collector named",
        float(loaded.stdout),
        "<= 0",
        "common.telemetry.spans",
    )
    logging.disable(logging.INFO)
    event = request_event("GET", f"/api/features/demo-bench/{fill()}")
    call = partial(handler, event, None)
    call()
    bare = min(_time(call, CALLS) for _ in range(ROUNDS)) / CALLS * 1e6
    spans = _spans_of(call, endpoint)

    def enter_span() -> None:
        with span("statement", {"db.system.name": "postgresql"}):
            pass

    nothing = min(_time(enter_span, SPANS) for _ in range(ROUNDS)) / SPANS * 1e6
    yield Ratio(
        "warm cached GET, no collector named / without its spans",
        bare / (bare - spans * nothing),
        "<= 1.02",
        f"{spans} spans of {nothing:.2f} us in {bare:.0f} us of processor",
    )
    configure_tracing(_sending_to(endpoint), "bench")
    each, sent = [], []
    for _ in range(ROUNDS):
        with root_span("request", ""):
            each.append(_time(enter_span, SPANS) / SPANS * 1e6)
        sent.append(_time(flush_spans, 1) / SPANS * 1e6)
    configure_tracing(get_settings(), "bench")
    yield Ratio(
        "warm cached GET, spans sent to a collector / none recorded",
        1 + spans * min(each) / bare,
        "<= 1.02",
        f"{spans} spans of {min(each):.2f} us in {bare:.0f} us of processor; and {min(sent):.1f} us each in "
        f"the thread that sends them",
    )


def _spans_of(call: Callable[[], object], endpoint: str) -> int:
    from common.settings import get_settings  # noqa: PLC0415
    from common.telemetry import configure_tracing, tracing  # noqa: PLC0415

    configure_tracing(_sending_to(endpoint), "bench")
    call()
    recorded = len(tracing._recorder._waiting) if tracing._recorder else 0
    configure_tracing(get_settings(), "bench")
    return recorded


def _sending_to(endpoint: str) -> Settings:
    from common.settings import get_settings  # noqa: PLC0415

    return get_settings().model_copy(update={"otel_exporter_otlp_endpoint": endpoint})


def _time(call: Callable[[], object], times: int) -> float:
    """Return seconds of processor of this thread."""
    began = time.thread_time()
    for _ in range(times):
        call()
    return time.thread_time() - began


@contextmanager
def _collector() -> Iterator[str]:
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_collect, args=(theirs,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()


def _collect(told: Connection) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Taker)
    told.send(server.server_port)
    server.serve_forever()
