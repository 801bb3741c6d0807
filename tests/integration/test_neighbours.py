"""Who asks a lot at once leaves room for the others: a few computations of one person at a time, no more."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from redis import Redis

from common.cache import get_cache
from common.errors import NutriError, RateLimited
from common.services import answers, lease
from common.services.features import read_features
from common.services.snapshot import Snapshot
from common.settings import get_settings
from common.store.engine import transaction
from functions.local.data.cohort import make_cohort
from functions.local.data.loading import save_people
from tests.fixtures.calls import give, post
from tests.fixtures.operations import operations
from tests.integration.people import add_person
from tests.people import LAST_DAY

NOW = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC) + timedelta(days=30)
TODAY = datetime.now(UTC).date()
COMPUTE_SECONDS = 0.3


class Watch:
    """How many computations of one person there were, and at most at once."""

    def __init__(self) -> None:
        self.lock, self.running, self.most, self.total = threading.Lock(), 0, 0, 0

    def __enter__(self) -> None:
        with self.lock:
            self.running += 1
            self.total += 1
            self.most = max(self.most, self.running)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.running -= 1


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watched = Watch()

    def slowly(snapshot: Snapshot, compute: Any, save: Any) -> Any:
        with watched:
            time.sleep(COMPUTE_SECONDS)
            return compute(snapshot)

    monkeypatch.setattr(answers, "compute_and_save", slowly)
    add_person("anna", days=40)
    get_cache()._ask(("FLUSHALL",))
    yield watched
    get_cache()._ask(("FLUSHALL",))


def all_at_once(asked: list[dict[str, Any]]) -> list[Any]:
    """Answers, or the errors that came instead, in the order of the questions."""
    barrier = Barrier(len(asked))

    def ask(arguments: dict[str, Any]) -> Any:
        barrier.wait()
        now = NOW + timedelta(milliseconds=threading.get_ident() % 100_000)
        try:
            return read_features("anna", arguments.pop("day", LAST_DAY), None, now=now, **arguments)
        except NutriError as refusal:
            return refusal

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, asked))


def test_of_one_person_two_things_are_computed_at_once_and_a_few_wait(watch: Watch) -> None:
    told = all_at_once([{"day": LAST_DAY - timedelta(days=n)} for n in range(14)])
    refused = [answer for answer in told if isinstance(answer, RateLimited)]
    assert watch.most == lease.COMPUTED_AT_ONCE
    assert watch.total + len(refused) == 14
    assert len(refused) >= 14 - lease.COMPUTED_AT_ONCE - lease.WAITING_AT_ONCE - 4
    assert all(refusal.retry_after_seconds == 1 for refusal in refused)


def test_who_insists_joins_what_is_being_computed(watch: Watch) -> None:
    first = read_features("anna", LAST_DAY, None, now=NOW)
    told = all_at_once([{"force": True} for _ in range(lease.WAITING_AT_ONCE + 1)])
    assert watch.total <= 3, "once before, and hardly more than once by all of them"
    assert not any(isinstance(answer, NutriError) for answer in told)
    assert len({answer.body for answer in told}) <= 2 * (watch.total - 1)
    assert all(answer.etag == first.etag for answer in told)


def test_of_those_who_insist_only_a_few_are_kept_waiting(watch: Watch) -> None:
    told = all_at_once([{"force": True} for _ in range(14)])
    assert sum(isinstance(answer, RateLimited) for answer in told) >= 14 - 2 * (lease.WAITING_AT_ONCE + 1)
    assert watch.most <= lease.COMPUTED_AT_ONCE


def test_what_was_cached_before_is_no_answer_to_who_insists(watch: Watch) -> None:
    read_features("anna", LAST_DAY, None, now=NOW)
    assert not read_features("anna", LAST_DAY, None, now=NOW, force=True).cached
    assert watch.total == 2


def test_a_computation_that_fails_lets_the_next_one_in(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    class BrokenError(Exception):
        pass

    def fail(*_: object) -> None:
        raise BrokenError

    with monkeypatch.context() as patch:
        patch.setattr(answers, "compute_and_save", fail)
        for _ in range(lease.COMPUTED_AT_ONCE + 1):
            with pytest.raises(BrokenError):
                read_features("anna", LAST_DAY, None, now=NOW)
    began = time.monotonic()
    assert not read_features("anna", LAST_DAY, None, now=NOW).cached
    assert time.monotonic() - began < lease.WAIT_SECONDS


def test_other_people_are_not_kept_waiting(watch: Watch) -> None:
    add_person("bruno", days=40)
    with ThreadPoolExecutor(4) as pool:
        days = [LAST_DAY - timedelta(days=n) for n in range(4)]
        busy = [pool.submit(read_features, "anna", day, None, now=NOW) for day in days]
        assert not read_features("bruno", LAST_DAY, None, now=NOW).cached
        assert not all(one.done() for one in busy)


QUICK = {
    "DELETE /api/users/{userId}/data",
    "DELETE /api/users/{userId}/days/{date}/context",
    "GET /api/users/{userId}/days/context",
    "GET /api/users/{userId}/days/{date}/context",
    "GET /api/users/{userId}/export",
    "GET /api/users/{userId}/timezones",
    "POST /api/users/{userId}/resume",
    "PUT /api/insights/{userId}/{insightId}/feedback",
    "PUT /api/users/{userId}/days/{date}/context",
    "PUT /api/users/{userId}/timezones",
}
"""Read or write a few rows, and compute nothing."""


def test_while_enough_is_computed_of_a_person_no_route_computes_more_of_them() -> None:
    (bruno,) = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == "demo-bruno"]
    with transaction() as connection:
        save_people(
            connection,
            [replace(bruno, profile=replace(bruno.profile, user_id="dora", timezone="UTC"))],
            "demo",
        )
    trial = {"feature": "last_meal_time", "metric": "rhr"}
    told = post("/api/insights/dora/experiments", trial).body["insight"]["id"]
    cache = get_cache()
    cache._ask(("FLUSHALL",))
    groups = ("features", "correlations", "prediction", "insights")
    taken = [f"flight:dora:{n}" for n in range(lease.COMPUTED_AT_ONCE)]
    taken += [f"waiting:dora:{group}:{n}" for group in groups for n in range(lease.WAITING_AT_ONCE)]
    for key in taken:
        cache.claim(key, b"somebody", 60)
    asked = [one for one in operations() if one.about_a_person and one.name not in QUICK]
    statuses = {}
    for operation in asked:
        event = json.loads(json.dumps(operation.event("dora")).replace("0" * 32, told))
        reply = give(operation.function, event)
        statuses[operation.name] = reply.status
        assert reply.headers.get("retry-after") == "1", (operation.name, reply.text)
    assert set(statuses.values()) == {429}
    assert len(statuses) >= 15
    assert give("features", asked[0].event("nobody")).status == 404
    cache.delete(*taken)
    assert {one.ask("dora").status for one in asked if one.function == "features"} == {200}
    left = Redis.from_url(get_settings().redis_url.get_secret_value()).keys("flight:*")
    assert left == []


def test_a_flight_that_ended_holds_nobody_up(watch: Watch) -> None:
    read_features("anna", LAST_DAY, None, now=NOW)
    read_features("anna", LAST_DAY, None, now=NOW, force=True)
    client = Redis.from_url(get_settings().redis_url.get_secret_value(), decode_responses=True)
    kept = [key for key in client.scan_iter("*") if str(key).startswith(("lease:", "flight:", "waiting:"))]
    assert kept == []
