"""pg8000 with one network round trip per statement instead of three, and time limits that hold.

Owns the connection and cursor classes the engine uses; knows no table and no SQL of ours. Statements with
parameters are prepared once per connection, in the exchange that runs them first. An exchange is always
whole, with one Sync at its end: a pooler that lends a server for a transaction (PgBouncer) lends no half of
it to another client. Parameters are encoded before anything is sent, so a value that cannot be encoded leaves
the protocol in step.
"""

import socket
import ssl
import struct
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import IO, Any

from pg8000 import dbapi
from pg8000.converters import make_params
from pg8000.core import CLOSE, NULL_BYTE, STATEMENT, SYNC_MSG, Context
from pg8000.exceptions import DatabaseError, InterfaceError

from common.deadline import waiting
from common.store.address import Address

TIMESTAMP_OID = 1114
PREPARED_MAX = 64

# The pooler lost our statement, or a migration changed what it returns: PostgreSQL says so before running it.
FORGOTTEN = frozenset({"26000", "0A000"})

# What pg8000 meets when the bytes it reads are no protocol.
GARBLED = (struct.error, LookupError, UnicodeDecodeError, OverflowError, MemoryError)

# A peer that vanished without a word (a thawed process behind a NAT) is noticed after this long, not after
# the minutes TCP itself would retry. A slow statement is not affected: its packets are acknowledged.
UNACKNOWLEDGED_TIMEOUT_MS = 1_000


def parse_timestamp(text: str) -> datetime | None:
    """Return a naive UTC time; None for what Python cannot hold (infinity, the year 20000). Never raises.

    An adapter that raised would leave the rest of the answer unread on the connection.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class _Patient:
    """A socket that waits for the server no longer than the request in hand may."""

    limit_seconds: float | None = None
    """Of one read; until it is set, the time limit the socket was made with."""

    def recv_into(self, *arguments: Any) -> int:
        if self.limit_seconds is None:
            self.limit_seconds = self.gettimeout()  # type: ignore[attr-defined]
        with waiting(self.limit_seconds or 0.0) as seconds:
            self.settimeout(seconds)  # type: ignore[attr-defined]
            received: int = super().recv_into(*arguments)  # type: ignore[misc]
            return received


class _PlainSocket(_Patient, socket.socket):
    pass


class TlsSocket(_Patient, ssl.SSLSocket):
    """What a TLS context must make of its sockets."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement that the server knows by a name, and how its rows are read."""

    name: bytes
    statement: str
    columns: Any
    input_functions: Any


class Cursor(dbapi.Cursor):  # type: ignore[misc]
    def execute(self, operation: str, args: Sequence[Any] = (), stream: Any = None) -> None:
        connection: Connection | None = self._c
        if connection is None or not args or stream is not None:
            super().execute(operation, args, stream)
            return
        if not connection.autocommit and not connection._in_transaction:
            connection.execute_simple("begin transaction")
        self._context = connection.execute_whole(operation, args)
        self._row_iter = None if self._context.rows is None else iter(self._context.rows)


