"""Days as callers send them: an ISO date of a reasonable year, and nothing that merely could be one."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from common.schemas.fields import Day

DAY: TypeAdapter[date] = TypeAdapter(Day)


def test_an_iso_date_is_a_day() -> None:
    assert DAY.validate_python("2026-01-17") == date(2026, 1, 17)
    assert DAY.validate_python(date(2026, 1, 17)) == date(2026, 1, 17)


@pytest.mark.parametrize(
    "value",
    [
        1_700_006_400,
        "1700006400",
        "0",
        0,
        True,
        None,
        1.5,
        "2026-1-17",
        "20260117",
        "2026-01-17T00:00:00Z",
        "2026-02-30",
        "\u0662\u0660\u0662\u0666-01-17",
        "2026-01-17\n",
        "-2026-01-17",
        "0001-01-01",
        "1899-12-31",
        "2200-01-02",
        "9999-12-31",
        "today",
        "",
    ],
    ids=repr,
)
def test_what_only_could_be_taken_for_a_day_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


def test_the_contract_still_calls_it_a_date() -> None:
    assert {"type": "string", "format": "date"}.items() <= DAY.json_schema().items()
