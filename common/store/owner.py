"""What is read about one person is theirs, or it is not read: every such statement names whose it answers.

A connection out of step (an interrupted exchange, a pooler) would otherwise tell one person about another.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, TextClause

from common.store.engine import check_text

OWNER = "CAST(:user_id AS text)"
"""The first column of a statement whose rows do not name their owner themselves."""


def read_own(
    connection: Connection, statement: TextClause, user_id: str, **parameters: Any
) -> list[Sequence[Any]]:
    """Return the rows of a statement with :user_id whose first column is the owner's id, without that column.

    Raises InvalidInput for an id that is none, Unavailable, and RuntimeError where a row is another person's:
    the connection is then given up.
    """
    rows = connection.execute(statement, {"user_id": check_text(user_id), **parameters}).all()
    if any(row[0] != user_id for row in rows):
        connection.invalidate()
        raise RuntimeError("the connection answered with another person's rows")
    return [row[1:] for row in rows]
