"""HTTP/1.1 on loopback sockets, by uvicorn. Knows nothing of functions.

A client may vanish at any moment: what was started for it still runs to its end, as it would in the cloud.
"""

import asyncio
import contextlib
import errno
import json
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import uvicorn
from starlette.types import Receive, Scope, Send

from common.errors import ConfigurationError

BODY_LIMIT_BYTES = 32 * 1024 * 1024  # above the platform's limit, whose own error is to be answered
PORTS_TRIED = 100
NO_BODY = {204, 304}
HERE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)


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
    """Return sockets on both loopback addresses: at `port`, or at the next one that is free; 0 takes any.

    Raises ConfigurationError where none may be had.
    """
    why = errno.EADDRINUSE
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
            why = error.errno
            continue
        return sockets
    tried = f"{port} to {port + PORTS_TRIED - 1}"
    if why == errno.EACCES:
        raise ConfigurationError(f"Ports {tried} are for root alone: choose one from 1024, as in --port 8000")
    raise ConfigurationError(f"Ports {tried} are all in use: choose another, as in --port 9000")


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
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._answer,
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
            )
        )
        self.port: int = sockets[0].getsockname()[1]

    async def start(self) -> None:
        self._server.config.load()
        self._server.lifespan = self._server.config.lifespan_class(self._server.config)
        await self._server.startup(self._sockets)

    def close(self) -> None:
        """No new connections; those there are stay until `stop`."""
        for server in self._server.servers:
            server.close()

    async def stop(self) -> None:
        self._server.force_exit = True
        await self._server.shutdown(self._sockets)
        for connection in list(self._server.server_state.connections):
            connection.transport.close()
        tasks = list(self._server.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        more = True
        while more and len(body) <= BODY_LIMIT_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if (refusal := refuse_stranger(scope["headers"], scope["method"])) is not None:
            await _send(send, refusal)
        elif len(body) > BODY_LIMIT_BYTES:
            await _send(send, Response(413))
        else:
            await _send(send, await self._respond(_read_request(scope, bytes(body), self.port)))


def refuse_stranger(headers: Iterable[tuple[bytes, bytes]], method: str) -> Response | None:
    """Return the answer to what a page of another site makes a browser send; None for anybody on this
    machine.

    A name that was made to point here (DNS rebinding) shows in Host, a page of another origin in Origin or,
    for what carries none, in Sec-Fetch-Site. A link that is followed is fine.
    """
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    host, origin = named.get("host", ""), named.get("origin")
    if HERE.fullmatch(host) is None:
        return _forbid("foreign_host", "This answers under localhost, 127.0.0.1 and [::1] only.")
    followed = method in ("GET", "HEAD") and named.get("sec-fetch-mode") == "navigate"
    elsewhere = named.get("sec-fetch-site", "none") not in ("none", "same-origin") and not followed
    if elsewhere or (origin is not None and origin.lower() != f"http://{host.lower()}"):
        return _forbid("foreign_origin", "This answers no page of another origin.")
    return None


def _forbid(code: str, detail: str) -> Response:
    body = {"type": "about:blank", "title": "Forbidden", "status": 403, "code": code, "detail": detail}
    return Response(403, json.dumps(body).encode(), [("content-type", "application/problem+json")])


def _read_request(scope: Scope, body: bytes, port: int) -> Request:
    return Request(
        method=scope["method"],
        target=_target(scope),
        headers=tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in scope["headers"]),
        body=body,
        client=scope["client"][0],
        port=port,
    )


def _target(scope: Scope) -> str:
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


async def _send(send: Send, response: Response) -> None:
    headers = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in response.headers]
    body = b"" if response.status in NO_BODY else response.body
    if response.status not in NO_BODY:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
