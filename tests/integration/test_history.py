"""A recorded history, in the manner of Jepsen: clients, a backend that writes, and kills at random.

Every operation is recorded with when it began and ended, and the history judged afterwards:

- what was written and acknowledged is in every fresh answer that was asked for later;
- what a fresh answer shows never goes back behind what an earlier one showed;
- an answer is about the person asked for, and about nobody else's meals;
- after a deletion was acknowledged nothing is answered about that person;
- answers of one data version are the same, whether cached or computed.

`--full` runs for three minutes, or for `--seconds`; otherwise for a few seconds.
"""

import gc
import json
import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.store.migrations import run_migrations
from functions.local.servers import postgres, valkey
from functions.local.servers.process import command_of
from tests.fixtures.backend import Backend, create_backend_schema
from tests.fixtures.events import request_event
from tests.fixtures.worker import Killed, Worker

REDUCED_SECONDS, FULL_SECONDS = 12.0, 180.0
READERS = 3
NOON = (datetime.now(UTC) - timedelta(days=3)).replace(
    hour=12, minute=0, second=0, microsecond=0, tzinfo=None
)
PEOPLE = {"anna": 11.0, "bob": 13.0, "carl": 17.0}
"""The protein of each one's meal is their own (g), so that anybody else's would show."""
KCAL, KCAL_A_WRITE = 500.0, 0.01
"""Of the meal when nothing was written to it, and what each write adds: so little that it stays plausible."""
LEAVERS = 40
ALLOWED = {200, 403, 503}


@dataclass(frozen=True)
class Done:
    """One operation: `writes` were made or seen; `outcome` is a status, `acknowledged` or `unknown`."""

    what: str
    user: str
    began: float
    ended: float
    outcome: int | str
    writes: int = 0
    version: str = ""
    told: str = ""
    stale: bool = False


@dataclass
class Stage:
    directory: Path
    seconds: float
    until: float = 0.0
    history: list[Done] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    problems: list[BaseException] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def start_servers(self) -> None:
        # a killed server must not lose what it acknowledged: only the disk's own cache is trusted
        settings = {"fsync": "off", "full_page_writes": "off"}
        self.postgres = postgres.start(self.directory / "postgres", settings=settings)
        self.valkey = valkey.start(self.directory / "valkey")
        create_backend_schema(self.postgres.url, ("backend.sql", "backend_newer_user.sql"))
        run_migrations(self.postgres.url)
        self.environment = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "ENVIRONMENT": "development",
            "JWT_SECRET": "",
        }

    def worker(self, function: str) -> Worker:
        made = Worker(function, self.environment)
        self.workers.append(made)
        return made

    @property
    def running(self) -> bool:
        return time.monotonic() < self.until and not self.problems

    def note(self, done: Done) -> None:
        self.history.append(done)


def pid_of_postgres(stage: Stage) -> int:
    return int(next(stage.directory.glob("**/postmaster.pid")).read_text().split()[0])


def kill_postgres(stage: Stage) -> None:
    os.kill(pid_of_postgres(stage), signal.SIGKILL)
    time.sleep(random.uniform(0.2, 1.0))
    stage.postgres.stop()
    stage.postgres = restarted(lambda: postgres.start(stage.directory / "postgres", stage.postgres.port))


