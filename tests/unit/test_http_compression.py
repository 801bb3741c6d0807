"""Compressed answers: who gets them, that they are the same, and how they leave a function."""

import gzip
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from common.http import answer_response, create_app, create_handler
from common.http.compression import SMALLEST_BYTES, takes_gzip
from common.http.function_url import Handler
from common.services.answers import Answer
from tests.fixtures.environment import set_environment
from tests.fixtures.events import request_event

LARGE = b'{"days":[' + b"1.25," * 400 + b"0]}"


def large_app() -> FastAPI:
    router = APIRouter(tags=["sample"])

    @router.get("/large")
    async def large(request: Request) -> Response:
        return answer_response(request, Answer(LARGE, 'W/"a"'))

    @router.get("/small")
    async def small() -> Response:
        return Response(b"[" + b" " * (SMALLEST_BYTES - 3) + b"]", media_type="application/json")

    @router.get("/packed")
    async def packed() -> Response:
        return Response(LARGE, 200, {"content-encoding": "br"}, "application/json")

    @router.get("/picture")
    async def picture() -> Response:
        return Response(LARGE, media_type="image/png")

    return create_app("sample", router)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path)
    return create_handler(large_app())


def ask(handler: Handler, path: str, **headers: Any) -> dict[str, Any]:
    return handler(request_event("GET", path, **headers), None)


def test_a_large_answer_is_compressed_and_leaves_the_function_as_base64(handler: Handler) -> None:
    plain, packed = ask(handler, "/large"), ask(handler, "/large", accept_encoding="gzip, deflate, br")
    assert (plain["isBase64Encoded"], plain["body"].encode()) == (False, LARGE)
    assert "content-encoding" not in plain["headers"]
    body = b64decode(packed["body"])
    assert (packed["isBase64Encoded"], gzip.decompress(body)) == (True, LARGE)
    assert packed["headers"]["content-encoding"] == "gzip"
    assert packed["headers"]["content-length"] == str(len(body))
    assert len(body) < len(LARGE) / 5


def test_both_are_one_answer_with_one_tag(handler: Handler) -> None:
    plain, packed = ask(handler, "/large"), ask(handler, "/large", accept_encoding="gzip")
    assert plain["headers"]["etag"] == packed["headers"]["etag"] == 'W/"a"'
    assert plain["headers"]["vary"] == packed["headers"]["vary"] == "accept-encoding"
    known = ask(handler, "/large", accept_encoding="gzip", if_none_match='W/"a"')
    assert (known["statusCode"], known["body"], known["headers"]["vary"]) == (304, "", "accept-encoding")
    assert "content-encoding" not in known["headers"]


@pytest.mark.parametrize("path", ["/small", "/packed", "/picture", "/nowhere"])
def test_what_is_small_or_packed_already_is_left_alone(handler: Handler, path: str) -> None:
    plain, asked = ask(handler, path), ask(handler, path, accept_encoding="gzip")
    if path != "/nowhere":  # a problem says which request it was
        assert asked["body"] == plain["body"]
    assert asked["headers"].get("content-encoding") in (None, "br")


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (b"gzip", True),
        (b"GZIP;q=0.5, br", True),
        (b"br;q=1.0, *;q=0.1", True),
        (b"gzip;q=0, *", False),
        (b"gzip; q=0.0", False),
        (b"identity", False),
        (b"gzip;q=many", False),
        (b"xgzip", False),
        (b"", False),
    ],
)
def test_only_who_takes_gzip_gets_it(accepted: bytes, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
