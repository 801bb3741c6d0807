"""One person's failure, a deleted person, a deadline, a database away: nobody else pays."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from common.errors import Unavailable
from common.services.nightly import person as person_night
from common.store.engine import reading
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.integration.night import (
    DAY,
    count,
    forget_everyone,
    invoke,
    stored,
)
from tests.integration.people import add_person


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    forget_everyone(backend)


def test_one_person_s_failure_stops_nobody_and_is_logged_without_saying_whose(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("anna", "bela", "carl"):
        add_person(name, days=40)
    real = person_night.compute_night

    def fail_for_bela(snapshot: Any, *rest: Any, **named: Any) -> Any:
        if snapshot.user_id == "bela":
            raise ZeroDivisionError("bela's pulse is 58")
        return real(snapshot, *rest, **named)

    monkeypatch.setattr(person_night, "compute_night", fail_for_bela)
    with caplog.at_level(logging.ERROR):
        report = invoke("everything")
    assert (report["due"], report["computed"], report["failed"]) == (3, 2, 1)
    assert [bool(count(backend, "UserMLProfile", name)) for name in ("anna", "bela", "carl")] == [
        True,
        False,
        True,
    ]
    assert "bela" not in "".join(record.getMessage() for record in caplog.records)
    assert "bela" not in json.dumps(report)


def test_whoever_s_morning_has_come_waits_for_those_in_time_once_a_run_is_old(backend: Backend) -> None:
    add_person("anna", days=40)
    add_person("bela", days=40)
    backend.run("""UPDATE "User" SET timezone = 'Asia/Tokyo' WHERE id = 'anna'""")
    (shard,) = invoke("plan")["shards"]
    report = invoke("recompute", shard=shard, began="2025-06-30T03:00:00Z")
    assert (report["computed"], report["behind"], report["remaining"]) == (1, 1, 0)
    assert count(backend, "UserMLProfile", "anna") == 0
    rest = invoke("recompute", shard=shard)
    assert (rest["computed"], rest["behind"]) == (1, 0)


def test_a_slow_database_is_left_alone_between_people(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("anna", "bela"):
        add_person(name, days=40)
    rests: list[float] = []
    monkeypatch.setattr("common.services.nightly.shards.time.sleep", rests.append)
    invoke("everything")
    assert len(rests) == 2
    real = person_night.compute_night

    def with_a_slow_statement(*given: Any, **named: Any) -> Any:
        with reading() as connection:
            connection.execute(text("SELECT pg_sleep(0.5)"))
        return real(*given, **named)

    monkeypatch.setattr(person_night, "compute_night", with_a_slow_statement)
    rests.clear()
    invoke("everything", scheduled="2025-07-01T03:00:00Z")
    assert len(rests) == 2
    assert min(rests) >= 0.8


def test_nobody_is_begun_close_to_the_deadline_and_the_rest_is_reported(backend: Backend) -> None:
    for name in ("anna", "bela", "carl"):
        add_person(name, days=40)
    report = invoke("everything", looks=1)
    assert (report["computed"], report["remaining"]) == (1, 2)
    (shard,) = invoke("plan")["shards"]
    rest = invoke("recompute", shard=shard)
    assert (rest["computed"], rest["unchanged"], rest["remaining"]) == (2, 1, 0)


def test_a_person_deleted_while_computed_leaves_no_rows(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_person("anna", days=40)
    real = person_night.compute_night

    def then_gone(*given: Any, **named: Any) -> Any:
        rows = real(*given, **named)
        backend.delete("User", "anna")
        return rows

    monkeypatch.setattr(person_night, "compute_night", then_gone)
    report = invoke("everything")
    assert (report["gone"], report["failed"], report["computed"]) == (1, 0, 0)
    assert "failed" not in caplog.text, "it is no trouble, and is not tried again"
    assert not any(stored(backend).values())


def test_what_is_remembered_of_a_person_goes_when_they_go(backend: Backend) -> None:
    add_person("anna", days=10)
    add_person("bela", days=10)
    invoke("everything")
    backend.run("""INSERT INTO ml."Quarantine" VALUES ('anna', 1, 'x', 'e', '2025-07-01')""")
    backend.delete("User", "anna")
    handler({"action": "everything", "scheduled": "2025-06-30T04:00:00Z"}, None)
    assert [r[0] for r in backend.run('SELECT "userId" FROM ml."Night"')] == ["bela"]
    assert backend.run('SELECT 1 FROM ml."Quarantine"') == []


def nights_of_a_poison_user(backend: Backend, monkeypatch: pytest.MonkeyPatch, nights: int) -> list[Any]:
    add_person("anna", days=10)
    add_person("bela", days=10)
    real = person_night.compute_night

    def fail_for_bela(snapshot: Any, *rest: Any) -> Any:
        if snapshot.user_id == "bela":
            raise ZeroDivisionError
        return real(snapshot, *rest)

    monkeypatch.setattr(person_night, "compute_night", fail_for_bela)
    told = []
    for n in range(nights):
        report = handler({"action": "everything", "scheduled": f"{DAY + timedelta(days=n)}T03:00:00Z"}, None)
        assert report["computed"] == 1
        told.append("failed" if report["failed"] else "quarantined" if report["quarantined"] else "")
    return told


def test_a_person_who_keeps_failing_is_left_alone_for_longer_and_longer(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = nights_of_a_poison_user(backend, monkeypatch, 8)
    rest = "quarantined"
    assert told == ["failed", "failed", rest, "failed", rest, rest, rest, "failed"]
    kept = backend.run('SELECT "userId", "failures", "reason" FROM ml."Quarantine"')
    assert kept == [["bela", 4, "ZeroDivisionError"]]


def test_a_quarantine_ends_with_the_build_that_caused_it_and_with_success(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights_of_a_poison_user(backend, monkeypatch, 2)
    monkeypatch.undo()
    scheduled = f"{DAY + timedelta(days=2)}T03:00:00Z"
    assert handler({"action": "everything", "scheduled": scheduled}, None)["quarantined"] == 1
    backend.run("""UPDATE ml."Quarantine" SET "engineVersion" = 'the one before'""")
    assert handler({"action": "everything", "scheduled": scheduled}, None)["computed"] == 1
    assert backend.run('SELECT 1 FROM ml."Quarantine"') == []


def test_a_failure_that_passes_is_tried_again_in_the_same_run(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=10)
    real, tries = person_night.compute_night, []

    def fail_once(*given: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionResetError
        return real(*given)

    monkeypatch.setattr(person_night, "compute_night", fail_once)
    report = invoke("everything")
    assert (report["computed"], report["failed"]) == (1, 0)


def test_the_database_away_stops_the_shard_instead_of_failing_everyone(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        backend.add_user(f"user-{n}", timezone="UTC")
    tries = []

    def away(*_: Any) -> Any:
        tries.append(1)
        raise Unavailable("gone", code="database_unavailable")

    monkeypatch.setattr(person_night, "compute_night", away)
    with pytest.raises(Unavailable):
        invoke("everything")
    assert len(tries) == 3
    assert backend.run('SELECT 1 FROM ml."Quarantine"') == []
