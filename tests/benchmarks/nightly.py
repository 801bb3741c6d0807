"""What a night costs: people per second and core, memory, SQL and bytes, and the sum for millions.

`python -m tests.benchmarks.nightly 1000 10000` measures so many people of 180 days each; as part of all
benchmarks a few will do. Every figure is of processes of their own, which do nothing else. Of many people the
first hundred are drawn and the others are copies: every one is computed all the same.
"""

import os
import re
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

from sqlalchemy import Connection, text

from tests.benchmarks.ratio import Ratio

FEW = 60
MANY = 5_000
"""From so many on one night is measured, for its memory, statements and bytes alone."""
DAYS = 180
LAST_DAY = date(2025, 6, 29)
FIRST_NIGHT = LAST_DAY + timedelta(days=1)  # a Monday: correlations have a new look
DRAWN = 100
BUSIEST_HOUR_SHARE = 0.2
"""A guess at the most populous hour's time zones."""
LAMBDA_MB, LAMBDA_USD = 3_008, 0.0000166667
"""Memory of template.yaml, and AWS's list price of a gigabyte-second (x86, us-east-1, 2025)."""
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
    from functions.local.servers.start import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with open_servers(folder, None, None) as servers:
        os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": "", "ENVIRONMENT": "development"}
        os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        _load(people, servers.database_url)
        yield from measure_nights(people, folder)


def measure_nights(people: int, folder: Path) -> Iterator[Ratio]:
    """Of people who are there, in the database of the settings, whose server's files are in `folder`."""
    (small,) = _night(FIRST_NIGHT, 1, share=10)
    if people >= MANY:
        (night,) = _night(FIRST_NIGHT + timedelta(days=1), 1)
        yield from _tell_size(people, small, night)
        return
    (first,) = _night(FIRST_NIGHT, 1)
    database = _database_cpu_seconds(folder)
    (second,) = _night(FIRST_NIGHT + timedelta(days=1), 1)
    database_seconds = _database_cpu_seconds(folder) - database
    (again,) = _night(FIRST_NIGHT + timedelta(days=1), 1)
    database = _database_cpu_seconds(folder)
    pair = _night(FIRST_NIGHT + timedelta(days=2), 2)
    shared_seconds = _database_cpu_seconds(folder) - database
    database_ms = database_seconds / people * 1e3
    yield Ratio(
        f"nightly, {people} people of {DAYS} days: people per second and core",
        people / second.cpu_seconds,
        ">= 20",
        f"{second.cpu_seconds / people * 1e3:.1f} ms of processor, {second.seconds / people * 1e3:.1f} ms in "
        f"all a person, and {database_ms:.1f} ms of the database's; a night with a new look "
        f"{first.cpu_seconds / people * 1e3:.1f} of processor, unchanged people "
        f"{again.cpu_seconds / people * 1e3:.2f} and {again.statements / people:.2f} statements",
    )
    yield from _tell_size(people, small, second)
    slower = max(part.seconds for part in pair)
    busy = sum(part.cpu_seconds for part in pair) + shared_seconds
    yield Ratio(
        "nightly: two processes against one",
        second.seconds / slower,
        ">= 1.7",
        f"{slower:.1f} s against {second.seconds:.1f} s; both and the database kept {busy / slower:.2f} of "
        f"{os.cpu_count()} cores busy, the database {shared_seconds / busy:.0%} of that",
    )
    for millions in (1, 10):
        print(_sum_for(millions, second, people, database_ms))


def _tell_size(people: int, small: Measured, night: Measured) -> Iterator[Ratio]:
    yield Ratio(
        f"nightly, {people} people: SQL statements per person",
        night.statements / people,
        "<= 6",
        f"and a begin and a commit; sent {night.bytes_sent / people / 1024:.0f} KiB, received "
        f"{night.bytes_received / people / 1024:.0f} KiB; {night.cpu_seconds / people * 1e3:.1f} ms of "
        f"processor",
    )
    yield Ratio(
        f"nightly: peak memory of one process with {people} people over that of a tenth of them",
        night.peak_rss_mib / small.peak_rss_mib,
        "<= 1.1",
        f"{night.peak_rss_mib:.0f} MiB",
    )


def _sum_for(millions: int, night: Measured, people: int, database_ms: float) -> str:
    """In proportion to people: none of the work on one depends on how many there are."""
    everyone = millions * 1_000_000
    busiest = everyone * BUSIEST_HOUR_SHARE
    each = night.seconds / people
    gigabyte_seconds = everyone * each * LAMBDA_MB / 1_024
    return (
        f"nightly, {millions} million people, {BUSIEST_HOUR_SHARE:.0%} of them due in the busiest hour: "
        f"{busiest * each / 3_600:.0f} processes and connections then (MaxConcurrency), "
        f"{busiest * night.statements / people / 3_600:.0f} statements and "
        f"{busiest * night.bytes_received / people / 3_600 / 2**20:.0f} MiB a second, "
        f"{busiest * database_ms / 3_600e3:.0f} cores of the database; in the whole night "
        f"{everyone * night.bytes_received / people / 2**30:.0f} GiB read and "
        f"{gigabyte_seconds * LAMBDA_USD:.0f} USD of Lambda at {LAMBDA_MB:,} MB and list price"
    )


def _database_cpu_seconds(folder: Path) -> float:
    """Of the server and of every connection that has ended, the last a moment ago."""
    time.sleep(1)
    (pid_file,) = folder.rglob("postmaster.pid")
    fields = Path(f"/proc/{pid_file.read_text().split()[0]}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # utime, stime and those of children


def _load(people: int, database_url: str) -> None:
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415
    from functions.local.data.loading import save_people  # noqa: PLC0415
    from functions.local.servers.database import bulk_transaction  # noqa: PLC0415
    from tests.people import make_person  # noqa: PLC0415

    create_backend_tables(database_url)
    run_migrations(database_url)
    drawn = []
    for n in range(min(people, DRAWN)):
        rows = make_person(n, DAYS, "UTC", LAST_DAY)
        drawn.append(replace(rows, profile=replace(rows.profile, user_id=f"person-{n:06d}")))
    with bulk_transaction(database_url) as connection:
        save_people(connection, drawn, "bench")
    for start in range(DRAWN, people, DRAWN):
        with bulk_transaction(database_url) as connection:
            _copy(connection, start, min(DRAWN, people - start))
    with bulk_transaction(database_url) as connection:
        connection.execute(text("ANALYZE"))


def _copy(connection: Connection, start: int, people: int) -> None:
    """The first `people` again, numbered from `start`."""
    new_id = f"'person-' || lpad((right(%s, 6)::int + {start})::text, 6, '0')"
    tables = {"User": "id"} | dict.fromkeys(("Meal", "HealthMetric", "Activity"), "userId")
    for table, owner in tables.items():
        columns = connection.scalars(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = :t"), {"t": table}
        ).all()
        copied = {column: f'"{column}"' for column in columns}
        copied["id"] = f"md5(\"id\" || '{start}')"
        copied[owner] = new_id % f'"{owner}"'
        connection.execute(
            text(
                f"""INSERT INTO public."{table}" ({", ".join(f'"{column}"' for column in copied)})
                SELECT {", ".join(copied.values())} FROM public."{table}"
                WHERE "{owner}" < 'person-{people:06d}'"""
            )
        )


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
        peak_rss_mib=_peak_rss_mib(),
        statements=statements,
        bytes_sent=sent,
        bytes_received=received,
    )


def _peak_rss_mib() -> float:
    """Of this process alone: what getrusage tells a process began with is its parent's peak."""
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(line) / 1024


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
