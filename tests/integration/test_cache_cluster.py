"""The cache in cluster mode: several servers, each with its part of the keys, none for two keys at once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from common.cache import Cache, get_cache
from common.errors import Unavailable
from common.services import snapshot as snapshots
from common.services.blocklist import forget_cached
from common.services.features import read_features
from common.services.lease import release_lease, wait_for_lease
from common.settings import get_settings
from common.store.engine import dispose_engine
from tests.conftest import forget_singletons
from tests.fixtures.cluster import cluster
from tests.integration.people import add_person
from tests.people import LAST_DAY

SECRET = b"secret"
KEYS = [f"features:person{number}:2026-01-17:daily" for number in range(24)]
NOW = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC) + timedelta(days=30)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Redis]]:
    with cluster(tmp_path_factory.mktemp("cluster")) as clients:
        yield clients


@pytest.fixture
def url(servers: list[Redis], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("common.cache.client.BUDGET_SECONDS", 1.0)
    for server in servers:
        server.flushdb()
    return f"redis://127.0.0.1:{servers[0].connection_pool.connection_kwargs['port']}/0"


@pytest.fixture
def cache(url: str) -> Iterator[Cache]:
    cache = Cache(url, SECRET)
    yield cache
    cache.close()


def test_every_operation_works_whoever_keeps_the_keys(cache: Cache, servers: list[Redis]) -> None:
    entries = [(key, key.encode(), 60) for key in KEYS]
    assert cache.set_all(entries, unless="deleted:person")
    assert all(int(server.dbsize()) >= 4 for server in servers), "each keeps some"
    assert cache.get_each(*KEYS, unless=["deleted:person"]) == [key.encode() for key in KEYS]
    assert [cache.get(key) for key in KEYS] == [key.encode() for key in KEYS]
    assert cache.holds("absent", KEYS[0])
    assert not cache.holds("absent", "too")
    assert cache.claim("lease:a", b"me", 10) == cache.claim("lease:a", b"you", 10) == b"me"
    assert cache.delete("lease:a", KEYS[0], KEYS[1])
    assert cache.delete_matching("*:person?:*", ["features"]) == 8
    assert cache.delete_matching("*", ["features"]) == len(KEYS) - 10


def test_what_is_forbidden_is_not_kept_wherever_the_mark_is(cache: Cache) -> None:
    for number in range(8):
        mark = f"deleted:person{number}"
        cache.set(mark, b"1", 60)
        assert not cache.set_all([(key, b"v", 60) for key in KEYS], unless=mark)
        assert cache.get_each(*KEYS) == [None] * len(KEYS)


def test_counts_arrive(cache: Cache, servers: list[Redis]) -> None:
    told: dict[str, int] = {}
    for number in range(8):
        for _ in range(3):
            key = f"rate:person:{number}:1"
            cache.count_soon(key, 60, lambda total, key=key: told.update({key: total}))  # type: ignore[misc]
    cache.get("anything")
    assert told == {f"rate:person:{number}:1": 3 for number in range(8)}


def test_a_cluster_that_moved_its_keys_is_learnt_anew(cache: Cache, servers: list[Redis]) -> None:
    cache.set_all([(key, b"v", 60) for key in KEYS])
    assert cache._servers is not None
    first = cache._servers._first
    cache._servers._slots = dict.fromkeys(range(16_384), first)
    assert cache.get_each(*KEYS) == [b"v"] * len(KEYS)


@pytest.fixture
def anna(url: str, settings_env: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("REDIS_URL", url)
    forget_singletons()
    yield add_person("anna", days=40)
    forget_singletons()


def test_a_cached_answer_loads_no_rows(anna: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_features(anna, LAST_DAY, None, now=NOW).cached
    monkeypatch.setattr(snapshots, "load_person", None)
    assert read_features(anna, LAST_DAY, None, now=NOW).cached


def test_stale_answers_leases_and_deletions_work(anna: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read_features(anna, LAST_DAY, None, now=NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        get_settings.cache_clear()
        dispose_engine()
        assert read_features(anna, LAST_DAY, None, now=NOW).stale
        assert forget_cached(anna) == 1
        with pytest.raises(Unavailable):
            read_features(anna, LAST_DAY, None, now=NOW)
        get_cache().delete(f"deleted:{anna}")
    forget_singletons()

    def recall() -> Any:
        return b"found"

    assert wait_for_lease("lease:anna:1", recall) is None
    assert wait_for_lease("lease:anna:1", recall) == b"found"
    release_lease("lease:anna:1")
    assert wait_for_lease("lease:anna:1", recall) is None
