"""Killed at any moment and started again, a night leaves what an undisturbed one leaves."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.nightly.handler import handler
from tests.conftest import MakeDatabase, forget_singletons
from tests.fixtures.backend import connect_native
from tests.integration.night import REMEMBERED, contents
from tests.integration.people import add_person
from tests.people import LAST_DAY

PEOPLE = 12
KILLS = 6
NIGHT = LAST_DAY + timedelta(days=1)
PATIENCE_SECONDS = 600
ORDER = {"action": "everything", "scheduled": f"{NIGHT}T03:00:00Z"}
CHILD = f"""
from functions.nightly.handler import handler
print("ready", flush=True)
handler({ORDER!r}, None)
"""


@pytest.fixture(scope="module")
def undisturbed_and_disturbed(
    settings_env: pytest.MonkeyPatch, database_url: str, make_database: MakeDatabase
) -> Iterator[tuple[str, str]]:
    """Two databases of the same people; their "xmin" too, for one is a copy of the other."""
    for n in range(PEOPLE):
        add_person(f"person-{n:02d}", seed=n, days=60 + 5 * n)
    forget_singletons()  # a database in use cannot be copied
    copy = make_database(database_url.rpartition("/")[2])
    yield database_url, copy
    settings_env.setenv("DATABASE_URL", database_url)
    forget_singletons()


def test_a_night_killed_at_random_and_run_again_is_byte_for_byte_an_undisturbed_one(
    undisturbed_and_disturbed: tuple[str, str],
) -> None:
    undisturbed, disturbed = undisturbed_and_disturbed
    began = time.perf_counter()
    assert handler(ORDER, None)["computed"] == PEOPLE
    whole_night = time.perf_counter() - began

    rng = random.Random(11)
    killed_at_work = 0
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            env={**os.environ, "DATABASE_URL": disturbed},
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(rng.uniform(0, whole_night / 3))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        killed_at_work += child.returncode == -signal.SIGKILL
        done = len(contents(disturbed)['ml."Night"'])
        features = contents(disturbed)['"MLFeature"']
        assert bool(features) == bool(done), "a person's night is there as a whole or not at all"
    assert killed_at_work
    finishing = subprocess.run(
        [sys.executable, "-c", CHILD], env={**os.environ, "DATABASE_URL": disturbed}, check=False
    )
    assert finishing.returncode == 0
    assert contents(disturbed) == contents(undisturbed)


def test_two_launches_at_once_leave_what_one_leaves(undisturbed_and_disturbed: tuple[str, str]) -> None:
    undisturbed, disturbed = undisturbed_and_disturbed
    connection = connect_native(disturbed)
    for table in REMEMBERED:
        connection.run(f"DELETE FROM {table}")
    connection.close()
    environment = {**os.environ, "DATABASE_URL": disturbed}
    both = [subprocess.Popen([sys.executable, "-c", CHILD], env=environment) for _ in range(2)]
    assert [child.wait(PATIENCE_SECONDS) for child in both] == [0, 0]
    assert contents(disturbed) == contents(undisturbed)
