"""The cache against servers that misbehave: always a miss, never an error, never the server's own pace."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from common.cache import Cache
from common.cache import client as cache_client
from common.cache.connection import REPLY_BYTES_MAX
from common.cache.mac import protect
from common.errors import ConfigurationError
from common.telemetry import metrics
from tests.conftest import PATIENCE_SECONDS
from tests.fixtures.hostile import Behaviour, Hostile, answering, dripping, hostile_server, silent

SECRET = b"secret"


def bulk(key: str, value: bytes) -> bytes:
    """The reply of a server that holds what was set."""
    held = protect(SECRET, key, value)
    return b"$%d\r\n%b\r\n" % (len(held), held)


@pytest.fixture(autouse=True)
def _counts_stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """These servers answer one command at a time."""
    monkeypatch.setattr(metrics, "_shared_at", float("inf"))


@pytest.fixture(autouse=True)
def _answers_have_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever answers is waited for, however busy the machine is."""
    monkeypatch.setattr(cache_client, "BUDGET_SECONDS", PATIENCE_SECONDS)


@contextmanager
def cache_of(behave: Behaviour) -> Iterator[tuple[Cache, Hostile]]:
    with hostile_server(behave) as server:
        cache = Cache(f"redis://127.0.0.1:{server.port}/0", SECRET)
        yield cache, server
        cache.close()


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        dripping(b"", b"$"),
        dripping(b"$1000\r\n", b"x"),
        dripping(b"*1000\r\n", b":1\r\n"),
        dripping(b"-", b"E"),
    ],
    ids=["silent", "dripping header", "dripping value", "dripping items", "dripping error"],
)
def test_a_server_that_stalls_is_given_up_long_before_it_is_done(behave: Behaviour) -> None:
    with cache_of(behave) as (cache, server):
        assert cache.get("key") is None
        assert (server.connections, server.finished) == (1, 0)


def test_the_budget_covers_the_whole_operation_and_not_each_read() -> None:
    """Each drop comes well within the budget, all of them together do not."""
    drops = 40
    pause_seconds = cache_client.BUDGET_SECONDS / 5
    given = dripping(b"$40\r\n", b"x", drops=drops, pause_seconds=pause_seconds)
    with cache_of(given) as (cache, server):
        assert cache.get("key") is None
        assert server.finished == 0


def test_logging_in_has_no_budget_of_its_own() -> None:
    with hostile_server(dripping(b"+", b"O")) as server:
        cache = Cache(f"redis://:password@127.0.0.1:{server.port}/3", SECRET)
        assert cache.get("key") is None
        assert server.finished == 0


def test_a_server_that_is_away_is_asked_once_and_then_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cache_of(silent) as (cache, server):
        assert cache.get("key") is None
        assert not cache.set("key", b"value", 60)
        assert not cache.delete("key")
        assert server.connections == 1
        monkeypatch.setattr(cache, "_paused_until", 0.0)
        assert cache.get("key") is None
        assert server.connections == 2


def test_nothing_listening_is_a_miss() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    cache = Cache(f"redis://127.0.0.1:{port}/0", SECRET)
    assert cache.get("key") is None
    assert not cache.ping()


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00\xff\xfe garbage \r\n",
        b"$-2x\r\n",
        b"$" + b"9" * 30 + b"\r\n",
        b"$3\r\nabcdef\r\n",
        b"$99999999999\r\n",
        b":12a\r\n",
        b"*2000000000\r\n",
        b"*1\r\n*1\r\n*1\r\n",
        b"%1\r\n+a\r\n+b\r\n",
        b"x" * 100_000,
        b"\r\n",
        b"-LOADING Redis is loading the dataset in memory\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"-ERR max number of clients reached\r\n",
        b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
        b"-\xff\xfe\r\n",
        b":5\r\n",
        b"+OK\r\n*",
        b"*1\r\n$1\r\na\r\n",
        b"",
    ],
    ids=lambda reply: repr(reply)[:40],
)
def test_a_reply_that_is_not_a_value_is_a_miss(reply: bytes) -> None:
    with cache_of(answering(reply)) as (cache, _):
        assert cache.get("key") is None


def test_a_value_cut_off_in_the_middle_is_a_miss() -> None:
    with cache_of(answering(b"$10\r\nabc")) as (cache, _):
        assert cache.get("key") is None


def test_a_value_of_a_hundred_megabytes_is_refused_unread() -> None:
    sent = 0
    over = threading.Event()

    def flooding(peer: socket.socket, closing: threading.Event) -> None:
        nonlocal sent
        peer.recv(65_536)
        with suppress(OSError):
            peer.sendall(b"$104857600\r\n")
            while sent < 104_857_600 and not closing.is_set():
                sent += peer.send(b"x" * 65_536)
        over.set()

    with cache_of(flooding) as (cache, _):
        assert cache.get("key") is None
        assert over.wait(5)
        # what the kernel took into its buffers before the connection was closed
        assert sent < 104_857_600 / 4


def test_an_oversized_value_says_nothing_about_the_server() -> None:
    replies = [b"$99999999\r\n", bulk("small", b"a")]

    def behave(peer: socket.socket, closing: threading.Event) -> None:
        peer.recv(65_536)
        peer.sendall(replies.pop(0))
        closing.wait(5)

    with cache_of(behave) as (cache, server):
        assert cache.get("huge") is None
        assert cache.get("small") == b"a"
        assert server.connections == 2


def test_a_reply_that_came_too_late_is_never_the_answer_to_the_next_question() -> None:
    late = threading.Event()

    def behave(peer: socket.socket, closing: threading.Event) -> None:
        peer.recv(65_536)
        if not late.is_set():
            late.wait(5)
            peer.sendall(bulk("first", b"first"))
        else:
            peer.sendall(bulk("second", b"second"))
        closing.wait(5)

    with cache_of(behave) as (cache, _):
        assert cache.get("first") is None
        late.set()
        cache._paused_until = 0.0
        assert cache.get("second") == b"second"


def test_a_reply_nobody_asked_for_is_never_an_answer() -> None:
    asked = threading.Event()

    def behave(peer: socket.socket, closing: threading.Event) -> None:
        peer.recv(65_536)
        peer.sendall(bulk("a", b"a") + bulk("b", b"foreign") if not asked.is_set() else bulk("b", b"b"))
        asked.set()
        closing.wait(5)

    with cache_of(behave) as (cache, server):
        assert cache.get("a") == b"a"
        assert cache.get("b") == b"b"
        assert server.connections == 2


def test_a_connection_that_died_while_idle_is_replaced_unnoticed() -> None:
    with cache_of(answering(bulk("key", b"a"))) as (cache, server):
        assert cache.get("key") == b"a"
        while not server.finished:
            threading.Event().wait(0.001)
        assert cache.get("key") == b"a"
        assert server.connections == 2


def test_a_value_too_large_to_be_read_back_is_not_sent() -> None:
    with cache_of(silent) as (cache, server):
        assert not cache.set("key", b"x" * (REPLY_BYTES_MAX + 1), 60)
        assert server.connections == 0


def test_no_cache_at_all_is_a_cache_without_anything() -> None:
    cache = Cache("", SECRET)
    assert cache.get("key") is None
    assert not cache.set("key", b"value", 60)
    assert not cache.ping()
    cache.close()


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "unix:///tmp/s", "redis://host:x/0"])
def test_what_is_no_redis_url_does_not_start_and_is_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Cache(url, SECRET)
    assert "REDIS_URL" in refused.value.detail
    assert url not in refused.value.detail
