"""Get, set and delete within 50 ms or not at all. A request never fails, or waits longer, because of Redis.

Any failure is a miss. After one, nothing is asked for a moment (the breaker), so that a server that is away
costs one request its budget and the others nothing; then a single exchange tries again.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from threading import Lock

from redis.exceptions import RedisError, ResponseError

from common.cache import ledger
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
from common.telemetry import Sample, count, mark_shared, unshared

BUDGET_SECONDS = 0.05
PAUSE_SECONDS = 2.0
COUNTS_WAITING_MAX = 16
SCANNED_AT_ONCE = 500
SCAN_SECONDS_MAX = 10.0


class Cache:
    """One connection, opened at the first use. An empty `url` is a cache that never holds anything.

    Raises ConfigurationError if `url` is not a Redis URL.
    """

    def __init__(self, url: str) -> None:
        self._deadline = Deadline()
        self._lock = Lock()
        self._paused_until = 0.0
        self._counts: list[tuple[str, int, Callable[[int], None]]] = []
        try:
            self._connection = open_connection(url, self._deadline) if url else None
        except (ValueError, TypeError):
            raise ConfigurationError("REDIS_URL: not a redis:// or rediss:// URL") from None

    @property
    def exists(self) -> bool:
        """Whether there is a server that could hold anything."""
        return self._connection is not None

    def get(self, key: str) -> bytes | None:
        (reply,) = self._ask(("GET", key))
        value = reply if isinstance(reply, bytes) else None
        count("nutri_cache_total", outcome="miss" if value is None else "hit")
        return value

    def get_each(self, *keys: str) -> list[bytes | None]:
        """What is under each of the keys at one moment."""
        (reply,) = self._ask(("MGET", *keys))
        found = reply if isinstance(reply, list) and len(reply) == len(keys) else [None] * len(keys)
        return [value if isinstance(value, bytes) else None for value in found]

    def holds(self, *keys: str) -> bool:
        """Whether there is anything under any of the keys."""
        (found,) = self._ask(("EXISTS", *keys))
        return isinstance(found, int) and found > 0

    def set(self, key: str, value: bytes, ttl_seconds: int, *, unless: str | None = None) -> bool:
        """Whether it was kept. A value too large to be read back is not written."""
        return self.set_all([(key, value, ttl_seconds)], unless=unless)

    def set_all(self, entries: Iterable[tuple[str, bytes, int]], *, unless: str | None = None) -> bool:
        """Keys, values and their seconds, in one exchange; whether all were kept.

        None stays where there is a key `unless`: it is looked for after the values were written, so whoever
        makes that key and then deletes what they find misses no value of a writer that did not see it.
        """
        small = [entry for entry in entries if len(entry[1]) <= REPLY_BYTES_MAX]
        if not small:
            return False
        commands: list[ledger.Command] = [("SET", key, value, "EX", ttl) for key, value, ttl in small]
        if unless is None:
            return all(reply == b"OK" for reply in self._ask(*commands))
        *replies, forbidden = self._ask(*commands, ("EXISTS", unless))
        if forbidden != 0:
            self._ask(("DEL", *(key for key, _, _ in small)))
            return False
        return all(reply == b"OK" for reply in replies)

    def claim(self, key: str, token: bytes, ttl_seconds: int) -> bytes | None:
        """Whose the key is now: `token` if it was free; None where the server does not say."""
        _, owner = self._ask(("SET", key, token, "EX", ttl_seconds, "NX"), ("GET", key))
        return owner if isinstance(owner, bytes) else None

    def delete(self, *keys: str) -> bool:
        """Whether the server confirmed that the keys are gone."""
        return not keys or isinstance(self._ask(("DEL", *keys))[0], int)

    def delete_matching(self, pattern: str, groups: Iterable[str]) -> int | None:
        """How many keys of the pattern and of the groups, a key's first part, were there and are gone.

        None where the server did not confirm it.
        """
        beginnings = tuple(f"{group}:".encode() for group in groups)
        cursor, deleted, deadline = b"0", 0, time.monotonic() + SCAN_SECONDS_MAX
        while time.monotonic() < deadline:
            (reply,) = self._ask(("SCAN", cursor, "MATCH", pattern, "COUNT", SCANNED_AT_ONCE))
            match reply:
                case [bytes() as cursor, [*found]]:
                    keys = [key for key in found if isinstance(key, bytes) and key.startswith(beginnings)]
                case _:
                    return None
            gone = self._ask(("DEL", *keys))[0] if keys else 0
            if not isinstance(gone, int):
                return None
            deleted += gone
            if cursor == b"0":
                return deleted
        return None

    def count_soon(self, key: str, ttl_seconds: int, told: Callable[[int], None]) -> None:
        """Adds one to the counter `key` with the next exchange, whatever it is for; `told` gets the total.

        Costs no round trip of its own, and is dropped where the server is away.
        """
        if self._connection is None:
            return
        self._counts.append((key, ttl_seconds, told))
        if len(self._counts) >= COUNTS_WAITING_MAX:
            self._ask()
            self._counts.clear()

    def ping(self) -> bool:
        """Whether the server answers now: asks even while paused, and ends the pause if it does."""
        self._paused_until = 0.0
        return self._ask(("PING",)) == [b"PONG"]

    def is_away(self) -> bool:
        """Whether nothing would be asked now: there is no server, or it failed a moment ago."""
        return self._connection is None or time.monotonic() < self._paused_until

    def share_metrics(self) -> None:
        """Tells Redis at once what this process counted: for one that may not be back for long."""
        self._ask(("PING",), share_now=True)

    def read_metrics(self) -> tuple[dict[Sample, int], dict[Sample, float]] | None:
        """Counts and gauges of all instances, this one's among them; None without Redis."""
        key, deadline = ledger.counts_key(time.time()), time.monotonic() + SCAN_SECONDS_MAX
        listed, *groups = self._ask(ledger.ask_counts(key), *ledger.ASK_GAUGES, share_now=True)
        counts: dict[Sample, int] = {}
        while (part := ledger.read_counts(listed)) is not None and time.monotonic() < deadline:
            cursor, found = part
            counts |= found
            if cursor == b"0":
                return counts, ledger.read_gauges(groups)
            (listed,) = self._ask(ledger.ask_counts(key, cursor))
        return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()

    def _ask(self, *commands: ledger.Command, share_now: bool = False) -> Sequence[Reply]:
        """The server's replies, or a None for each command, for any reason there is none."""
        nothing = [None] * len(commands)
        if self._connection is None or self.is_away() or not self._lock.acquire(timeout=BUDGET_SECONDS):
            return nothing
        try:
            self._deadline.start(BUDGET_SECONDS)
            counts, gauges = unshared(now=share_now)
            riders = ledger.tell(counts, gauges, ledger.counts_key(time.time()))
            replies = self._exchange([*riders, *commands])
            if riders:
                accepted = zip(counts.items(), replies[: len(counts)], strict=True)
                mark_shared({sample: n for (sample, n), reply in accepted if reply is not None}, gauges)
            return replies[len(riders) :]
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

    def _exchange(self, commands: Sequence[ledger.Command]) -> Sequence[Reply]:
        connection = self._connection
        assert connection is not None
        if connection.is_connected and self._stale():
            connection.disconnect()
        counts, self._counts = self._counts, []
        counting: list[ledger.Command] = []
        for key, ttl_seconds, _ in counts:
            counting += [("INCR", key), ("EXPIRE", key, ttl_seconds)]
        connection.send_packed_command(connection.pack_commands([*counting, *commands]))
        totals = [self._read(connection) for _ in counting][::2]
        replies = [self._read(connection) for _ in commands]
        for (_, _, told), total in zip(counts, totals, strict=True):
            if isinstance(total, int):
                told(total)
        return replies

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
