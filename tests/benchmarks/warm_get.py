"""A cached GET of a warm function against the least such a request can cost.

The floor is FastAPI behind Mangum with one route that reads the same cached value from Redis and asks
PostgreSQL for the same version, and does nothing else: no validation, tokens, logs or entity tags. Both run
in this process, turn about.
"""

import logging
import os
import statistics
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.ratio import Ratio

CALLS = 400
ROUNDS = 7
BYTES_PER_MICROSECOND = 1.25
"""10 Mbit/s."""


def run() -> list[Ratio]:
    from functions.local.servers.start import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with tempfile.TemporaryDirectory(prefix="nutri-bench-") as folder:
        Path(folder).chmod(0o711)
        with open_servers(Path(folder), None, None) as servers:
            os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
            os.environ["ENVIRONMENT"] = "development"
            return _measure()


def _measure() -> list[Ratio]:
    from functions.features.handler import handler  # noqa: PLC0415
    from tests.fixtures.events import request_event  # noqa: PLC0415

    day = fill()
    logging.disable(logging.INFO)
    event = request_event("GET", f"/api/features/demo-bench/{day}")
    handler(event, None)
    floor = _bare_handler(f"features:demo-bench:{day}:daily", day)
    ours, bare = _alternate(lambda: handler(event, None), lambda: floor(event, None))
    detail = f"{ours:.0f} us against {bare:.0f} us, median of {ROUNDS} rounds of {CALLS} calls, turn about"
    return [
        Ratio("warm cached GET / bare handler with the same two reads", ours / bare, "<= 1.5", detail),
        _measure_compression(handler, day),
    ]


def _measure_compression(handler: Callable[[Any, Any], Any], day: str) -> Ratio:
    """A cached answer's time until its last byte is on a line of 10 Mbit/s, compressed against plain."""
    from tests.fixtures.events import request_event  # noqa: PLC0415

    path = f"/api/features/demo-bench/{day}"
    plain = request_event("GET", path)
    packed = request_event("GET", path, accept_encoding="gzip")
    sizes = [_bytes_of(handler(event, None)) for event in (plain, packed)]
    times = _alternate(lambda: handler(plain, None), lambda: handler(packed, None))
    whole = [taken + size / BYTES_PER_MICROSECOND for taken, size in zip(times, sizes, strict=True)]
    detail = (
        f"{times[1]:.0f} us and {sizes[1]:,} bytes against {times[0]:.0f} us and {sizes[0]:,} bytes; "
        f"{times[1] / times[0]:.2f} of the handler's time alone"
    )
    return Ratio(
        "cached GET with gzip / without, to the last byte at 10 Mbit/s", whole[1] / whole[0], "<= 1.0", detail
    )


def _bytes_of(answer: dict[str, Any]) -> int:
    body: str = answer["body"]
    return len(b64decode(body)) if answer["isBase64Encoded"] else len(body.encode())


def fill() -> str:
    from dataclasses import replace  # noqa: PLC0415

    from common.store.engine import transaction  # noqa: PLC0415
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415
    from functions.local.data.loading import save_people  # noqa: PLC0415
    from tests.people import LAST_DAY, make_person  # noqa: PLC0415

    create_backend_tables(os.environ["DATABASE_URL"])
    run_migrations(os.environ["DATABASE_URL"])
    rows = make_person(days=180)
    with transaction() as connection:
        save_people(connection, [replace(rows, profile=replace(rows.profile, user_id="demo-bench"))], "bench")
    return str(LAST_DAY)


def _bare_handler(key: str, day: str) -> Callable[[Any, Any], Any]:
    from fastapi import FastAPI, Response  # noqa: PLC0415
    from mangum import Mangum  # noqa: PLC0415
    from redis import Redis  # noqa: PLC0415

    from common.services.features import HISTORY_DAYS  # noqa: PLC0415
    from common.services.snapshot import row_window  # noqa: PLC0415
    from common.store.engine import reading  # noqa: PLC0415
    from common.store.person import read_version  # noqa: PLC0415

    app, redis = FastAPI(), Redis.from_url(os.environ["REDIS_URL"])
    window = row_window(datetime.fromisoformat(day).date(), HISTORY_DAYS, datetime.now(UTC))

    @app.get("/api/features/{user_id}/{date}")
    async def read(user_id: str, date: str) -> Response:
        with reading() as connection:
            read_version(connection, user_id, *window)
        return Response(redis.get(key), media_type="application/json")

    return Mangum(app, lifespan="off")


def _alternate(*calls: Callable[[], Any]) -> list[float]:
    """Median microseconds per call of each."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, times in zip(calls, taken, strict=True):
            began = time.perf_counter()
            for _ in range(CALLS):
                call()
            times.append((time.perf_counter() - began) / CALLS * 1e6)
    return [statistics.median(times) for times in taken]
