"""Many who ask at once what nobody has an answer to: one computes, the others get what it found."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from common.cache import get_cache
from common.services import answers
from common.services import lease as turns
from common.services.blocklist import forget_cached
from common.services.features import read_features
from common.services.snapshot import Snapshot
from tests.conftest import forget_singletons
from tests.integration.people import add_person
from tests.people import LAST_DAY

HERD = 12
RECOMPUTED_MAX = 3
NOW = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC) + timedelta(days=30)
COMPUTE_SECONDS = 0.4


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Who was computed for, and how often: it takes a while."""
    counted: Counter[str] = Counter()
    compute = answers.compute_and_save

    def slowly(snapshot: Snapshot, *arguments: Any) -> Any:
        counted[snapshot.user_id] += 1
        time.sleep(COMPUTE_SECONDS)
        return compute(snapshot, *arguments)

    monkeypatch.setattr(answers, "compute_and_save", slowly)
    add_person("anna", days=40)
    forget_cached("anna")
    get_cache().delete("deleted:anna")
    return counted


def stampede() -> list[bytes]:
    barrier = Barrier(HERD)

    def ask(_: int) -> bytes:
        barrier.wait()
        body = read_features("anna", LAST_DAY, None, now=NOW).body
        return body.replace(b'"cached":true', b'"cached":false')

    with ThreadPoolExecutor(HERD) as pool:
        return list(pool.map(ask, range(HERD)))


def test_a_herd_on_one_key_recomputes_it_at_most_three_times(computed: Counter[str]) -> None:
    answers = stampede()
    assert 1 <= computed["anna"] <= RECOMPUTED_MAX
    assert len(set(answers)) <= computed["anna"]
    assert set(stampede()) <= set(answers)
    assert computed["anna"] <= RECOMPUTED_MAX


def test_whoever_computes_may_die(computed: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 1)
    assert turns.wait_for_lease("lease:anna:x", lambda: None) is None
    began = time.monotonic()
    assert turns.wait_for_lease("lease:anna:x", lambda: None) is None
    assert 0.5 < time.monotonic() - began < turns.WAIT_SECONDS


def test_nobody_waits_for_ever(computed: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.2)
    assert turns.wait_for_lease("lease:anna:y", lambda: None) is None
    assert turns.wait_for_lease("lease:anna:y", lambda: None) is None


def test_without_a_cache_nobody_waits(computed: Counter[str], settings_env: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        forget_singletons()
        began = time.monotonic()
        assert not read_features("anna", LAST_DAY, None, now=NOW).cached
        assert time.monotonic() - began < COMPUTE_SECONDS + 1.5
    forget_singletons()
