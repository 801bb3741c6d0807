"""A time that has not come, a person who ends processes, a database that pauses, two runs at once."""

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.errors import InvalidInput, Unavailable
from common.services.nightly import person as person_night
from common.services.nightly import shards
from functions.nightly.handler import NightIncomplete, handler
from tests.fixtures.backend import Backend
from tests.integration.night import DAY, SCHEDULED, TABLES, count, forget_everyone, invoke, stored
from tests.integration.people import add_person

LATER, EVEN_LATER = "2125-06-30T03:00:00Z", datetime(2126, 1, 1)  # noqa: DTZ001
DIES = f"""
import os
from common.services.nightly import person
from functions.nightly.handler import NightIncomplete, handler
real = person.compute_night
def compute(snapshot, *rest):
    if snapshot.user_id == "bela":
        os._exit(9)
    return real(snapshot, *rest)
person.compute_night = compute
handler({{"action": "recompute", "scheduled": "{SCHEDULED}"}}, None)
"""


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    forget_everyone(backend)
    backend.run("""UPDATE ml."NightRun" SET "execution" = '', "until" = '-infinity', "evaluatedOn" = NULL""")


@pytest.mark.parametrize("action", ["plan", "recompute", "evaluate", "everything"])
def test_an_hour_beyond_the_database_s_clock_is_refused_and_changes_nothing(
    backend: Backend, action: str
) -> None:
    add_person("anna", days=60)
    invoke("everything")
    before = stored(backend)
    with pytest.raises(InvalidInput, match="clock"):
        handler({"action": action, "scheduled": LATER}, None)
    assert stored(backend) == before


def test_a_night_saved_by_a_wrong_clock_removes_nothing_and_keeps_nobody_waiting(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=60)
    backend.add_profile("anna", dataRetentionDays=9_000)
    invoke("everything")
    before = [count(backend, table, "anna") for table in TABLES]
    monkeypatch.setattr("common.services.nightly.turns.read_clock", lambda _: EVEN_LATER)
    wrong = handler({"action": "recompute", "scheduled": LATER}, None)
    assert wrong["computed"] == 1
    assert all(
        now >= then for now, then in zip((count(backend, t, "anna") for t in TABLES), before, strict=True)
    )
    monkeypatch.undo()
    again = handler({"action": "recompute", "scheduled": "2025-07-01T03:00:00Z"}, None)
    assert (again["due"], again["computed"]) == (1, 1), "a mark ahead of the database's clock is none"


def test_a_person_who_ends_the_process_is_given_up_and_everybody_behind_is_computed(
    backend: Backend,
) -> None:
    for name in ("anna", "bela", "carl", "dora"):
        add_person(name, days=10)
    deaths = 0
    while subprocess.run([sys.executable, "-c", DIES], env=os.environ, check=False).returncode:
        deaths += 1
        computed = {row[0] for row in backend.run('SELECT "userId" FROM ml."Night"')}
        assert computed == ({"anna"} if deaths == 1 else {"anna", "carl", "dora"})
        assert deaths <= shards.TRIES_MAX
    assert deaths == shards.TRIES_MAX
    assert backend.run('SELECT "userId", "reason" FROM ml."Quarantine"') == [["bela", "died"]]
    assert backend.run('SELECT 1 FROM ml."Attempt"') == []
    assert invoke("recompute")["quarantined"] == 1


def test_another_day_and_another_build_begin_anew(backend: Backend) -> None:
    add_person("anna", days=10)
    engine = person_night.engine_version()
    for day, build in ((DAY, "the one before"), (DAY - timedelta(days=1), engine)):
        backend.run('DELETE FROM ml."Attempt"')
        backend.run(f"""INSERT INTO ml."Attempt" VALUES ('anna', '{day}', '{build}', 9)""")
        backend.run('DELETE FROM ml."Night"')
        assert invoke("recompute")["computed"] == 1


