"""Envelopes: an answer is taken for its own question only, and nothing else is taken for an answer."""

import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.cache import CacheTag, seal, unseal

STAMP = CacheTag("user-a", "v1", "2026-01-17", False, "nutrition", "features-1")
BODY = '{"userId":"user-a","note":"café ☕ \\" \\\\ \\n"}'.encode()
RAW = seal(STAMP, 'W/"t"', BODY)


def test_what_was_sealed_comes_back_exactly() -> None:
    sealed = unseal(RAW, STAMP)
    assert sealed is not None
    assert (sealed.tag, sealed.etag, sealed.body) == (STAMP, 'W/"t"', BODY)
    assert unseal(RAW, None) == sealed


def test_an_envelope_is_json_whose_body_is_a_string() -> None:
    assert json.loads(RAW)["body"] == BODY.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": "user-b"},
        {"data_version": "v2"},
        {"date": "2026-01-18"},
        {"open": True},
        {"parameters": "health"},
        {"engine_version": "features-2"},
    ],
    ids=str,
)
def test_an_answer_to_another_question_is_no_answer(other: dict[str, str | bool]) -> None:
    assert unseal(RAW, replace(STAMP, **other)) is None  # type: ignore[arg-type]


def changed(**members: object) -> bytes:
    return json.dumps(json.loads(RAW) | members).encode()


@pytest.mark.parametrize(
    "raw",
    [
        None,
        b"",
        b"null",
        b"[]",
        b"{}",
        RAW[:-1],
        RAW + b"x",
        b"\xff" + RAW,
        RAW.decode().encode("utf-16"),
        pickle.dumps({"tag": STAMP, "etag": "t", "body": BODY}),
        changed(body=None),
        changed(body={"userId": "user-a"}),
        changed(body=[1, 2]),
        changed(etag=7),
        changed(tag=None),
        changed(tag=list("abcdef")),
        changed(extra=1),
        changed(tag={**json.loads(RAW)["tag"], "open": 0}),
        changed(tag={**json.loads(RAW)["tag"], "user_id": 1}),
        b"[" * 100_000,
        RAW.replace(b"nutrition", b"\\ud800"),
    ],
    ids=lambda raw: repr(raw)[:40],
)
def test_a_corrupt_value_is_a_miss(raw: bytes | None) -> None:
    assert unseal(raw, None) is None


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("a cached pickle was executed",))


def test_a_pickle_in_the_cache_is_never_executed() -> None:
    assert unseal(pickle.dumps(Bomb()), STAMP) is None


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: json.dumps(text).encode()))
def test_no_bytes_are_mistaken_for_an_envelope(raw: bytes) -> None:
    assert unseal(raw, None) is None


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_survives(text: str) -> None:
    sealed = unseal(seal(STAMP, "t", text.encode()), STAMP)
    assert sealed is not None
    assert sealed.body == text.encode()
