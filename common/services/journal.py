"""What a person says of their days: taken, shown, taken back. Knows no HTTP and no SQL."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from common.compute.journal import HABIT_PREFIX, Kind, Said, Unfit, format_answer, require_known, understand
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.errors import InvalidInput, Problem
from common.schemas.features import MAX_RANGE_DAYS
from common.schemas.journal import (
    ContextAnswer,
    ContextDay,
    ContextDeletion,
    ContextRangeAnswer,
    ContextRequest,
)
from common.services.snapshot import absence_of
from common.store.engine import reading, transaction
from common.store.journal import (
    JournalRow,
    clear_day,
    read_habits,
    read_journal,
    read_zone,
    save_entries,
)
from common.store.writing import lock_person

HABITS_AT_MOST = 50


def write_day(user_id: str, day: date, request: ContextRequest, *, now: datetime) -> ContextAnswer:
    """Set what was sent and leave the rest of the day; twice the same is once.

    Raises NotFound, DeletedByUser, Unavailable, and InvalidInput for a day yet to come, an unknown entry, or
    an answer of another kind or out of bounds.
    """
    said = _understand(request)
    unsaid = [name for name, answer in request.entries.items() if answer is None]
    with transaction() as connection:
        lock_person(connection, user_id)
        _require_day(connection, user_id, day, now)
        _require_same_kinds(read_habits(connection, user_id, day), said)
        save_entries(connection, user_id, day, said, unsaid)
        rows = read_journal(connection, user_id, day, day)
    return ContextAnswer(user_id=user_id, **_day(day, rows).model_dump(by_alias=False))


def read_day(user_id: str, day: date) -> ContextAnswer:
    """Raise NotFound, DeletedByUser and Unavailable."""
    return ContextAnswer(user_id=user_id, **_day(day, _read(user_id, day, day)).model_dump(by_alias=False))


def read_days(user_id: str, first: date, last: date) -> ContextRangeAnswer:
    """Raise what `read_day` does, and InvalidInput for a range that is none or too long."""
    if last < first:
        problem = Problem("/from", "reversed_range", f"should not be after {last}")
        raise InvalidInput("The range has no day.", [problem])
    if (last - first).days >= MAX_RANGE_DAYS:
        problem = Problem("/from", "range_too_long", f"a range has at most {MAX_RANGE_DAYS} days")
        raise InvalidInput("The range is too long.", [problem])
    rows = _read(user_id, first, last)
    days = sorted({row.day for row in rows})
    return ContextRangeAnswer(
        user_id=user_id,
        from_=first,
        to=last,
        days=[_day(day, [row for row in rows if row.day == day]) for day in days],
    )


def delete_day(user_id: str, day: date) -> ContextDeletion:
    """Take back everything said of a day; it may be repeated. Raises what `read_day` does."""
    with transaction() as connection:
        lock_person(connection, user_id)
        if read_zone(connection, user_id) is None:
            raise absence_of(connection, user_id)
        return ContextDeletion(user_id=user_id, date=day, deleted=clear_day(connection, user_id, day))


def _read(user_id: str, first: date, last: date) -> list[JournalRow]:
    with reading() as connection:
        if read_zone(connection, user_id) is None:
            raise absence_of(connection, user_id)
        return read_journal(connection, user_id, first, last)


def _require_day(connection: Connection, user_id: str, day: date, now: datetime) -> None:
    zone = read_zone(connection, user_id)
    if zone is None:
        raise absence_of(connection, user_id)
    resolve_as_of(resolve_zone(zone[0])[0], day, now)


def _understand(request: ContextRequest) -> dict[str, Said]:
    said: dict[str, Said] = {}
    problems = []
    for name, answer in request.entries.items():
        try:
            if answer is None:
                require_known(name)
            else:
                said[name] = understand(name, answer)
        except Unfit as unfit:
            problems.append(Problem(f"/entries/{_pointer(name)}", unfit.code, str(unfit)))
    if problems:
        raise InvalidInput("The journal cannot say that.", problems)
    return said


def _require_same_kinds(habits: dict[str, Kind], said: dict[str, Said]) -> None:
    own = {name: each.kind for name, each in said.items() if name.startswith(HABIT_PREFIX)}
    problems = [
        Problem(f"/entries/{_pointer(name)}", "wrong_kind", f"was answered as {habits[name].value} before")
        for name, kind in own.items()
        if habits.get(name, kind) is not kind
    ]
    if len(habits.keys() | own.keys()) > HABITS_AT_MOST:
        problems.append(Problem("/entries", "too_many_habits", f"at most {HABITS_AT_MOST}"))
    if problems:
        raise InvalidInput("The journal cannot say that.", problems)


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _day(day: date, rows: Sequence[JournalRow]) -> ContextDay:
    return ContextDay(
        date=day,
        entries={row.name: format_answer(row.kind, row.value) for row in rows},
        versions={row.name: row.version for row in rows},
        updated_at=max((row.updated_at.replace(tzinfo=UTC) for row in rows), default=None),
    )
