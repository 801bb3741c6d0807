"""Get, set and delete within 50 ms or not at all. A request never fails, or waits longer, because of Redis.

Any failure is a miss. After one, nothing is asked for a moment (the breaker), so that a server that is away
costs one request its budget and the others nothing; then a single exchange tries again.

Nothing that is read is trusted: every value is written with a code and read by one path, which checks it.
Every command has one key, so that a cluster takes it.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from threading import Lock

from redis.exceptions import RedisError

from common.cache import ledger
from common.cache.connection import REPLY_BYTES_MAX, BoundedConnection, Deadline, Reply, ReplyTooLarge
from common.cache.mac import MAC_BYTES, open_protected, protect
from common.cache.servers import ASK_SERVERS, Servers
from common.errors import ConfigurationError
from common.settings import get_settings
from common.telemetry import Sample, count, mark_shared, span, unshared

BUDGET_SECONDS = 0.05
PAUSE_SECONDS = 2.0
COUNTS_WAITING_MAX = 16
SCANNED_AT_ONCE = 500
SCAN_SECONDS_MAX = 10.0


class Cache:
    """One connection, opened at the first use. An empty `url` is a cache that never holds anything.

    What was written with another `secret` (at most 64 bytes) is no value. Raises ConfigurationError if `url`
    is not a Redis URL.
    """

    def __init__(self, url: str, secret: bytes) -> None:
        self._secret = secret
        self._deadline = Deadline()
        self._lock = Lock()
        self._paused_until = 0.0
        self._counts: list[tuple[str, int, int, Callable[[int], None]]] = []
        try:
            self._servers = Servers(url, self._deadline) if url else None
        except (ValueError, TypeError):
            raise ConfigurationError("REDIS_URL: not a redis:// or rediss:// URL") from None

    @property
    def exists(self) -> bool:
        """Whether there is a server that could hold anything."""
        return self._servers is not None

    def get(self, key: str) -> bytes | None:
        value = _value(*self._ask(("GET", key)))
        count("nutri_cache_total", outcome="miss" if value is None else "hit")
        return value

    def get_each(self, *keys: str, unless: Sequence[str] = ()) -> list[bytes | None]:
        """Return what is under each of the keys; nothing where there is anything under one of `unless`.

        Those are looked for after the values were read: no value outlasts a mark that was there first.
        """
        replies = self._ask(*(("GET", key) for key in keys), *(("EXISTS", key) for key in unless))
        if any(found != 0 for found in replies[len(keys) :]):
            return [None] * len(keys)
        return [_value(reply) for reply in replies[: len(keys)]]

    def holds(self, *keys: str) -> bool:
        """Whether there is anything under any of the keys."""
        return any(found == 1 for found in self._ask(*(("EXISTS", key) for key in keys)))

    def set(self, key: str, value: bytes, ttl_seconds: int, *, unless: str | None = None) -> bool:
        """Whether it was kept. A value too large to be read back is not written."""
        return self.set_all([(key, value, ttl_seconds)], unless=unless)

    def set_all(self, entries: Iterable[tuple[str, bytes, int]], *, unless: str | None = None) -> bool:
        """Keep values under keys for so many seconds each, in one exchange; tell whether all were kept.

        None stays where there is a key `unless`: it is looked for after the values were written, so whoever
        makes that key and then deletes what they find misses no value of a writer that did not see it.
        """
        small = [entry for entry in entries if len(entry[1]) <= REPLY_BYTES_MAX - MAC_BYTES]
        if not small:
            return False
        commands: list[ledger.Command] = [("SET", key, value, "EX", ttl) for key, value, ttl in small]
        if unless is None:
            return all(reply == b"OK" for reply in self._ask(*commands))
        *replies, forbidden = self._ask(*commands, ("EXISTS", unless))
        if forbidden != 0:
            self.delete(*(key for key, _, _ in small))
            return False
        return all(reply == b"OK" for reply in replies)

    def claim(self, key: str, token: bytes, ttl_seconds: int) -> bytes | None:
        """Whose the key is now: `token` if it was free; None where the server does not say."""
        _, owner = self._ask(("SET", key, token, "EX", ttl_seconds, "NX"), ("GET", key))
        return _value(owner)

    def delete(self, *keys: str) -> bool:
        """Whether the server confirmed that the keys are gone."""
        return all(isinstance(gone, int) for gone in self._ask(*(("DEL", key) for key in keys)))

    def delete_matching(
        self, pattern: str, groups: Iterable[str], *, owners: Collection[str] | None = None
    ) -> int | None:
        """How many keys of the pattern and of the groups, a key's first part, were there and are gone.

        Where `owners` are given, only of keys whose second part is one of them.

        None where the server did not confirm it.
        """
        beginnings = tuple(f"{group}:" for group in groups)
        deleted, deadline = 0, time.monotonic() + SCAN_SECONDS_MAX
        if self._servers is None:
            return None
        for server in self._servers.listed(*self._ask(ASK_SERVERS)):
            cursor = b"0"
            while True:
                scan = ("SCAN", cursor, "MATCH", pattern, "COUNT", SCANNED_AT_ONCE)
                match self._ask(scan, only=server):
                    case [[bytes() as cursor, [*found]]] if time.monotonic() < deadline:
                        names = [key.decode("utf-8", "replace") for key in found if isinstance(key, bytes)]
                    case _:
                        return None
                chosen = [
                    name
                    for name in names
                    if name.startswith(beginnings) and (owners is None or name.split(":")[1] in owners)
                ]
                for gone in self._ask(*(("DEL", name) for name in chosen)):
                    if not isinstance(gone, int):
                        return None
                    deleted += gone
                if cursor == b"0":
                    break
        return deleted

    def count_soon(self, key: str, ttl_seconds: int, told: Callable[[int], None], amount: int = 1) -> None:
        """Add to the counter `key` with the next exchange, whatever it is for; `told` gets the total.

        Costs no round trip of its own, and is dropped where the server is away.
        """
        if self._servers is None:
            return
        self._counts.append((key, amount, ttl_seconds, told))
        if len(self._counts) >= COUNTS_WAITING_MAX:
            self._ask()
            self._counts.clear()

    def ping(self) -> bool:
        """Whether the server answers now: asks even while paused, and ends the pause if it does."""
        self._paused_until = 0.0
        return self._ask(("PING",)) == [b"PONG"]

    def is_away(self) -> bool:
        """Whether nothing would be asked now: there is no server, or it failed a moment ago."""
        return self._servers is None or time.monotonic() < self._paused_until

    def share_metrics(self) -> None:
        """Tell Redis at once what this process counted: for one that may not be back for long."""
        self._ask(("PING",), share_now=True)

    def read_metrics(self) -> tuple[dict[Sample, int], dict[Sample, float]] | None:
        """Return counts and gauges of all instances, this one's among them; None without Redis."""
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
        if self._servers is not None:
            self._servers.disconnect()

    def _ask(
        self, *commands: ledger.Command, share_now: bool = False, only: BoundedConnection | None = None
    ) -> Sequence[Reply]:
        """Return the replies, or a None for each command, for any reason there is none.

        `only` asks that server, of several.
        """
        nothing = [None] * len(commands)
        if not commands and not share_now and not self._counts:
            return nothing
        if self._servers is None or self.is_away() or not self._lock.acquire(timeout=BUDGET_SECONDS):
            return nothing
        try:
            self._deadline.start(BUDGET_SECONDS)
            counts, gauges = ({}, {}) if only else unshared(now=share_now)
            riders = ledger.commands_for(counts, gauges, ledger.counts_key(time.time()))
            with span("cache", {"db.system.name": "redis", "db.operation.batch.size": len(commands)}):
                replies = self._exchange(self._servers, [*riders, *commands], only)
            if riders:
                accepted = zip(counts.items(), replies[: len(counts)], strict=True)
                mark_shared({sample: n for (sample, n), reply in accepted if reply is not None}, gauges)
            return replies[len(riders) :]
        except ReplyTooLarge:
            self._servers.disconnect()
        except (RedisError, OSError):
            count("nutri_cache_total", outcome="failure")
            self._servers.disconnect()
            self._paused_until = time.monotonic() + PAUSE_SECONDS
        except BaseException:
            # an exchange cut short would leave its reply for the next caller: somebody else's answer
            self._servers.disconnect()
            raise
        finally:
            self._lock.release()
        return nothing

    def _exchange(
        self, servers: Servers, commands: Sequence[ledger.Command], only: BoundedConnection | None
    ) -> Sequence[Reply]:
        """Send what is set with its code, and take back only what carries the right one."""
        counts, self._counts = ([], self._counts) if only else (self._counts, [])
        counting: list[ledger.Command] = []
        for key, amount, ttl_seconds, _ in counts:
            counting += [("INCRBY", key, amount), ("EXPIRE", key, ttl_seconds)]
        replies = servers.exchange([*counting, *map(self._protected, commands)], only)
        totals = replies[: len(counting)][::2]
        for (*_, learn), total in zip(counts, totals, strict=True):
            if isinstance(total, int):
                learn(total)
        return [self._opened(*pair) for pair in zip(commands, replies[len(counting) :], strict=True)]

    def _protected(self, command: ledger.Command) -> ledger.Command:
        match command:
            case ("SET", str() as key, bytes() as value, *options):
                return ("SET", key, protect(self._secret, key, value), *options)
        return command

    def _opened(self, command: ledger.Command, reply: Reply) -> Reply:
        match command, reply:
            case ("GET", str() as key), bytes():
                return open_protected(self._secret, key, reply)
        return reply


def _value(reply: Reply) -> bytes | None:
    return reply if isinstance(reply, bytes) else None


@lru_cache(maxsize=1)
def get_cache() -> Cache:
    settings = get_settings()
    return Cache(settings.redis_url.get_secret_value(), settings.cache_secret)
