"""Somebody whose sensor samples all day beside somebody who has a row a night, in one run.

Glucose every five minutes, every minute and every half minute of the whole window that is looked at. A
cached answer costs the version of the rows; a first one also the rows themselves. Whoever has most must
still be answered in time, and never as if the database were away.
"""

import logging
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.benchmarks.ratio import Ratio

DAYS = 460
CALLS, ROUNDS = 40, 7
ANSWERED_WITHIN_S = 15.0
"""Half of what a function may take."""


@dataclass(frozen=True)
class Person:
    user_id: str
    each_seconds: int | None = None
    """Between two readings of the sensor; None where there is none."""

    @property
    def sensor_rows(self) -> int:
        return DAYS * 86_400 // self.each_seconds if self.each_seconds else 0


PLAIN = Person("plain")
PEOPLE = (PLAIN, Person("every-5-min", 300), Person("every-min", 60), Person("every-30-s", 30))


def run() -> Iterator[Ratio]:
    from tests.benchmarks.asking import own_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with own_servers():
        logging.disable(logging.INFO)
        last = _fill()
        yield from _first_answers(last)
        yield from _cached_answers(last)


def _fill() -> date:
    from common.store.engine import transaction  # noqa: PLC0415
    from common.store.migrations import migration_engine  # noqa: PLC0415
    from functions.local.data.loading import save_people  # noqa: PLC0415
    from tests.fixtures.sampled import add_samples  # noqa: PLC0415
    from tests.people import LAST_DAY, make_person  # noqa: PLC0415

    rows = make_person(days=180)
    people = [replace(rows, profile=replace(rows.profile, user_id=person.user_id)) for person in PEOPLE]
    with transaction() as connection:
        save_people(connection, people, "bench")
    engine = migration_engine(os.environ["DATABASE_URL"])
    for person in PEOPLE:
        if person.each_seconds:
            with engine.begin() as connection:
                add_samples(
                    connection, person.user_id, "BLOOD_GLUCOSE", last=LAST_DAY + timedelta(days=1), days=DAYS,
                    each_seconds=person.each_seconds,
                )  # fmt: skip
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql('VACUUM ANALYZE public."HealthMetric"')
    return LAST_DAY


def _questions(user_id: str, last: date) -> dict[str, Callable[[], Any]]:
    from tests.fixtures.calls import get, post  # noqa: PLC0415

    day = f"date={last}"
    return {
        "features": lambda: get(f"/api/features/{user_id}/{last}"),
        "correlations": lambda: get(f"/api/correlations/{user_id}", day),
        "insights": lambda: get(f"/api/insights/{user_id}", day),
        "predictions": lambda: post("/api/predictions/rhr", {"userId": user_id, "date": str(last)}),
    }


def _first_answers(last: date) -> Iterator[Ratio]:
    for person in PEOPLE:
        for name, ask in _questions(person.user_id, last).items():
            began = time.perf_counter()
            reply = ask()
            taken = time.perf_counter() - began
            yield Ratio(
                f"first {name}, {person.user_id} / {ANSWERED_WITHIN_S:.0f} s",
                taken / ANSWERED_WITHIN_S if reply.status == 200 else math.inf,
                "<= 1",
                f"{person.sensor_rows:,} rows of a sensor, {reply.status} after {taken * 1_000:.0f} ms",
            )


def _cached_answers(last: date) -> Iterator[Ratio]:
    asked = {person: _questions(person.user_id, last)["features"] for person in PEOPLE}
    taken: dict[Person, list[float]] = {person: [] for person in PEOPLE}
    for _ in range(ROUNDS):
        for person, ask in asked.items():
            began = time.perf_counter()
            for _ in range(CALLS):
                ask()
            taken[person].append((time.perf_counter() - began) / CALLS * 1_000)
    usual = {person: statistics.median(times) for person, times in taken.items()}
    for person, ms in usual.items():
        if person != PLAIN:
            detail = (
                f"{person.sensor_rows:,} rows, {ms:.2f} ms against {usual[PLAIN]:.2f} ms, "
                f"median of {ROUNDS} rounds"
            )
            yield Ratio(f"cached answer, {person.user_id} / plain", ms / usual[PLAIN], "<= 3", detail)
