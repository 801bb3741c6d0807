"""The connection to PostgreSQL: one per process, made on first use, with limits on everything that can hang.

Owns connecting, time limits, retries and the breaker; knows no table. `reading()` and `transaction()` are the
only ways to a connection. Whatever interrupts an exchange with the server costs the connection: one that is
out of step would answer the next person with the last person's rows.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext

from common.deadline import DeadlineExceeded, is_exhausted
from common.errors import InvalidInput, Unavailable
from common.settings import get_settings
from common.store.address import Address, parse_database_url
from common.store.driver import TlsSocket, connect, sqlstate
from common.telemetry import log_metric, span

BREAKER_SECONDS = 2.0
PROBE_SECONDS = 0.2
PROBE_SECONDS_MAX = 2.0
PROBES_OF_A_SIZE = 5

# Shutting down, starting up, connections used up; and statement_timeout, which says nothing of the next one.
GONE = frozenset({"57P01", "57P02", "57P03", "53300"})
# A standby that took over, a disk that is full: what is there can still be read.
UNWRITABLE = frozenset({"25006", "53100"})
# Connections that fail, and logins that are refused: met when a connection is replaced, too.
REFUSED = frozenset({"08", "28"})
TOO_SLOW = "57014"


class Breaker:
    """Remembers that the server is away, so that hardly anybody waits to learn it again.

    After a pause one request asks whether it answers, and for no longer than a tenth of the time until the
    next one does. While it does not, both grow slowly: a server that is slow to reach is found all the same.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._closed_after = 0.0

    def trip(self) -> None:
        self._failures += 1
        self._closed_after = time.monotonic() + self._pause_seconds

    def reset(self) -> None:
        self._failures = 0

    def check(self, ask: Callable[[float], None]) -> None:
        """`ask` tries for so many seconds. Raises Unavailable where it does, or where it is not time yet."""
        if not self._failures:
            return
        if time.monotonic() < self._closed_after:
            raise unavailable()
        try:
            ask(self._patience_seconds)
        except Unavailable:
            log_metric("DatabaseRefusals")
            self.trip()
            raise
        self.reset()

    @property
    def _patience_seconds(self) -> float:
        return float(min(PROBE_SECONDS * 2 ** (self._failures // PROBES_OF_A_SIZE), PROBE_SECONDS_MAX))

    @property
    def _pause_seconds(self) -> float:
        return max(BREAKER_SECONDS, 9 * self._patience_seconds)


def take_waited_seconds() -> float:
    """Return what statements took since this was last asked."""
    waited = _waited_seconds.get()
    _waited_seconds.set(0.0)
    return waited


def unavailable() -> Unavailable:
    return Unavailable(
        "The database cannot be reached",
        code="database_unavailable",
        retry_after_seconds=int(BREAKER_SECONDS),
    )


_breaker = Breaker()
_waited_seconds: ContextVar[float] = ContextVar("waited_seconds", default=0.0)
_in_transaction: ContextVar[Connection | None] = ContextVar("in_transaction", default=None)


def check_text(value: str) -> str:
    """`value`, if PostgreSQL can store it. Raises InvalidInput for NUL and lone surrogates."""
    try:
        storable = b"\0" not in value.encode()
    except UnicodeEncodeError:
        storable = False
    if not storable:
        raise InvalidInput("Text must not contain NUL or unpaired surrogates", code="invalid_text")
    return value


@cache
def tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = TlsSocket
    return context


def make_engine(
    address: Address, *, connect_timeout_seconds: float, statement_timeout_ms: int, breaker: Breaker
) -> Engine:
    """Return an engine in AUTOCOMMIT of at most one connection, which is opened on first use."""

    def open_connection() -> Any:
        if is_exhausted():
            raise unavailable()
        return connect(
            address,
            connect_timeout_seconds=connect_timeout_seconds,
            statement_timeout_ms=statement_timeout_ms,
            tls=tls_context(address.ca_file) if address.tls else None,
        )

    engine = create_engine(
        "postgresql+pg8000://",
        creator=open_connection,
        isolation_level="AUTOCOMMIT",
        pool_size=1,
        max_overflow=0,
        pool_timeout=connect_timeout_seconds,
        hide_parameters=True,
    )
    retry_seconds = statement_timeout_ms / 1_000

    @event.listens_for(engine, "do_execute")
    def execute_once_more(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        began = time.monotonic()
        try:
            with span("statement", {"db.system.name": "postgresql", "db.query.text": statement}):
                _execute(cursor, statement, parameters, context, retry_seconds)
        finally:
            _waited_seconds.set(_waited_seconds.get() + time.monotonic() - began)
        return True

    @event.listens_for(engine, "handle_error", retval=True)
    def translate(error: ExceptionContext) -> BaseException | None:
        cause = error.original_exception
        in_step = isinstance(cause, DatabaseError)
        if not in_step:
            error.is_disconnect = True
            error.invalidate_pool_on_disconnect = False
        state = sqlstate(cause)
        if error.connection is not None and _was_slow(cause):
            return unavailable()
        if error.connection is None or _is_lost(cause) or state in GONE or state[:2] in REFUSED:
            log_metric("DatabaseRefusals")
            breaker.trip()
            return unavailable()
        return unavailable() if state == TOO_SLOW or state in UNWRITABLE else None

    return engine


def _was_slow(cause: BaseException | None) -> bool:
    """Tell whether the request gave up, not the socket: the next person may still be answered."""
    return isinstance(cause, DeadlineExceeded) or isinstance(
        getattr(cause, "__cause__", None), DeadlineExceeded
    )


def _is_lost(cause: BaseException | None) -> bool:
    lost = any(sign in str(cause) for sign in ("network error", "connection is closed", "cannot connect"))
    return isinstance(cause, OSError) or (isinstance(cause, InterfaceError) and lost)


def _execute(cursor: Any, statement: str, parameters: Any, context: Any, retry_seconds: float) -> None:
    """Run a statement; a read that met a dead connection (closed while the process was frozen) once more.

    This is the "readonly version of transparent reconnect" of SQLAlchemy's documentation.
    """
    started = time.monotonic()
    try:
        cursor.execute(statement, parameters)
    except (InterfaceError, OSError) as error:
        connection: Connection = context.root_connection
        raw: Any = connection.connection.dbapi_connection
        is_read = raw.autocommit and statement.lstrip().startswith(("SELECT", "WITH"))
        again = is_read and _is_lost(error) and not _was_slow(error)
        if not (again and time.monotonic() - started < retry_seconds):
            raise
        connection.invalidate(error)
        connection.rollback()
        context.cursor = connection.connection.cursor()
        context.cursor.execute(statement, parameters)


@cache
def get_engine() -> Engine:
    """Return the process's engine, from the settings."""
    settings = get_settings()
    address = parse_database_url(settings.database_url.get_secret_value())
    return make_engine(
        address,
        connect_timeout_seconds=address.connect_timeout_seconds or settings.database_connect_timeout_s,
        statement_timeout_ms=settings.database_statement_timeout_ms,
        breaker=_breaker,
    )


def dispose_engine() -> None:
    """Close the process's connection and forget the settings it came from."""
    if get_engine.cache_info().currsize:
        get_engine().dispose()
    get_engine.cache_clear()
    _breaker.reset()


@contextmanager
def reading() -> Iterator[Connection]:
    """Yield a connection for reads: each statement is its own snapshot. Raises Unavailable.

    Inside `transaction()` it is that transaction's: there is no second one to wait for.
    """
    if (connection := _in_transaction.get()) is not None:
        yield connection
        return
    _breaker.check(ping)
    with get_engine().connect() as connection:
        yield connection


@contextmanager
def transaction() -> Iterator[Connection]:
    """Yield a connection whose statements are committed together at the end, or not at all. Raises
    Unavailable.
    """
    _breaker.check(ping)
    with get_engine().connect() as connection:
        # SQLAlchemy would change the isolation level with statements of its own, there and back
        raw: Any = connection.connection.dbapi_connection
        raw.autocommit = False
        inside = _in_transaction.set(connection)
        try:
            with connection.begin():
                yield connection
        finally:
            _in_transaction.reset(inside)
            raw.autocommit = True


@contextmanager
def joined_transaction() -> Iterator[Connection]:
    """Yield the transaction in hand, which whoever began it commits; else one of its own. Raises
    Unavailable.
    """
    if (connection := _in_transaction.get()) is not None:
        yield connection
        return
    with transaction() as connection:
        yield connection


def ping(timeout_seconds: float) -> None:
    """Ask the server something on a connection of its own, whatever the breaker remembers.

    Raises Unavailable where it does not answer: connecting and answering may take `timeout_seconds` each.
    """
    settings = get_settings()
    address = parse_database_url(settings.database_url.get_secret_value())
    try:
        connection = connect(
            address,
            connect_timeout_seconds=timeout_seconds,
            statement_timeout_ms=settings.database_statement_timeout_ms,
            read_timeout_seconds=timeout_seconds,
            tls=tls_context(address.ca_file) if address.tls else None,
        )
        try:
            connection.execute_simple("SELECT 1")
        finally:
            connection.close()
    except (DatabaseError, InterfaceError, OSError):
        raise unavailable() from None
