"""Get, set and delete within 50 ms or not at all. A request never fails, or waits longer, because of Redis.

Any failure is a miss. After one, nothing is asked for a moment (the breaker), so that a server that is away
costs one request its budget and the others nothing; then a single exchange tries again.
"""

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from threading import Lock

from redis.exceptions import RedisError, ResponseError

from common.cache.connection import (
    REPLY_BYTES_MAX,
    BoundedConnection,
    Deadline,
    Reply,
    ReplyTooLarge,
    open_connection,
)
from common.errors import ConfigurationError
from common.settings import get_settings
from common.telemetry import count

BUDGET_SECONDS = 0.05
PAUSE_SECONDS = 2.0

Command = tuple[str | bytes | int, ...]


class Cache:
    """One connection, opened at the first use. An empty `url` is a cache that never holds anything.

    Raises ConfigurationError if `url` is not a Redis URL.
    """

    def __init__(self, url: str) -> None:
        self._deadline = Deadline()
        self._lock = Lock()
        self._paused_until = 0.0
        try:
            self._connection = open_connection(url, self._deadline) if url else None
        except (ValueError, TypeError):
            raise ConfigurationError("REDIS_URL: not a redis:// or rediss:// URL") from None

    def get(self, key: str) -> bytes | None:
        (reply,) = self._ask(("GET", key))
        value = reply if isinstance(reply, bytes) else None
        count("nutri_cache_total", outcome="miss" if value is None else "hit")
        return value

    def set(self, key: str, value: bytes, ttl_seconds: int) -> bool:
        """Whether it was kept. A value too large to be read back is not written."""
        return self.set_all([(key, value, ttl_seconds)])

    def set_all(self, entries: Iterable[tuple[str, bytes, int]]) -> bool:
        """Keys, values and their seconds, in one exchange; whether all were kept."""
        small = [entry for entry in entries if len(entry[1]) <= REPLY_BYTES_MAX]
        replies = self._ask(*(("SET", key, value, "EX", ttl) for key, value, ttl in small))
        return bool(small) and all(reply == b"OK" for reply in replies)

    def delete(self, *keys: str) -> bool:
        """Whether the server confirmed that the keys are gone."""
        return not keys or isinstance(self._ask(("DEL", *keys))[0], int)

    def ping(self) -> bool:
        """Whether the server answers now: asks even while paused, and ends the pause if it does."""
        self._paused_until = 0.0
        return self._ask(("PING",)) == [b"PONG"]

    def is_away(self) -> bool:
        """Whether nothing would be asked now: there is no server, or it failed a moment ago."""
        return self._connection is None or time.monotonic() < self._paused_until

    def close(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()

    def _ask(self, *commands: Command) -> Sequence[Reply]:
        """The server's replies, or a None for each command, for any reason there is none."""
        nothing = [None] * len(commands)
        if self._connection is None or self.is_away() or not self._lock.acquire(timeout=BUDGET_SECONDS):
            return nothing
        try:
            self._deadline.start(BUDGET_SECONDS)
            return self._exchange(commands)
        except ReplyTooLarge:
            self._connection.disconnect()
        except (RedisError, OSError):
            count("nutri_cache_total", outcome="failure")
            self._connection.disconnect()
            self._paused_until = time.monotonic() + PAUSE_SECONDS
        except BaseException:
            # an exchange cut short would leave its reply for the next caller: somebody else's answer
            self._connection.disconnect()
            raise
        finally:
            self._lock.release()
        return nothing

    def _exchange(self, commands: Sequence[Command]) -> Sequence[Reply]:
        connection = self._connection
        assert connection is not None
        if connection.is_connected and self._stale():
            connection.disconnect()
        connection.send_packed_command(connection.pack_commands(commands))
        return [self._read(connection) for _ in commands]

    def _read(self, connection: BoundedConnection) -> Reply:
        try:
            return connection.read_response()
        except ResponseError:
            return None  # the server refused this command (read-only, full, wrong type): nothing is broken

    def _stale(self) -> bool:
        """Whether the connection died while idle (a freeze, a restart), or holds a reply nobody asked for."""
        assert self._connection is not None
        try:
            return self._connection.can_read()
        except (RedisError, OSError):
            return True


@lru_cache(maxsize=1)
def get_cache() -> Cache:
    return Cache(get_settings().redis_url.get_secret_value())
