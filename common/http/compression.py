"""Answers of more than a kilobyte, compressed for callers who take gzip (RFC 9110, sections 8.4 and 12.5.3).

Entity tags are weak: the compressed answer is the same answer, and keeps its tag.
"""

import zlib

from starlette.types import Message, Scope, Send

from common.http.body import header

SMALLEST_BYTES = 1_024
"""A shorter answer fits one packet either way."""
LEVEL = 1
"""The higher ones make an answer a tenth smaller and take longer than it saves on the way."""
GZIP_WINDOW = 31
"""zlib's word for a gzip header around a window of 32 KiB."""
COMPRESSIBLE = (b"application/json", b"application/problem+json", b"text/")


def compress_answers(scope: Scope, send: Send) -> Send:
    """Return a `send` that compresses answers given in one piece, where the caller takes gzip."""
    if not takes_gzip(header(scope, b"accept-encoding")):
        return send
    start: Message | None = None

    async def send_compressed(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if start is not None:
            if not message.get("more_body", False) and _is_worth_it(start, message.get("body", b"")):
                message = {**message, "body": _compress(start, message["body"])}
            await send(start)
            start = None
        await send(message)

    return send_compressed


def takes_gzip(accepted: bytes) -> bool:
    """Whether an Accept-Encoding has gzip, or anything, with a quality above zero."""
    qualities: dict[str, float] = {}
    for member in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = member.partition(";")
        quality = parameter.strip().removeprefix("q=")
        try:
            qualities[name.strip()] = float(quality or 1)
        except ValueError:
            continue
    return qualities.get("gzip", qualities.get("*", 0)) > 0


def _is_worth_it(start: Message, body: bytes) -> bool:
    headers = dict(start["headers"])
    return (
        len(body) >= SMALLEST_BYTES
        and b"content-encoding" not in headers
        and headers.get(b"content-type", b"").startswith(COMPRESSIBLE)
    )


def _compress(start: Message, body: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, wbits=GZIP_WINDOW)
    packed = packer.compress(body) + packer.flush()
    kept = [one for one in start["headers"] if one[0] != b"content-length"]
    length = str(len(packed)).encode()
    start["headers"] = [*kept, (b"content-encoding", b"gzip"), (b"content-length", length)]
    return packed
