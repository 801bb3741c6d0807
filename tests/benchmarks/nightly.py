"""What a night costs: people per second and core, memory, SQL and bytes, and the sum for millions.

`python -m tests.benchmarks.nightly 1000 5000` measures so many people of 180 days each; as part of all
benchmarks a few will do. Every figure is of processes of their own, which do nothing else.
"""

import os
import resource
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks.ratio import Ratio

FEW = 60
DAYS = 180
LAST_DAY = date(2025, 6, 29)
FIRST_NIGHT = LAST_DAY + timedelta(days=1)  # a Monday: correlations have a new look
PEOPLE_PER_LOAD = 50
BYTES_IN_TCP_INFO = 120  # u64 acknowledged, u64 received: struct tcp_info of linux/tcp.h


@dataclass(frozen=True)
class Measured:
    people: int
    seconds: float
    cpu_seconds: float
    peak_rss_mib: float
    statements: int
    bytes_sent: int
    bytes_received: int


def run() -> Iterator[Ratio]:
    with tempfile.TemporaryDirectory(prefix="nutri-bench-") as folder:
        Path(folder).chmod(0o711)
        yield from measure(FEW, Path(folder))


def measure(people: int, folder: Path) -> Iterator[Ratio]:
    from functions.local.servers import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with open_servers(folder, None, None) as servers:
        os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": "", "ENVIRONMENT": "development"}
        os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        _load(people, servers.database_url)
        (small,) = _night(FIRST_NIGHT, 1, share=10)
        (first,) = _night(FIRST_NIGHT, 1)
        (second,) = _night(FIRST_NIGHT + timedelta(days=1), 1)
        (again,) = _night(FIRST_NIGHT + timedelta(days=1), 1)
        pair = _night(FIRST_NIGHT + timedelta(days=2), 2)
    yield Ratio(
        f"nightly, {people} people of {DAYS} days: people per second and core",
        people / second.cpu_seconds,
        ">= 20",
        f"{second.cpu_seconds / people * 1e3:.1f} ms of processor, {second.seconds / people * 1e3:.1f} ms in "
        f"all a person; a first night {first.seconds / people * 1e3:.1f}, unchanged "
        f"{again.seconds / people * 1e3:.2f}",
    )
    yield Ratio(
        "nightly: SQL statements per person",
        second.statements / people,
        "<= 6",
        f"and a begin and a commit; unchanged {again.statements / people:.2f}; sent "
        f"{second.bytes_sent / people / 1024:.0f} KiB, received "
        f"{second.bytes_received / people / 1024:.0f} KiB",
    )
    yield Ratio(
        "nightly: peak memory of one process over that of a tenth of the people",
        second.peak_rss_mib / small.peak_rss_mib,
        "<= 1.1",
        f"{second.peak_rss_mib:.0f} MiB",
    )
    slower = max(part.seconds for part in pair)
    yield Ratio(
        "nightly: two processes against one",
        second.seconds / slower,
        ">= 1.7",
        f"{slower:.1f} s against {second.seconds:.1f} s",
    )
    for millions in (1, 10):
        print(_sum_for(millions, second, people))


def _sum_for(millions: int, night: Measured, people: int) -> str:
    everyone = millions * 1_000_000
    busiest_hour = everyone * 0.2  # the share of the most populous hour's zones
    each = night.seconds / people
    at_once = busiest_hour * each / 3_600
    gigabyte_seconds = everyone * each * 3_008 / 1_024
    return (
        f"nightly, {millions} million people: {at_once:.0f} processes at once in the busiest hour, "
        f"{everyone * night.statements / people / 86_400:.0f} statements a second on average, "
        f"{everyone * night.bytes_received / people / 2**30:.0f} GiB read, "
        f"{gigabyte_seconds * 0.0000166667:.0f} USD of Lambda a night at 3,008 MB and list price"
    )


def _load(people: int, database_url: str) -> None:
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415
    from functions.local.database import bulk_transaction  # noqa: PLC0415
    from functions.local.loading import save_people  # noqa: PLC0415
    from tests.people import make_person  # noqa: PLC0415

    create_backend_tables(database_url)
    run_migrations(database_url)
    for start in range(0, people, PEOPLE_PER_LOAD):
        batch = []
        for n in range(start, min(start + PEOPLE_PER_LOAD, people)):
            rows = make_person(n, DAYS, "UTC", LAST_DAY)
            batch.append(replace(rows, profile=replace(rows.profile, user_id=f"person-{n:06d}")))
        with bulk_transaction(database_url) as connection:
            save_people(connection, batch, "bench")


def _night(day: date, processes: int, share: int = 1) -> list[Measured]:
    """One night of everyone (or of one part in `share`), split evenly over processes."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(
            pool.map(_measure_part, [day] * processes, range(processes), [processes * share] * processes)
        )


def _measure_part(day: date, part: int, parts: int) -> Measured:
    from sqlalchemy import event  # noqa: PLC0415

    import functions.nightly.handler  # noqa: F401, PLC0415 - what a cold start loads is not measured
    from common.services import nightly  # noqa: PLC0415
    from common.store.engine import get_engine  # noqa: PLC0415

    run = nightly.Run(datetime.combine(day + timedelta(days=3), datetime.min.time()), day)
    people = nightly.plan().people
    shards = nightly.plan(-(-people // parts)).shards
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(get_engine(), "before_cursor_execute", count)
    before = _traffic()
    began, cpu = time.perf_counter(), time.process_time()
    report = nightly.recompute(run, shards[part], out_of_time=lambda: False)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    sent, received = (after - b for after, b in zip(_traffic(), before, strict=True))
    return Measured(
        people=report.due,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        peak_rss_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        statements=statements,
        bytes_sent=sent,
        bytes_received=received,
    )


def _traffic() -> tuple[int, int]:
    """Bytes the database connection has sent and received, as the kernel counts them."""
    from common.store.engine import reading  # noqa: PLC0415

    with reading() as connection:
        raw = connection.connection.dbapi_connection._usock  # type: ignore[union-attr]
        info = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    acknowledged, received = struct.unpack_from("<QQ", info, BYTES_IN_TCP_INFO)
    return acknowledged, received


if __name__ == "__main__":
    for number in sys.argv[1:]:
        with tempfile.TemporaryDirectory(prefix="nutri-bench-") as place:
            Path(place).chmod(0o711)
            for ratio in measure(int(number), Path(place)):
                print(ratio, flush=True)
