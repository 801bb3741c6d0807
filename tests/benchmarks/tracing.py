"""What spans cost a warm request, in one process, with no collector named and with one.

With none, a cached GET enters as many spans as with one, and each is a context that does nothing: that is
timed alone. With one, the same GET is measured with and without, turn about; its collector is a process of
its own. Times are of the processor, so that what else the machine does counts little.
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

from tests.benchmarks.ratio import Ratio

CALLS = 100
ROUNDS = 11
SPANS_OFF = 200_000
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
    from common.telemetry import configure_tracing, span  # noqa: PLC0415
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
    off = get_settings()
    settings = off, off.model_copy(update={"otel_exporter_otlp_endpoint": endpoint})
    taken: tuple[list[float], list[float]] = [], []
    whole: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        for one, mine, everything in zip(settings, taken, whole, strict=True):
            configure_tracing(one, "bench")
            seconds = _time(call, CALLS)
            mine.append(seconds[0] / CALLS * 1e6)
            everything.append(seconds[1] / CALLS * 1e6)
    configure_tracing(off, "bench")

    def enter_span() -> None:
        with span("statement", {"db.system.name": "postgresql"}):
            pass

    (bare, on), spans = map(min, taken), _spans_of(call, endpoint)
    nothing = min(_time(enter_span, SPANS_OFF)[0] for _ in range(3)) / SPANS_OFF * 1e6
    yield Ratio(
        "warm cached GET, no collector named / without its spans",
        bare / (bare - spans * nothing),
        "<= 1.02",
        f"{spans} spans of {nothing:.2f} us in {bare:.0f} us of processor",
    )
    yield Ratio(
        "warm cached GET, spans sent to a collector / none recorded",
        on / bare,
        "<= 1.02",
        f"{on:.0f} us of the request's processor against {bare:.0f}, lowest of {ROUNDS} rounds of {CALLS} "
        f"calls; with the thread that sends them {min(whole[1]):.0f} against {min(whole[0]):.0f}",
    )


def _spans_of(call: Callable[[], object], endpoint: str) -> int:
    from common.settings import get_settings  # noqa: PLC0415
    from common.telemetry import configure_tracing, tracing  # noqa: PLC0415

    off = get_settings()
    configure_tracing(off.model_copy(update={"otel_exporter_otlp_endpoint": endpoint}), "bench")
    call()
    recorded = len(tracing._recorder._waiting) if tracing._recorder else 0
    configure_tracing(off, "bench")
    return recorded


def _time(call: Callable[[], object], times: int) -> tuple[float, float]:
    """Return seconds of processor of this thread, and of the whole process."""
    began, whole = time.thread_time(), time.process_time()
    for _ in range(times):
        call()
    return time.thread_time() - began, time.process_time() - whole


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
