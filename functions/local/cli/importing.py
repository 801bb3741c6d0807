"""`nutri import`: real people's days from a tidy CSV file into a development database."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State


def load_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A tidy CSV, one line per person and day.")
    ],
    *,
    users: Annotated[int | None, typer.Option(min=1, help="Only the first so many people.")] = None,
    timezone: Annotated[str, typer.Option(help="Where the file's dates are local to (IANA).")] = "UTC",
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Move each person's days so that the last is this one."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded, only.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Load what is good of a bad file.")] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Load people's daily values as the backend and their wearables would have written them.

    A file with bad lines is refused, unless --skip-bad. Importing again changes only what differs.

    Exit code 1: the file was refused, and nothing loaded.

    Example: nutri import whoop_ald0405.csv --until 2026-11-23 --dry-run
    """
    from common.compute.series.calendar import resolve_zone  # noqa: PLC0415
    from functions.local.data.importing import describe, import_file, summarise  # noqa: PLC0415
    from functions.local.servers.database import find_database_url  # noqa: PLC0415

    if not resolve_zone(timezone)[1]:
        raise typer.BadParameter("no such IANA time zone", param_hint="--timezone")
    started = time.perf_counter()
    outcome = import_file(
        file,
        find_database_url(database_url, state),
        users=users,
        timezone=timezone,
        until=until.date() if until else None,
        dry_run=dry_run,
        skip_bad=skip_bad,
    )
    seconds = round(time.perf_counter() - started, 2)
    if as_json:
        typer.echo(json.dumps({**summarise(outcome), "seconds": seconds}))
    else:
        typer.echo(f"{describe(outcome)}\n{seconds} s")
    if outcome.refused:
        raise typer.Exit(1)
