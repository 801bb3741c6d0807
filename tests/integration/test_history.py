"""A recorded history under kills at random, and whether such a record finds the faults it is there to find.

`--full` runs for three minutes, or for `--seconds`; otherwise for a few seconds. `--seed` repeats what was
chosen by lot.
"""

import gc
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from functions.local.servers import postgres, valkey
from functions.local.servers.process import command_of
from tests.fixtures.history import KEPT, History, Stage, judge, play, summary
from tests.fixtures.planted import PLANTS

REDUCED_SECONDS, FULL_SECONDS = 10.0, 180.0
REDUCED_SEED = 1
CALM = {"fresh reads": 10, "journal writes": 3, "deletions": 1}
"""What succeeds between two kills: a server that is always away shows nothing."""
CALM_SECONDS_MAX = 15.0


def pid_of_postgres(stage: Stage) -> int:
    return int(next(stage.directory.glob("**/postmaster.pid")).read_text().split()[0])


def kill_postgres(stage: Stage, lots: Random) -> None:
    os.kill(pid_of_postgres(stage), signal.SIGKILL)
    time.sleep(lots.uniform(0.2, 1.0))
    stage.postgres.stop()
    stage.postgres = restarted(
        lambda: postgres.start(stage.directory / "postgres", stage.postgres.port, settings=KEPT)
    )


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


def freeze_postgres(stage: Stage, lots: Random) -> None:
    pid = pid_of_postgres(stage)
    family = [pid, *children_of(pid)]
    for one in family:
        os.kill(one, signal.SIGSTOP)
    time.sleep(lots.uniform(0.2, 1.5))
    for one in family:
        os.kill(one, signal.SIGCONT)


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text().split()] if listed.exists() else []


def kill_valkey(stage: Stage, lots: Random) -> None:
    pid = int((stage.directory / "valkey" / "valkey.pid").read_text())
    assert "valkey-server" in (command_of(pid) or "")
    os.kill(pid, signal.SIGKILL)
    time.sleep(lots.uniform(0.2, 1.0))
    stage.valkey.stop()
    stage.valkey = restarted(lambda: valkey.start(stage.directory / "valkey", stage.valkey.port))


def kill_function(stage: Stage, lots: Random) -> None:
    lots.choice(list(stage.workers.values())).kill()


NEMESES = [kill_postgres, freeze_postgres, kill_valkey, kill_function, kill_function]


def be_nemesis(stage: Stage, history: History) -> None:
    lots = history.lots("nemesis")
    while history.running:
        time.sleep(lots.uniform(0.3, 2.0))
        nemesis = lots.choice(NEMESES)
        nemesis(stage, lots)
        history.faults[nemesis.__name__] += 1
        began, before = time.monotonic(), history.succeeded()
        while history.running and time.monotonic() < began + CALM_SECONDS_MAX:
            now = history.succeeded()
            if all(now[what] >= before[what] + least for what, least in CALM.items()):
                break
            time.sleep(0.1)


@pytest.fixture(scope="module")
def stage(state_directory: Path) -> Iterator[Stage]:
    directory = state_directory / "history"
    directory.mkdir()
    directory.chmod(0o711)
    stage = Stage(directory)
    stage.start_servers()
    yield stage
    stage.close()


# the driver leaves the sockets of connections that failed to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_history_under_kills(
    stage: Stage, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    option = request.config.getoption
    full = bool(option("--full"))
    seed = option("--seed")
    if seed is None:
        seed = secrets.randbelow(1_000_000) if full else REDUCED_SEED
    history = History(seed, option("--seconds") or (FULL_SECONDS if full else REDUCED_SECONDS))
    play(stage, history, be_nemesis)
    with capfd.disabled():
        print(f"\n{summary(history)}")  # noqa: T201
    judge(stage, history)
    gc.collect()
    assert history.faults


FINDINGS = {
    "another person's answer": "an answer about somebody else",
    "another person's rows": "somebody else's meal",
    "stale after it was acknowledged": "an acknowledged write is missing",
    "a write that is lost": "an acknowledged write is missing",
    "told after it was deleted": "answered about somebody deleted",
    "kept in the cache when it was deleted": "answers are left of somebody deleted",
    "saved after it was deleted": "rows are left of somebody deleted",
    "a meal counted twice": "one counted twice",
    "one version, two answers": "one version, two answers",
}


@pytest.mark.parametrize(("number", "fault"), list(enumerate(PLANTS, 1)))
def test_a_planted_fault_is_found(stage: Stage, number: int, fault: str) -> None:
    history = History(REDUCED_SEED, 0.0, number)
    stage.plant(fault)
    try:
        play(stage, history)
        with pytest.raises(AssertionError, match=FINDINGS[fault]):
            judge(stage, history)
    finally:
        stage.plant(None)