def restarted(start: Callable[[], Any]) -> Any:
    """Children of a killed server may hold its memory for a moment longer."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return start()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def freeze_postgres(stage: Stage) -> None:
    pid = pid_of_postgres(stage)
    family = [pid, *children_of(pid)]
    for one in family:
        os.kill(one, signal.SIGSTOP)
    time.sleep(random.uniform(0.2, 1.5))
    for one in family:
        os.kill(one, signal.SIGCONT)


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text().split()] if listed.exists() else []


def kill_valkey(stage: Stage) -> None:
    pid = int((stage.directory / "valkey" / "valkey.pid").read_text())
    assert "valkey-server" in (command_of(pid) or "")
    os.kill(pid, signal.SIGKILL)
    time.sleep(random.uniform(0.2, 1.0))
    stage.valkey.stop()
    stage.valkey = restarted(lambda: valkey.start(stage.directory / "valkey", stage.valkey.port))


def kill_function(stage: Stage) -> None:
    random.choice(stage.workers).kill()


NEMESES = [kill_postgres, freeze_postgres, kill_valkey, kill_function, kill_function]


def be_nemesis(stage: Stage) -> None:
    while stage.running:
        time.sleep(random.uniform(0.3, 2.0))
        nemesis = random.choice(NEMESES)
        nemesis(stage)
        stage.faults[nemesis.__name__] += 1


def be_backend(stage: Stage) -> None:
    """Edits each one's meal again and again; what was not acknowledged, once more before going on."""
    written = dict.fromkeys(PEOPLE, 0)
    backend: Backend | None = None
    while stage.running:
        user = random.choice(list(PEOPLE))
        number = written[user] + 1
        began = time.monotonic()
        try:
            backend = backend or Backend(stage.postgres.url)
            backend.update("Meal", f"meal-of-{user}", calories=KCAL + number * KCAL_A_WRITE)
            written[user] = number
            stage.note(Done("write", user, began, time.monotonic(), "acknowledged", number))
        except Exception:
            hang_up(backend)
            backend = None
            time.sleep(0.1)
        time.sleep(0.01)
    hang_up(backend)


def hang_up(backend: Backend | None) -> None:
    """Whatever state the server left the connection in: its socket is closed."""
    if backend is not None and (socket := backend.connection._usock) is not None:
        socket.close()


def be_reader(stage: Stage) -> None:
    worker = stage.worker("features")
    while stage.running:
        user = random.choice(list(PEOPLE))
        read(stage, worker, user)


def read(stage: Stage, worker: Worker, user: str) -> Done:
    event = request_event("GET", f"/api/features/{user}/{NOON.date()}", query="categories=nutrition")
    began = time.monotonic()
    try:
        answer = worker.ask(event)
    except Killed:
        done = Done("read", user, began, time.monotonic(), "unknown")
    else:
        done = describe(user, began, answer)
    stage.note(done)
    return done


def describe(user: str, began: float, answer: dict[str, Any]) -> Done:
    body = json.loads(answer["body"])
    status = answer["statusCode"]
    if status != 200:
        return Done("read", user, began, time.monotonic(), status)
    assert body["userId"] == user
    nutrition = body["features"]["nutrition"]
    assert nutrition["protein_daily"] == PEOPLE.get(user, 19.0), "somebody else's meal"
    writes = round((nutrition["calories_daily"] - KCAL) / KCAL_A_WRITE)
    told = json.dumps(body["features"], sort_keys=True)
    return Done(
        "read", user, began, time.monotonic(), status, writes, body["dataVersion"], told, stale=body["stale"]
    )


def be_leavers(stage: Stage) -> None:
    """People who have their data deleted, and are asked about before and ever after."""
    worker, reader = stage.worker("insights"), stage.worker("features")
    gone: list[str] = []
    for number in range(LEAVERS):
        user = f"leaver-{number}"
        read(stage, reader, user)
        while stage.running and delete(stage, worker, user) != 200:
            time.sleep(0.2)
        gone.append(user)
        for one in random.sample(gone, min(5, len(gone))):
            if stage.running:
                read(stage, reader, one)
                time.sleep(0.1)


def delete(stage: Stage, worker: Worker, user: str) -> int | str:
    began = time.monotonic()
    outcome: int | str
    try:
        outcome = worker.ask(request_event("DELETE", f"/api/users/{user}/data"))["statusCode"]
    except Killed:
        outcome = "unknown"
    stage.note(Done("delete", user, began, time.monotonic(), outcome))
    return outcome