def test_one_slow_person_is_their_own_failure_and_nobody_else_s(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("anna", "bela", "carl"):
        add_person(name, days=10)
    real: Any = vars(person_night)["load_snapshot"]

    def slow_for_bela(user_id: str, *rest: Any) -> Any:
        if user_id == "bela":
            from common.store.engine import reading  # noqa: PLC0415

            with reading() as connection:
                connection.exec_driver_sql("SET LOCAL statement_timeout = '20ms'")
                connection.exec_driver_sql("SELECT pg_sleep(5)")
        return real(user_id, *rest)

    monkeypatch.setattr(person_night, "load_snapshot", slow_for_bela)
    report = invoke("recompute")
    assert (report["computed"], report["failed"]) == (2, 1)
    assert backend.run('SELECT "userId", "reason" FROM ml."Quarantine"') == [["bela", "database_unavailable"]]


def test_a_pause_of_the_database_is_waited_out_and_is_nobody_s_failure(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("anna", "bela"):
        add_person(name, days=10)
    real: Any = vars(person_night)["load_snapshot"]
    asked: list[str] = []
    slept: list[float] = []

    def away_once(*given: Any) -> Any:
        asked.append(given[0])
        if len(asked) == 1:
            raise Unavailable("gone", code="database_unavailable")
        return real(*given)

    answers = iter([False, False, True])
    monkeypatch.setattr(person_night, "load_snapshot", away_once)
    monkeypatch.setattr(shards, "_answers", lambda: next(answers))
    monkeypatch.setattr(shards, "rest_seconds", lambda _: 0.0)
    monkeypatch.setattr(time, "sleep", slept.append)
    report = invoke("recompute")
    assert (report["computed"], report["failed"]) == (2, 0)
    assert asked == ["anna", "anna", "bela"]
    assert list(filter(None, slept)) == list(shards.PAUSES_SECONDS[:2])


def test_a_database_that_stays_away_stops_the_shard_when_time_runs_out(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=10)

    def away(*_: Any) -> Any:
        raise Unavailable("gone", code="database_unavailable")

    monkeypatch.setattr(person_night, "load_snapshot", away)
    monkeypatch.setattr(shards, "_answers", lambda: False)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(Unavailable):
        invoke("recompute", looks=3)
    assert backend.run('SELECT 1 FROM ml."Quarantine"') == []


def test_a_second_execution_waits_for_the_first_unless_that_has_died(backend: Backend) -> None:
    add_person("anna", days=10)
    assert invoke("plan", execution="first")["shards"]
    assert invoke("plan", execution="first")["shards"], "a retry of its own step"
    assert invoke("plan", execution="second")["shards"] == []
    invoke("evaluate", execution="second")  # what has nothing to do ends, and frees nobody else's turn
    assert invoke("plan", execution="second")["shards"] == []
    invoke("evaluate", execution="first")
    assert invoke("plan", execution="second")["shards"]
    assert invoke("plan", execution="third")["shards"] == []
    backend.run("""UPDATE ml."NightRun" SET "until" = now() - interval '1 second'""")
    assert invoke("plan", execution="third")["shards"]
    assert invoke("recompute")["computed"] == 1, "an order of no execution asks nobody"


def test_shards_say_how_many_people_they_hold(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards.plan, "__defaults__", (2,))
    for n in range(7):
        backend.add_user(f"user-{n}")
    assert [shard["people"] for shard in invoke("plan")["shards"]] == [2, 2, 2, 1]


@pytest.mark.parametrize(("lost", "fails"), [(10, False), (11, True)])
def test_a_night_that_left_a_tenth_of_the_people_fails_after_it_has_evaluated(
    backend: Backend, lost: int, fails: bool
) -> None:
    order = {
        "action": "evaluate",
        "scheduled": SCHEDULED,
        "execution": "first",
        "planned": 100,
        "reports": [{"people": 50}, {"people": 50 - lost}],
    }
    if fails:
        with pytest.raises(NightIncomplete, match="11 of 100"):
            handler(order, None)
    else:
        assert handler(order, None)["lost"] == lost
    assert backend.run(f"""SELECT "evaluatedOn" = '{DAY}' FROM ml."NightRun" """) == [[True]]
