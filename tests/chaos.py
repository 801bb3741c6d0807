"""Nights under everything that goes wrong against nights nobody disturbed: `python -m tests.chaos [SEED]`.

Both halves hold the same people, one of whom poisons whoever computes them and one of whom is deleted midway.
After the disturbances a night is run once more, and then every table must be equal, row by row, but for when
rows were written. What was done and found is printed; the exit code is 1 where there was a difference.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from functions.local.servers import postgres, valkey
from functions.local.servers.process import Server
from tests.fixtures.backend import connect_native, create_backend_schema

PEOPLE = 30
NIGHTS = 4
DISTURBANCES = 8
NIGHT_SECONDS_MAX = 300
FIRST_NIGHT = datetime(2025, 7, 1, 4, tzinfo=UTC)
"""At the hour in which what is left of people who are gone is removed."""
LAST_DAY = (FIRST_NIGHT + timedelta(days=NIGHTS - 1)).date()
POISON, DELETED = "person-03", "person-07"
DELETE = f"""DELETE FROM "User" WHERE id = '{DELETED}'"""

# the function's own handler, but that one person cannot be computed
CHILD = f"""
import sys
from common.services.nightly import person
from functions.nightly.handler import handler
real = person.compute_night
def poisoned(snapshot, *rest):
    if snapshot.user_id == {POISON!r}:
        raise ZeroDivisionError
    return real(snapshot, *rest)
