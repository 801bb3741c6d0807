"""People's rows into the backend's tables, as the backend and its wearables would have written them.

For laptops and tests: the service itself only reads these tables. What is loaded is merged with what is
there, or with `replace` takes the place of what the same origin ("import", "demo") loaded for the same people
before; rows written by anyone else stay. A row that is already there as it should be is not touched, so
loading twice changes no data version.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.compute.series.rows import PersonRows
from common.errors import ConfigurationError
from common.store.bulk import copy_rows
from functions.local.data.person_columns import Columns, person_columns

# What a backend may have or lack: newer ones know where a user lives, real ones how they sign in.
OPTIONAL_COLUMNS = frozenset({"timezone", "dateOfBirth", "biologicalSex", "email", "password", "name"})
STAMPS = ("createdAt", "updatedAt")


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of one table that a load wrote or took away."""

    added: int
    changed: int
    removed: int


UNCHANGED = Change(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Target:
    """A backend table and the columns that tell whether two rows are the same one."""

    name: str
    key: tuple[str, ...]


USER = Target("User", ("id",))
MERGED_PROFILE = frozenset({"timezone", "currentWeight"})
TARGETS = (
    USER,
    Target("HealthMetric", ("userId", "metricType", "recordedAt", "source")),
    Target("Meal", ("id",)),
    Target("Activity", ("id",)),
)


def save_people(
    connection: Connection,
    people: Iterable[PersonRows],
    origin: str,
    names: Mapping[str, str] | None = None,
    *,
    replace: bool = True,
) -> dict[str, Change]:
    """Make the tables say of these people what their rows say, inside the caller's transaction.

    `names` are shown where the backend has a name for users. Without `replace` nothing is removed, and of a
    profile that is there already only the zone and a known weight are written. Returns what changed, by
    table. Raises ConfigurationError where the tables are missing, or demand or lack what is not known here.
    """
    there = _read_columns(connection)
    parts: dict[str, list[Columns]] = {target.name: [] for target in TARGETS}
    for person in people:
        for name, part in person_columns(person, origin, names or {}).items():
            parts[name].append(part)
    if not parts[USER.name]:
        return {target.name: UNCHANGED for target in TARGETS}
    user_ids = [str(part["id"][0]) for part in parts[USER.name]]
    changes = {}
    for target in TARGETS:
        columns = _choose_columns(target, parts[target.name][0], there[target.name])
        _stage(connection, target, columns, parts[target.name])
        stale = replace and target is not USER
        removed = _remove_stale(connection, target, origin, user_ids) if stale else 0
        written = None if replace or target is not USER else MERGED_PROFILE
        changes[target.name] = Change(*_merge(connection, target, columns, written), removed)
        if changes[target.name] != UNCHANGED:
            # fresh rows are asked about before the server's own statistics catch up
            connection.execute(text(f'ANALYZE public."{target.name}"'))
    return changes


def are_loaded(connection: Connection, people: Sequence[PersonRows], origin: str) -> bool:
    """Whether the rows are there already, judged by how many there are and how late the last reading is."""
    own = """"userId" = ANY(:ids) AND starts_with("id", :prefix)"""
    counts = ", ".join(
        f'(SELECT count(*) FROM public."{target.name}" WHERE {own})'
        for target in TARGETS
        if target is not USER
    )
    latest = f'(SELECT max("recordedAt") FROM public."HealthMetric" WHERE {own})'
    there = connection.execute(
        text(f"SELECT {counts}, {latest}"),
        {"ids": [person.profile.user_id for person in people], "prefix": f"{origin}-"},
    ).one()
    instants = [person.readings.at.max() for person in people if person.readings.at.size]
    return tuple(there) == (
        sum(len(person.readings.metric) for person in people),
        sum(len(person.meals.name) for person in people),
        sum(len(person.workouts.kind) for person in people),
        max(instants).astype("datetime64[ms]").item() if instants else None,
    )


def describe_changes(changes: Mapping[str, Change]) -> str:
    """Return a small table for people."""
    lines = [f"{'':<14}{'added':>10}{'changed':>10}{'removed':>10}"]
    for table, change in changes.items():
        lines.append(f"{table:<14}{change.added:>10,}{change.changed:>10,}{change.removed:>10,}")
    return "\n".join(lines)


def _read_columns(connection: Connection) -> dict[str, dict[str, bool]]:
    """Table -> column -> whether every insert must name it."""
    rows = connection.execute(
        text(
            "SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL"
            " AND is_identity = 'NO' AND is_generated = 'NEVER'"
            " FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name IN ('User', 'HealthMetric', 'Meal', 'Activity')"
        )
    )
    there: dict[str, dict[str, bool]] = {target.name: {} for target in TARGETS}
    for table, column, demanded in rows:
        there[table][column] = demanded
    missing = [name for name, columns in there.items() if not columns]
    if missing:
        raise ConfigurationError(
            f"The database has no table {', '.join(missing)} that this role may write: run `nutri migrate`"
        )
    return there


def _choose_columns(target: Target, part: Columns, there: dict[str, bool]) -> list[str]:
    """Return the columns to write: ours that the table has. Raises where they cannot make a row of the
    table.
    """
    lacking = [name for name in part if name not in there and name not in OPTIONAL_COLUMNS]
    demanded = [name for name, is_demanded in there.items() if is_demanded and name not in part]
    if lacking or demanded:
        fault = f"lacks {', '.join(lacking)}" if lacking else f"demands {', '.join(demanded)}"
        raise ConfigurationError(f'The table "{target.name}" {fault}: nothing can be loaded into it')
    if target is USER and "timezone" not in there and set(part["timezone"]) - {None, "UTC"}:
        raise ConfigurationError('"User" has no timezone here, so days are UTC days: load with UTC')
    return [name for name in part if name in there]


def _stage(connection: Connection, target: Target, columns: list[str], parts: list[Columns]) -> None:
    names = _quoted(columns)
    staging = f"incoming_{target.name}"
    connection.execute(
        text(
            f'CREATE TEMPORARY TABLE "{staging}" ON COMMIT DROP AS'
            f' SELECT {names} FROM public."{target.name}" WITH NO DATA'
        )
    )
    copy_rows(connection, staging, columns, _rows(columns, parts))
    connection.execute(text(f'ANALYZE "{staging}"'))


def _rows(columns: list[str], parts: list[Columns]) -> Iterator[tuple[object, ...]]:
    for part in parts:
        yield from zip(*(part[name] for name in columns), strict=True)


def _remove_stale(connection: Connection, target: Target, origin: str, user_ids: Sequence[str]) -> int:
    """Delete what this origin wrote of these people before and no longer says."""
    return connection.execute(
        text(
            f'DELETE FROM public."{target.name}" AS old'
            ' WHERE old."userId" = ANY(:user_ids) AND starts_with(old.id, :prefix)'
            f' AND NOT EXISTS (SELECT FROM "incoming_{target.name}" AS new WHERE {_same(target.key)})'
        ),
        {"user_ids": list(user_ids), "prefix": f"{origin}-"},
    ).rowcount


def _merge(
    connection: Connection, target: Target, columns: list[str], written: frozenset[str] | None
) -> tuple[int, int]:
    """Insert new rows, update those that differ, leave the others alone: how many were added, and changed.

    Of rows that are there only the columns `written` change, and never to unknown; None: all do.
    """
    compared = [name for name in columns if name not in (*target.key, *STAMPS, "id")]
    compared = [name for name in compared if written is None or name in written]
    differs = (
        f"({_quoted(compared, 'old')}) IS DISTINCT FROM ({_quoted(compared, 'new')})"
        if written is None
        else " OR ".join(
            f'new."{name}" IS NOT NULL AND old."{name}" IS DISTINCT FROM new."{name}"' for name in compared
        )
    )
    unchanged = f"NOT ({differs})"
    value = 'excluded."{0}"' if written is None else 'COALESCE(excluded."{0}", "' + target.name + '"."{0}")'
    assignments = ", ".join(f'"{name}" = {value.format(name)}' for name in compared)
    row = connection.execute(
        text(
            f"WITH merged AS ("
            f' INSERT INTO public."{target.name}" ({_quoted(columns)})'
            f" SELECT DISTINCT ON ({_quoted(target.key)}) {_quoted(columns)}"
            f' FROM "incoming_{target.name}" AS new'
            f' WHERE NOT EXISTS (SELECT FROM public."{target.name}" AS old'
            f" WHERE {_same(target.key)} AND {unchanged})"
            f" ON CONFLICT ({_quoted(target.key)}) DO UPDATE"
            f" SET {assignments}, \"updatedAt\" = CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"
            " RETURNING xmax = 0 AS is_new)"
            " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged"
        )
    ).one()
    return int(row[0]), int(row[1])


def _same(key: Sequence[str]) -> str:
    return " AND ".join(f'old."{name}" = new."{name}"' for name in key)


def _quoted(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}."{name}"' if prefix else f'"{name}"' for name in names)
