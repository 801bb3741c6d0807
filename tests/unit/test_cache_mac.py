"""Only who has the secret can make a value, and only for the key it was made for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cache.mac import MAC_BYTES, open_protected, protect

SECRET = b"secret"


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.binary(max_size=200))
def test_what_was_protected_is_opened_with_its_key(key: str, value: bytes) -> None:
    held = protect(SECRET, key, value)
    assert len(held) == len(value) + MAC_BYTES
    assert open_protected(SECRET, key, held) == value


@given(st.binary(max_size=40), st.integers(0, 71), st.integers(1, 255))
def test_no_byte_of_it_can_be_changed(value: bytes, position: int, change: int) -> None:
    held = bytearray(protect(SECRET, "features:anna", value))
    held[position % len(held)] ^= change
    assert open_protected(SECRET, "features:anna", bytes(held)) is None


@pytest.mark.parametrize("raw", [b"", b"x", bytes(MAC_BYTES), bytes(MAC_BYTES - 1), b'{"tag":{}}' * 20])
def test_what_was_never_protected_is_nothing(raw: bytes) -> None:
    assert open_protected(SECRET, "features:anna", raw) is None


def test_neither_another_key_nor_another_secret_opens_it() -> None:
    held = protect(SECRET, "features:anna", b"value")
    for other in ("features:anne", "features:bob", "Features:anna", ""):
        assert open_protected(SECRET, other, held) is None
    assert open_protected(b"another", "features:anna", held) is None


def test_where_the_key_ends_is_part_of_it() -> None:
    held = protect(SECRET, "features:anna", b"nabel")
    moved = held[:MAC_BYTES] + b"bel"
    assert open_protected(SECRET, "features:annana", moved) is None
