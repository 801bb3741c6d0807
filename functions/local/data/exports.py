"""One person's days from the exports they have: recognised, joined, previewed, loaded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, text

from common.errors import InvalidInput
from functions.local.data.journal import save_answers
from functions.local.data.loading import Change, describe_changes, save_people
from functions.local.data.readers.files import File, find_files
from functions.local.data.readers.join import Joined, ZoneChoice, choose_zone, join
from functions.local.data.readers.recognise import sort_files
from functions.local.data.readers.records import Export
from functions.local.servers.database import bulk_transaction

UNKNOWN_SHOWN = 5
ORIGIN = "import"


@dataclass(frozen=True)
class Recognised:
    """One line of the preview."""

    kind: str
    first: date | None
    last: date | None
    days: int
    rows: int
    journal_entries: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Imported:
    """What an import did, or with `dry_run` would have done."""

    user_id: str
    zone: ZoneChoice
    recognised: Sequence[Recognised]
    unknown_files: Sequence[str]
    days: int
    dry_run: bool
    changes: Mapping[str, Change] = field(default_factory=dict)


def import_exports(
    paths: Sequence[Path],
    user_id: str,
    database_url: str,
    *,
    timezone: str | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Load what the files say of one person, all of it in one transaction or nothing.

    With `dry_run` the database is not opened. Raises InvalidInput where a file is damaged, ambiguous or holds
    nothing that is known, Unavailable and ConfigurationError.
    """
    exports, unknown = read_exports(paths)
    if dry_run:
        zone = choose_zone(timezone, None, exports)
        return _outcome(exports, unknown, _join(exports, user_id, zone), zone)
    with bulk_transaction(database_url) as connection:
        zone = choose_zone(timezone, _known_zone(connection, user_id), exports)
        joined = _join(exports, user_id, zone)
        changes = save_people(connection, [joined.rows], ORIGIN, replace=replace)
        save_answers(connection, user_id, joined.entries)
        return _outcome(exports, unknown, joined, zone, changes)


def read_exports(paths: Sequence[Path]) -> tuple[list[Export], list[str]]:
    """Return what every known file says, and the names of files that nobody knows."""
    known, unknown = sort_files(list(find_files(paths)))
    if not known:
        names = ", ".join(file.name for file in unknown[:UNKNOWN_SHOWN]) or "nothing to read"
        raise InvalidInput(f"no export of a known kind is among these files: {names}")
    exports = []
    for reader, files in known.items():
        try:
            exports += reader.read(files)
        except InvalidInput:
            raise
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise InvalidInput(f"{_names(files)} cannot be read as {files[0][0]}: {error}") from None
    if not any(export.days() for export in exports):
        reasons = sum((export.left_out for export in exports), Counter[str]())
        why = ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        raise InvalidInput("these files hold no day that is known" + (f"; left out: {why}" if why else ""))
    return exports, [file.name for file in unknown]


def _join(exports: Sequence[Export], user_id: str, zone: ZoneChoice) -> Joined:
    try:
        return join(exports, user_id, zone.name)
    except (OverflowError, ValueError) as error:
        raise InvalidInput(f"these files hold days outside the calendar: {error}") from None


def _names(files: Sequence[tuple[str, File]]) -> str:
    more = len(files) - 1
    return files[0][1].name + (f" and {more} more" if more else "")


def _known_zone(connection: Connection, user_id: str) -> str | None:
    has_zones = connection.scalar(
        text(
            "SELECT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = 'User' AND column_name = 'timezone')"
        )
    )
    if not has_zones:
        return "UTC"
    found: str | None = connection.scalar(
        text('SELECT "timezone" FROM public."User" WHERE "id" = :user_id'), {"user_id": user_id}
    )
    return found


def _outcome(
    exports: Sequence[Export],
    unknown: Sequence[str],
    joined: Joined,
    zone: ZoneChoice,
    changes: Mapping[str, Change] | None = None,
) -> Imported:
    return Imported(
        user_id=joined.rows.profile.user_id,
        zone=zone,
        recognised=[_recognised(export) for export in exports],
        unknown_files=unknown,
        days=len(joined.days),
        dry_run=changes is None,
        changes=changes or {},
    )


def _recognised(export: Export) -> Recognised:
    days = export.days()
    return Recognised(
        kind=export.kind,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        days=len(days),
        rows=len(export.readings)
        + len(export.dated)
        + len(export.meals)
        + len(export.workouts)
        + len(export.in_night)
        + len(export.totals()),
        journal_entries=len(export.entries) + len(export.instant_entries),
        left_out=dict(Counter(export.left_out).most_common()),
    )


def summarise(outcome: Imported) -> dict[str, Any]:
    """For `--json`."""
    return {
        "userId": outcome.user_id,
        "timezone": outcome.zone.name,
        "timezoneReason": outcome.zone.reason,
        "days": outcome.days,
        "dryRun": outcome.dry_run,
        "recognised": [
            {
                "kind": one.kind,
                "from": str(one.first) if one.first else None,
                "to": str(one.last) if one.last else None,
                "days": one.days,
                "rows": one.rows,
                "journalEntries": one.journal_entries,
                "leftOut": dict(one.left_out),
            }
            for one in outcome.recognised
        ],
        "unknownFiles": list(outcome.unknown_files),
        "changes": {table: asdict(change) for table, change in outcome.changes.items()},
    }


def show(outcome: Imported, console: Console) -> None:
    """For people."""
    table = Table(box=None)
    for heading in ("recognised as", "days", "from", "to", "rows", "journal"):
        table.add_column(heading, no_wrap=True)
    table.add_column("left out")
    for one in outcome.recognised:
        left_out = "\n".join(f"{count:,} {reason}" for reason, count in one.left_out.items())
        dates = (str(one.first or ""), str(one.last or ""))
        table.add_row(
            one.kind, f"{one.days:,}", *dates, f"{one.rows:,}", f"{one.journal_entries:,}", left_out
        )
    console.print(table)
    if outcome.unknown_files:
        more = len(outcome.unknown_files) - UNKNOWN_SHOWN
        names = ", ".join(outcome.unknown_files[:UNKNOWN_SHOWN]) + (f" and {more} more" if more > 0 else "")
        console.print(f"Not recognised, left out: {names}")
    console.print(f"Time zone: {outcome.zone.name}, {outcome.zone.reason}")
    if outcome.dry_run:
        console.print(f"{outcome.days:,} days would be loaded for {outcome.user_id}; nothing was.")
    else:
        console.print(describe_changes(outcome.changes))
        console.print(f"{outcome.days:,} days of {outcome.user_id}")