class Connection(dbapi.Connection):  # type: ignore[misc]
    def __init__(self, *, bare: bool, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.bare = bare
        self.prepared: OrderedDict[str, Prepared] = OrderedDict()
        self.register_in_adapter(TIMESTAMP_OID, parse_timestamp)

    def cursor(self) -> Cursor:
        return Cursor(self)

    def handle_messages(self, context: Any) -> None:
        try:
            super().handle_messages(context)
        except GARBLED as error:
            raise InterfaceError("network error: not an answer of PostgreSQL") from error

    def execute_whole(self, operation: str, args: Sequence[Any]) -> Any:
        """Run a statement in one exchange: as prepared before, else prepared on the way."""
        parameters = make_params(self.py_types, args)
        known = self.prepared.get(operation)
        if known is None:
            return self._prepare_and_execute(operation, parameters, args)
        self.prepared.move_to_end(operation)
        try:
            return self.execute_named(
                known.name, parameters, known.columns, known.input_functions, known.statement
            )
        except DatabaseError as error:
            if sqlstate(error) not in FORGOTTEN or self._in_transaction:
                raise
            del self.prepared[operation]
            return self._prepare_and_execute(operation, parameters, args)

    def _prepare_and_execute(self, operation: str, parameters: Sequence[Any], args: Sequence[Any]) -> Any:
        statement, _ = dbapi.convert_paramstyle("format", operation, args)
        # named by its text: whatever server has the name already has it for the same statement
        digest = blake2b(statement.encode(), digest_size=12).hexdigest()
        name = (b"" if self.bare else f"nutri_{digest}".encode()) + NULL_BYTE
        context = Context(statement)
        if not self.bare:
            self._send_close(name)  # an attempt that failed may have left it
            while len(self.prepared) >= PREPARED_MAX:
                self._send_close(self.prepared.popitem(last=False)[1].name)
        self.send_PARSE(name, statement)
        self.send_DESCRIBE_STATEMENT(name)
        self.send_BIND(name, parameters)
        self.send_EXECUTE()
        self._sock.write(SYNC_MSG)
        self._sock.flush()
        self.handle_messages(context)
        if not self.bare:
            self.prepared[operation] = Prepared(name, statement, context.columns, context.input_funcs)
        return context

    def _send_close(self, name: bytes) -> None:
        self._send_message(CLOSE, STATEMENT + name)

    def close(self) -> None:
        # pg8000 closes its socket but not the file made of it, which keeps the descriptor
        with closing_quietly(self._sock):
            super().close()

    def commit(self) -> None:
        if self._in_transaction:
            self.execute_simple("commit")

    def rollback(self) -> None:
        if self._in_transaction:
            self.execute_simple("rollback")


@contextmanager
def closing_quietly(file: IO[bytes] | None) -> Iterator[None]:
    try:
        yield
    finally:
        if file is not None:
            with suppress(OSError, ValueError):
                file.close()


def sqlstate(error: BaseException | None) -> str:
    """Return the five characters PostgreSQL names an error by; "" if it named none."""
    details = error.args[0] if isinstance(error, DatabaseError) and error.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


def connect(
    address: Address,
    *,
    connect_timeout_seconds: float,
    statement_timeout_ms: int,
    tls: ssl.SSLContext | None,
    read_timeout_seconds: float | None = None,
) -> Connection:
    """Return a new connection. Raises pg8000's InterfaceError or DatabaseError, whatever went wrong.

    `read_timeout_seconds` is how long the server may say nothing: by default longer than a statement takes.
    """
    parameters = {
        "statement_timeout": str(statement_timeout_ms),
        "search_path": "public",
        "timezone": "UTC",
        "datestyle": "ISO",
    }
    local = address.host.startswith("/")
    place: dict[str, Any] = {"unix_sock": f"{address.host}/.s.PGSQL.{address.port}"}
    try:
        if not local:
            place = {"host": address.host, "sock": _reach(address, connect_timeout_seconds)}
        connection = Connection(
            bare=address.bare,
            user=address.user,
            password=address.password,
            database=address.database,
            timeout=connect_timeout_seconds,
            # never None: pg8000 would then encrypt without verifying, and spend 18 ms on it
            ssl_context=tls or False,
            application_name=address.application_name,
            startup_params={} if address.bare else parameters,
            **place,
        )
        # the server abandons a statement first, so the socket's own limit means that the server is gone
        usual = address.socket_timeout_seconds or statement_timeout_ms / 1_000 + 1
        seconds = read_timeout_seconds or usual
        connection._usock.settimeout(seconds)
        if not local:
            connection._usock.limit_seconds = seconds
        if connection._usock.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            connection._usock.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_TIMEOUT_MS
            )
    except BaseException as error:
        if (reached := place.get("sock")) is not None:
            reached.close()  # pg8000 does not where the server hung up, or refused TLS
        if isinstance(error, InterfaceError | DatabaseError) or not isinstance(error, Exception):
            raise
        raise InterfaceError("cannot connect") from error
    return connection


def _reach(address: Address, timeout_seconds: float) -> _PlainSocket:
    with waiting(timeout_seconds) as seconds:
        plain = socket.create_connection((address.host, address.port), seconds)
    reached = _PlainSocket(plain.family, plain.type, plain.proto, plain.detach())
    reached.limit_seconds = timeout_seconds
    reached.settimeout(timeout_seconds)
    reached.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return reached