@pytest.fixture
def stage(state_directory: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    full = FULL_SECONDS if request.config.getoption("--full") else REDUCED_SECONDS
    directory = state_directory / "history"
    directory.mkdir()
    directory.chmod(0o711)
    stage = Stage(directory, request.config.getoption("--seconds") or full)
    stage.start_servers()
    yield stage
    for worker in stage.workers:
        worker.kill()
    stage.postgres.stop()
    stage.valkey.stop()


# the driver leaves the sockets of connections that failed to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_history_under_kills(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    backend = Backend(stage.postgres.url)
    for user, protein_g in PEOPLE.items():
        backend.add_user(user, timezone="UTC")
        backend.add_meal(user, NOON, id=f"meal-of-{user}", calories=KCAL, protein=protein_g)
    for number in range(LEAVERS):
        backend.add_user(f"leaver-{number}", timezone="UTC")
        backend.add_meal(f"leaver-{number}", NOON, calories=KCAL, protein=19.0)
    backend.close()
    stage.until = time.monotonic() + stage.seconds
    play(stage, [be_nemesis, be_backend, be_leavers, *[be_reader] * READERS])
    assert not stage.problems, stage.problems
    last = settle(stage)
    with capfd.disabled():
        print(f"\n{summary(stage)}")  # noqa: T201
    judge(stage.history, last)
    gc.collect()
    assert stage.faults.keys() >= {"kill_function"} or stage.seconds < FULL_SECONDS


def play(stage: Stage, parts: list[Callable[[Stage], None]]) -> None:
    def guarded(part: Callable[[Stage], None]) -> None:
        try:
            part(stage)
        except BaseException as error:
            stage.problems.append(error)

    threads = [threading.Thread(target=guarded, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settle(stage: Stage) -> dict[str, Done]:
    """A fresh answer about everyone, once nothing is killed any more."""
    worker = stage.worker("features")
    last: dict[str, Done] = {}
    deadline = time.monotonic() + 30
    while len(last) < len(PEOPLE):
        assert time.monotonic() < deadline, "it does not recover"
        for user in PEOPLE.keys() - last.keys():
            done = read(stage, worker, user)
            if done.outcome == 200 and not done.stale:
                last[user] = done
    return last


def judge(history: list[Done], last: dict[str, Done]) -> None:
    assert {done.outcome for done in history if done.what == "read"} <= ALLOWED | {"unknown"}
    versions: dict[tuple[str, str], str] = {}
    acknowledged: dict[str, list[Done]] = defaultdict(list)
    fresh: dict[str, list[Done]] = defaultdict(list)
    buried: dict[str, float] = {}
    for done in sorted(history, key=lambda done: done.ended):
        if done.what == "write":
            acknowledged[done.user].append(done)
        elif done.what == "delete" and done.outcome == 200:
            buried.setdefault(done.user, done.ended)
        elif done.what == "read" and done.outcome == 200:
            assert versions.setdefault((done.user, done.version), done.told) == done.told, (
                "one version, two answers"
            )
            if not done.stale:
                fresh[done.user].append(done)
            assert done.began < buried.get(done.user, float("inf")), "answered about somebody deleted"
    for user, reads in fresh.items():
        writes = acknowledged[user]
        for done in reads:
            owed = max((write.writes for write in writes if write.ended < done.began), default=0)
            assert done.writes >= owed, "an acknowledged write is missing"
            newest = max((one.writes for one in reads if one.ended < done.began), default=0)
            assert done.writes >= newest, "an answer went back behind an earlier one"
    for user, done in last.items():
        written = acknowledged[user][-1].writes
        assert done.writes in (written, written + 1), "one write may have been made and not acknowledged"


def summary(stage: Stage) -> str:
    reads = [done for done in stage.history if done.what == "read"]
    outcomes = Counter("stale" if done.stale else str(done.outcome) for done in reads)
    writes = sum(done.what == "write" for done in stage.history)
    deletions = Counter(str(done.outcome) for done in stage.history if done.what == "delete")
    return (
        f"history: {stage.seconds:.0f} s, {writes} acknowledged writes, {len(reads)} reads {dict(outcomes)}, "
        f"deletions {dict(deletions)}, faults {dict(stage.faults)}"
    )
