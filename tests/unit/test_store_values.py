"""What is checked before it reaches the driver, and what the driver may not choke on."""

import math
from datetime import datetime

import pytest

from common.errors import InvalidInput
from common.store.driver import parse_timestamp
from common.store.engine import check_text
from common.store.writing import encode_rows, stable_id


@pytest.mark.parametrize("text", ["", "user1", "Käse 🧀", "\ufffd", "\U0010ffff"])
def test_storable_text_passes_unchanged(text: str) -> None:
    assert check_text(text) == text


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "x\udfffy"])
def test_nul_and_lone_surrogates_never_reach_the_driver(text: str) -> None:
    with pytest.raises(InvalidInput):
        check_text(text)


def test_ids_are_stable_and_their_parts_cannot_run_together() -> None:
    assert stable_id("user", 1) == "998526bc8de1223b12c49b46d4426012"
    assert stable_id("ab", "c") != stable_id("a", "bc")
    assert stable_id("a", None) != stable_id("a")


def test_a_number_json_cannot_say_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_rows([{"value": math.nan}])


@pytest.mark.parametrize(
    "text", ["infinity", "-infinity", "20000-01-01 00:00:00", "0044-03-15 00:00:00 BC", "nonsense"]
)
def test_a_time_python_cannot_hold_is_none_not_an_exception(text: str) -> None:
    assert parse_timestamp(text) is None


def test_times_keep_their_milliseconds() -> None:
    assert parse_timestamp("2024-02-29 23:59:59.9") == datetime(2024, 2, 29, 23, 59, 59, 900_000)  # noqa: DTZ001
    assert parse_timestamp("2024-02-29 00:00:00") == datetime(2024, 2, 29)  # noqa: DTZ001
