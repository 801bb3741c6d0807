"""A redis-py connection whose whole exchange (connect, log in, send, receive) ends by one deadline.

redis-py's own timeouts start again with every packet, so a server that sends a byte now and then holds a
request for as long as it likes; and its parser reads whatever length the server announces. Here every wait
gets only what is left of the budget, and a reply over the limit is refused before it is read. Only the name
lookup of the first connection is the resolver's own time.
"""

import time
from typing import Any, Protocol

from redis import Connection, SSLConnection
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.exceptions import ConnectionError as ServerGone
from redis.exceptions import InvalidResponse, RedisError, ResponseError
from redis.retry import Retry

READ_BYTES = 65_536
REPLY_BYTES_MAX = 4_194_304
REPLY_ITEMS_MAX = 32_768
REPLY_DEPTH_MAX = 2  # SCAN answers a list beside its cursor
LINE_BYTES_MAX = 4_096

Reply = bytes | int | list["Reply"] | ResponseError | None


class ReplyTooLarge(RedisError):
    """The server is fine, the value is not: reading it would cost more than computing the answer."""


class Deadline:
    def __init__(self) -> None:
        self._at = 0.0

    def start(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining_seconds(self) -> float:
        """Return the seconds left, always more than 0. Raises TimeoutError where none are."""
        remaining = self._at - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("budget used up")
        return remaining


class ReplyParser:
    """RESP2 replies of bounded size. The methods redis-py calls on any parser class, and no more."""

    def __init__(self, socket_read_size: int) -> None:
        self._socket: Any = None
        self._deadline = Deadline()
        self._unread = bytearray()
        self._allowance = 0

    def on_connect(self, connection: Any) -> None:
        self._socket, self._deadline = connection._sock, connection.deadline
        self._unread.clear()

    def on_disconnect(self) -> None:
        self._socket = None
        self._unread.clear()

    def can_read(self, timeout: float) -> bool:
        """Whether something is waiting to be read, or the server hung up (which then raises)."""
        if self._unread:
            return True
        self._socket.settimeout(timeout)
        try:
            self._append(self._socket.recv(READ_BYTES))
        except OSError as error:
            if isinstance(error, BlockingIOError) or type(error).__name__ == "SSLWantReadError":
                return False
            raise
        finally:
            self._socket.settimeout(self._deadline.remaining_seconds())
        return True

    def read_response(self, disable_decoding: bool = False, timeout: object = None) -> Reply:
        """One reply, undecoded; an error reply is returned, as redis-py's own parsers do."""
        self._allowance = REPLY_BYTES_MAX
        return self._reply(REPLY_DEPTH_MAX)

    def _reply(self, depth: int) -> Reply:
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            length = _count(rest)
            return None if length < 0 else self._bulk(length)
        if kind == b"+":
            return rest
        if kind == b":":
            return _count(rest)
        if kind == b"-":
            return ResponseError(rest.decode("utf-8", "replace"))
        if kind == b"*" and depth:
            items = _count(rest)
            if items > REPLY_ITEMS_MAX:
                raise ReplyTooLarge("too many items")
            return None if items < 0 else [self._reply(depth - 1) for _ in range(items)]
        raise InvalidResponse("not a RESP2 reply")

    def _line(self) -> bytes:
        while (end := self._unread.find(b"\r\n")) < 0:
            if len(self._unread) > LINE_BYTES_MAX:
                raise InvalidResponse("endless line")
            self._receive()
        return self._take(end)

    def _bulk(self, length: int) -> bytes:
        self._allowance -= length
        if self._allowance < 0:
            raise ReplyTooLarge("value over the limit")
        while len(self._unread) < length + 2:
            self._receive()
        return self._take(length)

    def _take(self, length: int) -> bytes:
        """Return the next `length` bytes, of which the line end that must follow is dropped."""
        taken = bytes(self._unread[:length])
        if self._unread[length : length + 2] != b"\r\n":
            raise InvalidResponse("value without its end")
        del self._unread[: length + 2]
        return taken

    def _receive(self) -> None:
        self._socket.settimeout(self._deadline.remaining_seconds())
        self._append(self._socket.recv(READ_BYTES))

    def _append(self, received: bytes) -> None:
        if not received:
            raise ServerGone("connection closed by the server")
        self._unread += received


def _count(digits: bytes) -> int:
    if len(digits) > 20 or not digits.removeprefix(b"-").isdigit():
        raise InvalidResponse("not a number")
    return int(digits)


class _Bounded:
    """Hands out what is left of the budget wherever redis-py asks for a timeout."""

    def __init__(self, deadline: Deadline, **options: Any) -> None:
        self.deadline = deadline
        super().__init__(**options)

    @property
    def socket_timeout(self) -> float:
        return self.deadline.remaining_seconds()

    @property
    def socket_connect_timeout(self) -> float:
        return self.deadline.remaining_seconds()


# redis-py's properties can also be set; nothing sets them after its own constructor
class _PlainConnection(_Bounded, Connection):  # type: ignore[misc]
    pass


class _TlsConnection(_Bounded, SSLConnection):  # type: ignore[misc]
    pass


class BoundedConnection(Protocol):
    """The part of redis-py's connection that an exchange needs."""

    host: str

    @property
    def is_connected(self) -> bool: ...
    def can_read(self) -> bool: ...
    def pack_commands(self, commands: Any) -> Any: ...
    def send_packed_command(self, command: Any) -> None: ...
    def read_response(self) -> Reply: ...
    def disconnect(self) -> None: ...


def open_connection(
    url: str, deadline: Deadline, address: tuple[str, int] | None = None
) -> BoundedConnection:
    """Return a connection that opens at its first command, to what `url` names or likewise to another host
    and port.

    Raises ValueError for a URL that is not one.
    """
    options: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    tls = options.pop("connection_class", None) is SSLConnection
    if "path" in options:
        raise ValueError("only redis:// and rediss:// are supported")
    options |= {
        "protocol": 2,
        "driver_info": None,  # saves two round trips per connection
        "parser_class": ReplyParser,
        "retry": Retry(NoBackoff(), 0),
    }
    for own in ("socket_timeout", "socket_connect_timeout", "health_check_interval", "max_connections"):
        options.pop(own, None)
    if address is not None:
        options["host"], options["port"] = address
    connection: BoundedConnection = (_TlsConnection if tls else _PlainConnection)(deadline, **options)
    return connection
