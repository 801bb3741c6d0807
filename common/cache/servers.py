"""Which server of a cache is told what: the one its URL names and, in cluster mode, those that one points to.

A cluster is not configured: a server that does not keep a key says who does (MOVED), and is believed until an
exchange fails. Every command has at most one key, so none can span two servers.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from redis.crc import key_slot
from redis.exceptions import RedisError, ResponseError

from common.cache.connection import BoundedConnection, Deadline, Reply, open_connection
from common.cache.ledger import Command

ASK_SERVERS: Command = ("CLUSTER", "NODES")
KEYLESS = frozenset({"PING", "SCAN", "CLUSTER", "FLUSHALL"})
NODE = re.compile(r"(?P<host>[^@]+):(?P<port>\d{1,5})(@\d+)?(,(?P<name>[^,]*))?(,.*)?")
READS = frozenset({"GET", "EXISTS"})
MOVED = re.compile(r"MOVED (\d{1,5}) (.*):(\d{1,5})")


class Servers:
    """Raises ValueError or TypeError if `url` is not a Redis URL. Opens nothing before it is asked."""

    def __init__(self, url: str, deadline: Deadline) -> None:
        self._url, self._deadline = url, deadline
        self._first = open_connection(url, deadline)
        self._others: dict[tuple[str, int], BoundedConnection] = {}
        self._slots: dict[int, BoundedConnection] = {}

    def exchange(self, commands: Sequence[Command], only: BoundedConnection | None = None) -> list[Reply]:
        """Return a reply for each command, carried out in their order; None where the server refused.

        As many as go to the same server are one message. `only` asks that server. Raises RedisError, OSError.
        """
        replies: list[Reply] = [None] * len(commands)
        left = list(range(len(commands)))
        while left:
            server = only or self._server_of(commands[left[0]])
            run = list(takewhile(lambda n: (only or self._server_of(commands[n])) is server, left))  # noqa: B023
            again: list[int] = []
            for n, reply in zip(run, _talk(server, [commands[n] for n in run]), strict=True):
                moved = MOVED.fullmatch(str(reply)) if isinstance(reply, ResponseError) and not only else None
                if moved is not None:
                    self._slots[int(moved[1])] = self._at(moved[2], int(moved[3]))
                if moved is not None or (again and commands[n][0] in READS):
                    again.append(n)  # what was looked at before what moved was written is looked at anew
                elif not isinstance(reply, ResponseError):  # read-only, full, wrong type: nothing is broken
                    replies[n] = reply
            left = again + left[len(run) :]
        return replies

    def listed(self, told: Reply) -> list[BoundedConnection]:
        """Every server that keeps keys, by the reply to ASK_SERVERS; without a cluster the first alone."""
        if not isinstance(told, bytes):
            return [self._first]
        servers = []
        for line in told.decode("utf-8", "replace").splitlines():
            _, place, flags, *_ = [*line.split(" "), "", ""]
            roles = flags.split(",")
            if "myself" in roles:
                servers.append(self._first)
            elif (node := NODE.fullmatch(place)) is not None and "master" in roles:
                servers.append(self._at(node["name"] or node["host"], int(node["port"])))
        return servers

    def disconnect(self) -> None:
        """Close everything, and forget who keeps what."""
        for connection in (self._first, *self._others.values()):
            connection.disconnect()
        self._others.clear()
        self._slots.clear()

    def _server_of(self, command: Command) -> BoundedConnection:
        if not self._slots or command[0] in KEYLESS:
            return self._first
        return self._slots.get(key_slot(str(command[1]).encode()), self._first)

    def _at(self, host: str, port: int) -> BoundedConnection:
        address = host or self._first.host, port
        if address not in self._others:
            self._others[address] = open_connection(self._url, self._deadline, address)
        return self._others[address]


def _talk(connection: BoundedConnection, commands: Sequence[Command]) -> list[Reply]:
    if connection.is_connected and _stale(connection):
        connection.disconnect()
    connection.send_packed_command(connection.pack_commands(commands))
    return [_read(connection) for _ in commands]


def _read(connection: BoundedConnection) -> Reply:
    try:
        return connection.read_response()
    except ResponseError as refusal:
        return refusal


def _stale(connection: BoundedConnection) -> bool:
    """Whether the connection died while idle (a freeze, a restart), or holds a reply nobody asked for."""
    try:
        return connection.can_read()
    except (RedisError, OSError):
        return True
