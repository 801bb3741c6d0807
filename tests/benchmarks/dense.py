"""What answers cost of people with a reading every five minutes and every thirty seconds, beside a plain one.

All three are in one database and asked in one run, by handlers of this process.
"""

import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.benchmarks.ratio import Ratio

DAYS = 460
EACH_SECONDS = {"plain": None, "dense": 300, "very dense": 30}
CACHED_CALLS = 60
LIMIT_SECONDS = 3.0
"""After so long PostgreSQL abandons a statement, and the answer is an outage."""


def run() -> list[Ratio]:
    from functions.local.servers.start import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with tempfile.TemporaryDirectory(prefix="nutri-bench-") as folder:
        Path(folder).chmod(0o711)
        with open_servers(Path(folder), None, None) as servers:
            os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
            os.environ["ENVIRONMENT"] = "development"
            return _measure()


def _measure() -> list[Ratio]:
    from tests.fixtures.events import request_event  # noqa: PLC0415

    day = _fill()
    logging.disable(logging.INFO)
    first, cached = {}, {}
    for kind in EACH_SECONDS:
        user = _user(kind)
        for handler, path in _questions(user, day):
            event = request_event("GET", path)
            first[kind, path.split("/")[2]] = _timed(lambda: handler(event, None))  # noqa: B023 - called at once
        handler, path = _questions(user, day)[0]
        event = request_event("GET", path)
        cached[kind] = statistics.median(_timed(lambda: handler(event, None)) for _ in range(CACHED_CALLS))  # noqa: B023
    slowest = max(first, key=lambda which: first[which])
    told = ", ".join(f"{kind} {group} {seconds:.2f} s" for (kind, group), seconds in first.items())
    ms = {kind: f"{seconds * 1e3:.1f} ms" for kind, seconds in cached.items()}
    return [
        Ratio("cached answer, dense / plain", cached["dense"] / cached["plain"], "<= 3", str(ms)),
        Ratio(f"slowest first answer ({' '.join(slowest)}), s", first[slowest], f"<= {LIMIT_SECONDS}", told),
    ]


def _questions(user: str, day: date) -> list[tuple[Callable[[Any, Any], Any], str]]:
    from functions.correlations.handler import handler as correlations  # noqa: PLC0415
    from functions.features.handler import handler as features  # noqa: PLC0415
    from functions.insights.handler import handler as insights  # noqa: PLC0415
    from functions.predictions.handler import handler as predictions  # noqa: PLC0415

    return [
        (features, f"/api/features/{user}/{day}"),
        (correlations, f"/api/correlations/{user}"),
        (predictions, f"/api/predictions/{user}/{day}"),
        (insights, f"/api/insights/{user}"),
    ]


def _user(kind: str) -> str:
    return f"bench-{kind.replace(' ', '-')}"


def _timed(call: Callable[[], Any]) -> float:
    """Seconds of a call, which must answer."""
    began = time.perf_counter()
    reply = call()
    if reply["statusCode"] != 200:
        raise RuntimeError(f"{reply['statusCode']}: {reply['body'][:300]}")
    return time.perf_counter() - began


def _fill() -> date:
    from common.store.engine import transaction  # noqa: PLC0415
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415
    from functions.local.data.loading import save_people  # noqa: PLC0415
    from tests.fixtures.backend import connect_native  # noqa: PLC0415
    from tests.fixtures.sampled import add_samples  # noqa: PLC0415
    from tests.people import make_person  # noqa: PLC0415

    create_backend_tables(os.environ["DATABASE_URL"])
    run_migrations(os.environ["DATABASE_URL"])
    today = date.today()  # noqa: DTZ011 - the servers of this run count as this machine does
    rows = make_person(days=DAYS, last=today)
    with transaction() as connection:
        people = [replace(rows, profile=replace(rows.profile, user_id=_user(kind))) for kind in EACH_SECONDS]
        save_people(connection, people, "bench")
        for kind, seconds in EACH_SECONDS.items():
            if seconds is not None:
                add_samples(
                    connection, _user(kind), "BLOOD_GLUCOSE", last=today, days=DAYS, each_seconds=seconds
                )
    backend = connect_native(os.environ["DATABASE_URL"], timeout_seconds=120)
    backend.run("VACUUM ANALYZE")  # as autovacuum does of itself
    backend.close()
    return today
