"""Whose rows they are is compared on every read, whatever the connection answers."""

from typing import Any

import pytest
from sqlalchemy import text

from common.errors import InvalidInput
from common.store.owner import read_own

STATEMENT = text('SELECT "userId", "value" FROM "Some" WHERE "userId" = :user_id')


class Answering:
    """A connection that answers everything with the same rows."""

    def __init__(self, *rows: tuple[object, ...]) -> None:
        self.rows, self.asked, self.given_up = list(rows), dict[str, object](), False

    def execute(self, _: object, parameters: dict[str, object]) -> Any:
        self.asked = parameters
        return self

    def all(self) -> list[tuple[object, ...]]:
        return self.rows

    def invalidate(self) -> None:
        self.given_up = True


def read(connection: Any, user_id: str = "anna", **parameters: object) -> list[Any]:
    return list(read_own(connection, STATEMENT, user_id, **parameters))


def test_own_rows_come_without_their_owner() -> None:
    connection = Answering(("anna", 1), ("anna", 2))
    assert read(connection, limit=9) == [(1,), (2,)]
    assert connection.asked == {"user_id": "anna", "limit": 9}
    assert not connection.given_up


@pytest.mark.parametrize(
    "rows", [[("bob", 1)], [("anna", 1), ("bob", 2)], [(None, 1)], [("ANNA", 1)], [(7,)]]
)
def test_one_row_of_somebody_else_costs_the_connection(rows: list[tuple[object, ...]]) -> None:
    connection = Answering(*rows)
    with pytest.raises(RuntimeError, match="another person"):
        read(connection)
    assert connection.given_up


def test_an_id_that_is_none_is_never_asked_for() -> None:
    connection = Answering()
    with pytest.raises(InvalidInput):
        read(connection, "\ud800")
    assert connection.asked == {}
