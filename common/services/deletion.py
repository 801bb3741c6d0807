"""What a person may ask about everything that is known of them: to see it, and to have it deleted.

A deletion is two steps that may each be repeated: PostgreSQL, where it is remembered from then on, and the
cache. It is told as done only when both are; until then no cached answer is served, since each needs its
person's version.
Knows no HTTP and no SQL.
"""

from datetime import UTC, datetime

from common.errors import InvalidInput, NotFound, Problem
from common.schemas.deletion import DeletionAnswer, ExportAnswer, ResumedAnswer
from common.services.blocklist import allow_cached, forget_cached
from common.store.deletion import delete_person, is_known, list_rows, resume_person
from common.store.engine import reading, transaction
from common.store.writing import lock_person

ROWS_PER_PAGE = 500
"""A page stays well under what a function may answer (6 MB): the longest rows have about 4 kB."""
SEPARATOR = "~"


def delete_data(user_id: str) -> DeletionAnswer:
    """Delete whatever was computed about the person; from then on nothing is, until `resume`.

    Of somebody the backend has deleted already it removes what is left. Raises Unavailable where PostgreSQL
    is away (nothing is deleted) or the cache is (rows are, and asking again completes it).
    """
    with transaction() as connection:
        lock_person(connection, user_id)
        deleted_at, deleted = delete_person(connection, user_id)
    return DeletionAnswer(
        user_id=user_id,
        deleted_at=None if deleted_at is None else deleted_at.replace(tzinfo=UTC),
        deleted=deleted,
        cached_answers=forget_cached(user_id),
    )


def resume(user_id: str) -> ResumedAnswer:
    """Raise NotFound and Unavailable."""
    with transaction() as connection:
        lock_person(connection, user_id)
        if not resume_person(connection, user_id):
            raise NotFound("no such user")
    allow_cached(user_id)
    return ResumedAnswer(user_id=user_id)


def export_data(user_id: str, cursor: str | None, *, now: datetime) -> ExportAnswer:
    """Return the rows after `cursor`, at most a page.

    Raises NotFound, InvalidInput for a cursor that is none, and Unavailable.
    """
    table, separator, key = (cursor or SEPARATOR).partition(SEPARATOR)
    if not separator:
        raise InvalidInput(
            "The cursor is none.", [Problem("/cursor", "unknown_cursor", "must be one given here")]
        )
    with reading() as connection:
        rows = list_rows(connection, user_id, (table, key), ROWS_PER_PAGE + 1)
        if not rows and not is_known(connection, user_id):
            raise NotFound("no such user")
    page = rows[:ROWS_PER_PAGE]
    tables: dict[str, list[dict[str, object]]] = {}
    for row in page:
        tables.setdefault(row.table, []).append(dict(row.values))
    return ExportAnswer(
        user_id=user_id,
        exported_at=now,
        tables=tables,
        cursor=SEPARATOR.join((page[-1].table, page[-1].key)) if len(rows) > len(page) else None,
    )
