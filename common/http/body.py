"""Request bodies: of bounded size, and unambiguous JSON, before anything else looks at them."""

import json
from typing import Any

from pydantic_core import from_json
from starlette.types import Message, Receive, Scope

from common.errors import PayloadTooLarge
from common.http.problems import MalformedBody


async def read_body(scope: Scope, receive: Receive, limit_bytes: int) -> bytes:
    """Return the whole body. Raises PayloadTooLarge as soon as it is announced or found to be over the
    limit.
    """
    announced = header(scope, b"content-length")
    if announced.isdigit() and (len(announced) > 18 or int(announced) > limit_bytes):
        raise PayloadTooLarge("The request body is too large.")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > limit_bytes:
            raise PayloadTooLarge("The request body is too large.")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def check_json(scope: Scope, body: bytes) -> None:
    """Raise MalformedBody for what two parsers could read differently, or one not at all.

    That is: not UTF-8, NaN and infinity, lone surrogates, repeated keys, integers of thousands of digits,
    nesting hundreds deep. A body of another media type is left to the route, which will not accept it.
    """
    if not body or b"json" not in header(scope, b"content-type").lower():
        return
    try:
        from_json(body, allow_inf_nan=False)
        json.loads(body, object_pairs_hook=_refuse_repeated)
    except (ValueError, RecursionError):
        raise MalformedBody("The request body is not valid JSON.") from None


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` first."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def header(scope: Scope, name: bytes) -> bytes:
    value: bytes
    for key, value in scope["headers"]:
        if key == name:
            return value
    return b""


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("repeated key")
    return members