person.compute_night = poisoned
print("ready", flush=True)
handler({{"action": "everything", "scheduled": sys.argv[1]}}, None)
"""


@dataclass
class Ground:
    """The servers, the two databases in them, and what was found."""

    folder: Path
    rng: random.Random
    postgres: Server
    valkey: Server
    found: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        return self.postgres.url.rpartition("/")[0] + f"/{database}"

    def find(self, difference: str) -> None:
        self.found.append(difference)
        print(f"DIFFERENT: {difference}", flush=True)

    def run(self, database: str, statement: str) -> list[list[object]]:
        connection = connect_native(self.url(database))
        try:
            return list(connection.run(statement) or ())
        finally:
            connection.close()

    def launch(self, scheduled: str, database: str = "disturbed") -> subprocess.Popen[bytes]:
        """A night, begun: everything is loaded, nobody computed."""
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, scheduled],
            env={**os.environ, "DATABASE_URL": self.url(database), "REDIS_URL": self.valkey.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdout is not None
        child.stdout.readline()
        return child

    def pause(self, longest: float) -> float:
        seconds = self.rng.uniform(0, longest)
        time.sleep(seconds)
        return seconds

    def forget_some(self) -> None:
        """Half of the people, drawn anew, are to be computed again: a night done has nothing to disturb."""
        ids = [f"person-{n:02d}" for n in range(PEOPLE)]
        forgotten = "', '".join(self.rng.sample(ids, PEOPLE // 2))
        self.run("disturbed", f"""DELETE FROM ml."Night" WHERE "userId" IN ('{forgotten}')""")

    def count_marked(self) -> object:
        return self.run("disturbed", 'SELECT count(*) FROM ml."Night"')[0][0]


def finish(child: subprocess.Popen[bytes]) -> int:
    child.communicate(timeout=NIGHT_SECONDS_MAX)
    return child.returncode


def kill(ground: Ground, scheduled: str, whole: float) -> str:
    child = ground.launch(scheduled)
    seconds = ground.pause(whole)
    child.send_signal(signal.SIGKILL)
    return f"killed after {seconds:.2f} s (exit {finish(child)}), {ground.count_marked()} people marked"


def double(ground: Ground, scheduled: str, _: float) -> str:
    both = [ground.launch(scheduled) for _ in range(2)]
    return f"launched twice at once (exits {[finish(child) for child in both]})"


def run_older(ground: Ground, scheduled: str, whole: float) -> str:
    before = datetime.fromisoformat(scheduled) - timedelta(days=1)
    older = ground.launch(before.strftime("%Y-%m-%dT%H:%M:%SZ"))
    newer = ground.launch(scheduled)
    seconds = ground.pause(whole)
    newer.send_signal(signal.SIGKILL)
    finish(newer)
    return f"killed after {seconds:.2f} s, beside the night before (exit {finish(older)})"


def restart_postgres(ground: Ground, scheduled: str, whole: float) -> str:
    child = ground.launch(scheduled)
    seconds = ground.pause(whole)
    ground.postgres.stop()
    port = ground.postgres.port
    ground.postgres = postgres.start(ground.folder / "postgres", port, postgres.THROW_AWAY)
    return (
        f"PostgreSQL restarted after {seconds:.2f} s (exit {finish(child)}), {ground.count_marked()} marked"
    )


def restart_valkey(ground: Ground, scheduled: str, whole: float) -> str:
    child = ground.launch(scheduled)
    seconds = ground.pause(whole)
    ground.valkey.stop()
    away = ground.pause(1.0)
    ground.valkey = valkey.start(ground.folder / "valkey", ground.valkey.port)
    return f"Redis away for {away:.2f} s after {seconds:.2f} s (exit {finish(child)})"


DISTURBANCES_THERE_ARE = (kill, kill, double, run_older, restart_postgres, restart_valkey)


def main(seed: int) -> int:
    began = time.perf_counter()
    print(f"seed {seed}: {PEOPLE} people, {NIGHTS} nights, {DISTURBANCES} disturbances each", flush=True)
    os.environ |= {"ENVIRONMENT": "development", "LOG_LEVEL": "CRITICAL", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="nutri-chaos-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        ground = Ground(
            folder,
            random.Random(seed),
            postgres.start(folder / "postgres", settings=postgres.THROW_AWAY),
            valkey.start(folder / "valkey"),
        )
        try:
            prepare(ground)
            for n in range(NIGHTS):
                disturb_night(ground, n)
        finally:
            ground.valkey.stop()
            ground.postgres.stop()
    print(f"{len(ground.found)} differences, {time.perf_counter() - began:.0f} s")
    return 1 if ground.found else 0


def prepare(ground: Ground) -> None:
    """Two databases of the same people; their "xmin" too, for one is a copy of the other."""
    from common.store.migrations import run_migrations  # noqa: PLC0415 - reads the environment
    from functions.local.data.loading import save_people  # noqa: PLC0415
    from functions.local.servers.database import bulk_transaction  # noqa: PLC0415
    from tests.people import make_person  # noqa: PLC0415

    ground.run("postgres", "CREATE DATABASE undisturbed")
    url = ground.url("undisturbed")
    create_backend_schema(url, ("backend.sql", "backend_newer_user.sql"))
    run_migrations(url)
    drawn = [make_person(n, 60 + 5 * n, "UTC", LAST_DAY) for n in range(PEOPLE)]
    people = [
        replace(rows, profile=replace(rows.profile, user_id=f"person-{n:02d}"))
        for n, rows in enumerate(drawn)
    ]
    with bulk_transaction(url) as connection:
        save_people(connection, people, "chaos")
    ground.run("postgres", "CREATE DATABASE disturbed TEMPLATE undisturbed")


def disturb_night(ground: Ground, n: int) -> None:
    from tests.integration.night import contents  # noqa: PLC0415 - reads the environment

    scheduled = (FIRST_NIGHT + timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")
    last = n == NIGHTS - 1
    if last:
        ground.run("undisturbed", DELETE)
    child = ground.launch(scheduled, "undisturbed")
    began = time.perf_counter()
    assert finish(child) == 0
    whole = time.perf_counter() - began
    print(f"night of {scheduled}: undisturbed in {whole:.2f} s", flush=True)
    for step in range(DISTURBANCES):
        disturb = ground.rng.choice(DISTURBANCES_THERE_ARE)
        if disturb is run_older:  # which their marks are there to stop
            assert finish(ground.launch(scheduled)) == 0
        else:
            ground.forget_some()
        print(f"  {disturb(ground, scheduled, whole)}", flush=True)
        if last and step == 0:
            child = ground.launch(scheduled)
            seconds = ground.pause(whole)
            ground.run("disturbed", DELETE)
            print(f"  {DELETED} deleted after {seconds:.2f} s (exit {finish(child)})", flush=True)
    assert finish(ground.launch(scheduled)) == 0
    quiet, loud = contents(ground.url("undisturbed")), contents(ground.url("disturbed"))
    for table, rows in quiet.items():
        if rows == loud[table]:
            print(f"  {table}: {len(rows)} rows, equal", flush=True)
        else:
            ground.find(f"{table} in the night of {scheduled}: {_first_of_either(rows, loud[table])}")
    if last and any(DELETED in str(row) for rows in loud.values() for row in rows):
        ground.find(f"rows of {DELETED}, who is gone")


def _first_of_either(quiet: list[list[str]], loud: list[list[str]]) -> str:
    told = [
        f"{len(only)} rows only {whose}, as {sorted(only)[0][:300]}"
        for whose, mine, others in (("undisturbed", quiet, loud), ("disturbed", loud, quiet))
        if (only := {row for (row,) in mine} - {row for (row,) in others})
    ]
    return "; ".join(told)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
