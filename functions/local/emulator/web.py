"""HTTP/1.1 over asyncio streams, with h11 for the protocol. Knows nothing of functions.

A client may vanish at any moment: what was started for it still runs to its end, as it would in the cloud.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import h11

BODY_LIMIT_BYTES = 32 * 1024 * 1024  # above the platform's limit, whose own error is to be answered
READ_BYTES = 65_536
PORTS_TRIED = 100
LINGER_SECONDS = 2
NO_BODY = {204, 304}


@dataclass(frozen=True)
class Request:
    """`target` and header values are as sent (latin-1); header names are lower-case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str
    port: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """Every value under this name, joined by commas."""
        values = [value for key, value in self.headers if key == name]
        return ",".join(values) if values else None


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    headers: Iterable[tuple[str, str]] = ()


Respond = Callable[[Request], Awaitable[Response]]


def listen(port: int) -> list[socket.socket]:
    """Sockets on both loopback addresses: at `port`, or at the next one that is free; 0 takes any."""
    for candidate in range(port, port + PORTS_TRIED):
        sockets: list[socket.socket] = []
        try:
            sockets.append(_bind(socket.AF_INET, "127.0.0.1", candidate))
            with contextlib.suppress(_NoSuchAddress):
                sockets.append(_bind(socket.AF_INET6, "::1", sockets[0].getsockname()[1]))
        except OSError as error:
            for opened in sockets:
                opened.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        return sockets
    raise OSError(errno.EADDRINUSE, f"no free port from {port} to {port + PORTS_TRIED - 1}")


class _NoSuchAddress(Exception):
    """This machine has no IPv6 loopback."""


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    try:
        # asyncio switches Nagle's algorithm off only where the protocol is named
        opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _NoSuchAddress from error
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
        opened.listen(256)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise _NoSuchAddress from error
        raise
    return opened


class WebServer:
    """Answers every request that arrives on the given sockets with `respond`."""

    def __init__(self, sockets: list[socket.socket], respond: Respond) -> None:
        self._sockets, self._respond = sockets, respond
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self.port: int = sockets[0].getsockname()[1]

    async def start(self) -> None:
        for opened in self._sockets:
            self._servers.append(await asyncio.start_server(self._serve, sock=opened))

    def close(self) -> None:
        """No new connections; those there are stay until `stop`."""
        for server in self._servers:
            server.close()

    async def stop(self) -> None:
        self.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await _Connection(reader, writer, self._respond).run()
        except (OSError, asyncio.CancelledError):
            pass  # the client is gone, or we are
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, respond: Respond) -> None:
        self._reader, self._writer, self._respond = reader, writer, respond
        self._protocol = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        while True:
            try:
                request = await self._receive()
                if request is None:
                    return None
                response = await self._respond(request)
            except h11.RemoteProtocolError as error:
                await self._send(Response(error.error_status_hint), with_body=False)
                return await self._linger()
            await self._send(response, with_body=request.method != "HEAD")
            if self._protocol.our_state is not h11.DONE:
                return None
            self._protocol.start_next_cycle()

    async def _linger(self) -> None:
        """Reads what is still on its way: closing on unread bytes would lose the answer."""
        self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while await self._reader.read(READ_BYTES):
                    pass

    async def _next_event(self) -> object:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            if self._protocol.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self._protocol.receive_data(await self._reader.read(READ_BYTES))
        return event

    async def _receive(self) -> Request | None:
        event = await self._next_event()
        if not isinstance(event, h11.Request):
            return None
        chunks: list[bytes] = []
        size = 0
        while isinstance(data := await self._next_event(), h11.Data):
            size += len(data.data)
            if size > BODY_LIMIT_BYTES:
                raise h11.RemoteProtocolError("body too large", error_status_hint=413)
            chunks.append(bytes(data.data))
        return Request(
            method=event.method.decode("latin-1"),
            target=event.target.decode("latin-1"),
            headers=tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in event.headers),
            body=b"".join(chunks),
            client=self._writer.get_extra_info("peername")[0],
            port=self._writer.get_extra_info("sockname")[1],
        )

    async def _send(self, response: Response, *, with_body: bool) -> None:
        try:
            head = self._head(response)
        except h11.LocalProtocolError:
            response = Response(502)
            head = self._head(response)
        body = [h11.Data(data=response.body)] if with_body and response.body else []
        if response.status in NO_BODY:
            body = []
        await self._write(head, *body, h11.EndOfMessage())

    def _head(self, response: Response) -> h11.Response:
        headers = [(key.encode(), value.encode()) for key, value in response.headers]
        if response.status not in NO_BODY:
            headers.append((b"content-length", str(len(response.body)).encode()))
        return h11.Response(status_code=response.status, headers=headers)

    async def _write(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._protocol.send(event) or b"" for event in events))
        await self._writer.drain()
