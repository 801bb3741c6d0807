"""A whole uncached GET of correlations over 90 days against the plain scipy loop over the pairs it tests.

The GET goes through the handler: SQL, daily series, adjustment, permutation, intervals and JSON. The loop has
its series ready and gives two raw coefficients a pair.
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from common.compute.series.rows import PersonRows
from tests.benchmarks.ratio import Ratio
from tests.people import LAST_DAY, make_person

ROUNDS = 30
HISTORY_DAYS = 150


def run() -> list[Ratio]:
    from functions.local.servers.start import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with tempfile.TemporaryDirectory(prefix="nutri-bench-") as folder:
        Path(folder).chmod(0o711)
        with open_servers(Path(folder), None, None) as servers:
            os.environ |= {
                "DATABASE_URL": servers.database_url,
                "REDIS_URL": "",
                "ENVIRONMENT": "development",
            }
            return [_measure()]


def _measure() -> Ratio:
    from functions.correlations.handler import handler  # noqa: PLC0415
    from tests.fixtures.events import request_event  # noqa: PLC0415

    _save(_moved_by_steps(make_person(days=HISTORY_DAYS, timezone="UTC")))
    logging.disable(logging.INFO)
    query = f"date={LAST_DAY}&lookbackDays=90"
    plain = request_event("GET", "/api/correlations/person-0", query=query)
    listing = request_event("GET", "/api/correlations/person-0", query=f"{query}&include=tested")
    answer = json.loads(handler(listing, None)["body"])
    tested = [pair for pair in answer["pairs"] if pair["refusal"] is None]
    rng = np.random.default_rng(0)
    series = [rng.standard_normal((2, pair["n"])) for pair in tested]

    def loop() -> None:
        for x, y in series:
            stats.pearsonr(x, y)
            stats.spearmanr(x, y)

    ours, plainly = _alternate(lambda: handler(plain, None), loop)
    findings = len(answer["findings"])
    return Ratio(
        f"uncached GET over 90 days, {len(tested)} pairs, {findings} findings, against scipy on as many",
        plainly / ours,
        ">= 5",
        f"{ours * 1e3:.1f} ms against {plainly * 1e3:.0f} ms",
    )


def _moved_by_steps(person: PersonRows) -> PersonRows:
    """A resting heart rate that follows the steps of the day before: something to permute and to size."""
    r = person.readings
    day = r.at.astype("datetime64[D]")
    metric = np.array(r.metric)
    steps = dict(zip(day[metric == "STEPS"], r.value[metric == "STEPS"], strict=True))
    moved = r.value.copy()
    for i in np.flatnonzero(metric == "RESTING_HEART_RATE"):
        moved[i] -= (steps.get(day[i] - 1, 9_000.0) - 9_000.0) / 1_000
    return replace(person, readings=replace(r, value=moved))


def _save(person: PersonRows) -> None:
    from common.store.engine import transaction  # noqa: PLC0415
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415
    from functions.local.data.loading import save_people  # noqa: PLC0415

    create_backend_tables(os.environ["DATABASE_URL"])
    run_migrations(os.environ["DATABASE_URL"])
    with transaction() as connection:
        save_people(connection, [person], "bench")


def _alternate(*calls: Callable[[], Any]) -> list[float]:
    """Least wall seconds of each, turn about."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, times in zip(calls, taken, strict=True):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
    return [min(times) for times in taken]
