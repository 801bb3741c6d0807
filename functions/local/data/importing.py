"""Real people's days from a tidy CSV file: checked, converted, loaded."""

import csv
import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from common.compute.series.rows import PersonRows
from common.errors import InvalidInput
from functions.local.data.journal import journal_answers, save_answers
from functions.local.data.loading import Change, describe_changes, save_people
from functions.local.servers.database import bulk_transaction
from model_export.data.rows import to_person_rows
from model_export.data.tidy import KEYS, Fault, TidyFile, TidyPerson, read_tidy

HEADER_BYTES_MAX = 65_536
LINES_SHOWN = 20
PEOPLE_SHOWN = 3


@dataclass(frozen=True)
class Outcome:
    """What an import did, or with `dry_run` would have done. `refused`: bad lines, so nothing was loaded."""

    file: str
    people: list[str]
    days: int
    left_out: list[str]
    faults: list[Fault]
    refused: bool
    dry_run: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    """Table -> rows made of the file."""
    changes: dict[str, Change] = field(default_factory=dict)
    """Table -> what loading them changed; empty where nothing was loaded."""


def is_tidy(path: Path) -> bool:
    """Whether a file begins with the tidy format's key columns."""
    if not path.is_file():
        return False
    with path.open("rb") as lines:
        header = lines.readline(HEADER_BYTES_MAX).decode("utf-8-sig", "replace")
    return set(KEYS) <= {cell.strip() for cell in header.split(",")}


def import_file(
    path: Path,
    database_url: str,
    *,
    user: str | None = None,
    users: int | None = None,
    timezone: str = "UTC",
    until: date | None = None,
    replace: bool = False,
    dry_run: bool = False,
    skip_bad: bool = False,
) -> Outcome:
    """Load the first `users` people of a file, all in one transaction. Dates are local to `timezone`.

    With `user`, the one person of the file is loaded under that id. What earlier imports loaded and this file
    lacks stays, unless `replace`, or `until` moves the days.

    With `until`, each person's days move so that the last falls on it. With `dry_run`, the database is not
    even opened. Raises InvalidInput for a file that is no tidy CSV, Unavailable and ConfigurationError.
    """
    tidy = _read(path)
    chosen = tidy.people[:users]
    if user is not None and len(chosen) != 1:
        raise InvalidInput(f"{path.name} holds {len(chosen)} people: --user names one")
    refused = bool(tidy.faults) and not skip_bad
    counts: Counter[str] = Counter()
    changes: dict[str, Change] = {}
    people = _convert([] if refused else chosen, user, timezone, until, counts)
    if refused or dry_run:
        for _ in people:
            pass
    else:
        with bulk_transaction(database_url) as connection:
            loaded = list(people)
            changes = save_people(connection, loaded, "import", replace=replace or until is not None)
            for rows in loaded:
                save_answers(connection, rows.profile.user_id, journal_answers(rows.journal))
    return Outcome(
        file=path.name,
        people=[user or person.user_id for person in chosen],
        days=sum(len(person.days) for person in chosen),
        left_out=tidy.left_out,
        faults=tidy.faults,
        refused=refused,
        dry_run=dry_run,
        counts=dict(counts),
        changes=changes,
    )


def _read(path: Path) -> TidyFile:
    try:
        return read_tidy(path)
    except UnicodeDecodeError:
        raise InvalidInput(f"{path.name} is not UTF-8 text") from None
    except (ValueError, csv.Error) as error:
        raise InvalidInput(str(error)) from None


def _convert(
    people: list[TidyPerson], user: str | None, timezone: str, until: date | None, counts: Counter[str]
) -> Iterator[PersonRows]:
    """Each person's rows as they are asked for, counted by table, with a progress bar on a terminal."""
    console = Console(stderr=True)
    quiet = not console.is_terminal
    for person in track(people, "Importing", console=console, transient=True, disable=quiet):
        try:
            rows = to_person_rows(person.until(until) if until else person, timezone)
        except OverflowError:
            raise InvalidInput(f"{person.user_id} has days outside the calendar") from None
        if user is not None:
            rows = dataclasses.replace(rows, profile=dataclasses.replace(rows.profile, user_id=user))
        counts.update(
            User=1,
            HealthMetric=len(rows.readings.metric),
            Meal=len(rows.meals.name),
            Activity=len(rows.workouts.kind),
        )
        yield rows


def summarise(outcome: Outcome) -> dict[str, Any]:
    """For `--json`."""
    return {
        "file": outcome.file,
        "people": outcome.people,
        "days": outcome.days,
        "loaded": bool(outcome.changes),
        "dryRun": outcome.dry_run,
        "rows": outcome.counts,
        "changes": {table: asdict(change) for table, change in outcome.changes.items()},
        "columnsLeftOut": outcome.left_out,
        "badLines": [asdict(fault) for fault in outcome.faults],
    }


def describe(outcome: Outcome) -> str:
    """For people."""
    shown, more = outcome.people[:PEOPLE_SHOWN], len(outcome.people) - PEOPLE_SHOWN
    lines = [f"{outcome.file}: {len(outcome.people)} people, {outcome.days:,} days"]
    if outcome.changes:
        lines += [describe_changes(outcome.changes)]
        lines += [f"Users: {', '.join(shown)}" + (f" and {more} more" if more > 0 else "")]
    elif outcome.dry_run and not outcome.refused:
        rows = ", ".join(f"{count:,} {table}" for table, count in outcome.counts.items())
        lines += [f"Would load {rows}"]
    if outcome.left_out:
        lines.append(f"Columns left out: {', '.join(outcome.left_out)}")
    lines += [f"line {fault.line}: {fault.detail}" for fault in outcome.faults[:LINES_SHOWN]]
    if len(outcome.faults) > LINES_SHOWN:
        lines.append(f"and {len(outcome.faults) - LINES_SHOWN} more bad lines")
    if outcome.refused:
        lines.append("Nothing was loaded; --skip-bad loads the other lines")
    return "\n".join(lines)
