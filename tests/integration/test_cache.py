"""The cache against a real Valkey."""

import pickle
from pathlib import Path

import pytest
from redis import Redis

from common.cache import Cache, CacheTag, get_cache, seal, unseal
from functions.local.servers import valkey
from functions.local.servers.process import Server

SECRET = b"secret"


@pytest.fixture
def server(redis_url: str) -> Redis:
    client = Redis.from_url(redis_url)
    client.flushdb()
    return client


@pytest.fixture
def cache(server: Redis) -> Cache:
    get_cache.cache_clear()
    return get_cache()


def test_values_are_kept_with_their_time_to_live_and_deleted(cache: Cache, server: Redis) -> None:
    value = bytes(range(256)) * 64
    assert cache.set("k", value, 3_600)
    assert cache.get("k") == value
    assert 3_590 <= int(server.ttl("k")) <= 3_600
    assert cache.delete("k", "absent")
    assert cache.get("k") is None


def test_a_key_of_another_type_is_a_miss_and_leaves_the_cache_working(cache: Cache, server: Redis) -> None:
    server.rpush("list", "x")
    cache.set("k", b"v", 60)
    assert cache.get("list") is None
    assert cache.get("k") == b"v"


def test_a_value_of_a_hundred_megabytes_is_a_miss_and_leaves_the_cache_working(
    cache: Cache, server: Redis
) -> None:
    server.setrange("huge", 100 * 1_048_576, "x")
    cache.set("k", b"v", 60)
    assert cache.get("huge") is None
    assert cache.get("k") == b"v"
    server.delete("huge")


def test_a_server_that_is_full_or_read_only_refuses_writes_and_still_answers(
    cache: Cache, server: Redis
) -> None:
    cache.set("k", b"v", 60)
    server.config_set("min-replicas-to-write", 1)
    try:
        assert not cache.set("k", b"w", 60)
        assert cache.get("k") == b"v"
    finally:
        server.config_set("min-replicas-to-write", 0)


def test_a_dropped_connection_costs_no_answer(cache: Cache, server: Redis) -> None:
    cache.set("k", b"v", 60)
    server.client_kill_filter(_type="normal", skipme=True)
    assert cache.get("k") == b"v"


def test_a_wrong_password_is_a_miss(cache: Cache, redis_url: str) -> None:
    wrong = Cache(redis_url.replace("redis://", "redis://nobody:wrong@"), SECRET)
    assert wrong.get("k") is None
    assert not wrong.ping()
    assert cache.ping()


def test_a_database_number_is_honoured(cache: Cache, redis_url: str) -> None:
    cache.set("k", b"v", 60)
    other = Cache(redis_url.removesuffix("/0") + "/1", SECRET)
    assert other.get("k") is None
    assert other.ping()
    other.close()


def test_another_users_envelope_under_my_key_is_a_miss(cache: Cache) -> None:
    mine = CacheTag("user-a", "v1", "2026-01-17", False, "daily", "1")
    theirs = CacheTag("user-b", "v1", "2026-01-17", False, "daily", "1")
    cache.set("features:user-a:2026-01-17:daily", seal(theirs, "t", b"{}"), 60)
    assert unseal(cache.get("features:user-a:2026-01-17:daily"), mine) is None
    cache.set("features:user-a:2026-01-17:daily", pickle.dumps(mine), 60)
    assert unseal(cache.get("features:user-a:2026-01-17:daily"), None) is None


def test_the_cache_comes_back_with_its_server(tmp_path: Path) -> None:
    first: Server = valkey.start(tmp_path)
    cache = Cache(first.url, SECRET)
    try:
        assert cache.set("k", b"v", 60)
    finally:
        first.stop()
    assert cache.get("k") is None
    assert not cache.ping()
    second = valkey.start(tmp_path, first.port)
    try:
        assert second.port == first.port
        assert cache.ping()
        assert cache.set("k", b"w", 60)
        assert cache.get("k") == b"w"
    finally:
        second.stop()
        cache.close()
