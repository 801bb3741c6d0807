"""Ready answers of the services as HTTP responses, with validation by entity tag (RFC 9110, section 13)."""

import re
from typing import Protocol

from fastapi import Request, Response

CACHE_CONTROL = "private, no-cache"
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


class ReadyAnswer(Protocol):
    """What a service gives back: JSON, its entity tag, and whether it is only the last one known."""

    @property
    def body(self) -> bytes: ...
    @property
    def etag(self) -> str: ...
    @property
    def stale(self) -> bool: ...


def answer_response(request: Request, answer: ReadyAnswer, status: int = 200) -> Response:
    """304 where the caller has this answer already.

    A stale answer carries no tag: that it is stale is news even to a caller who has its content.
    """
    if answer.stale:
        return Response(answer.body, status, {"cache-control": "no-store"}, "application/json")
    headers = {"etag": answer.etag, "cache-control": CACHE_CONTROL}
    if request.method in ("GET", "HEAD"):
        asked = request.headers.getlist("if-none-match")
        if asked and matches(",".join(asked), answer.etag):
            return Response(status_code=304, headers=headers)
    return Response(answer.body, status, headers, "application/json")


def matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison with each member of the list; `*` is anything."""
    if if_none_match.strip() == "*":
        return True
    own = _TAG.fullmatch(etag)
    return own is not None and own[1] in _TAG.findall(if_none_match)
