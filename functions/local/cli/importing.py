"""`nutri import`: people's days from their own exports, or tidy CSV files, into a development database."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State

FINDINGS_SHOWN = 3
STANDARD_INPUT = Path("-")


def load_files(
    files: Annotated[
        list[Path],
        typer.Argument(help="Exports, their zips or folders, or tidy CSVs. `-` reads standard input."),
    ],
    *,
    user: Annotated[
        str | None, typer.Option(help="Whose days these are. Tidy CSVs of several people name their own.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Where the person lives (IANA). Absent: as stored, or as a file says.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove what an earlier import loaded and these files lack.")
    ] = False,
    users: Annotated[int | None, typer.Option(min=1, help="Tidy CSV: only the first so many people.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Tidy CSV: move days so that a person's last is this one."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded, only.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Tidy CSV: load the good lines.")] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Load days of people as the backend and their wearables would have written them.

    Files are recognised by what is in them: WHOOP, Oura, Apple Health, Fitbit, Garmin, Samsung, Zepp,
    Cronometer, MyFitnessPal, Loop Habits, dose logs. Several at once make one person. What was loaded before
    is kept and brought up to date. Notes, names, places and sensitive questions are left out.

    Exit code 1: a file was refused, and nothing loaded.

    Example: nutri import my_whoop_data.zip servings.csv --user me --timezone Europe/Berlin
    """
    from common.compute.series.calendar import resolve_zone  # noqa: PLC0415

    if timezone is not None and not resolve_zone(timezone)[1]:
        raise typer.BadParameter("no such IANA time zone", param_hint="--timezone")
    if absent := [str(file) for file in files if file != STANDARD_INPUT and not file.exists()]:
        raise typer.BadParameter(f"no such file: {', '.join(absent)}", param_hint="FILES")
    with spool_input(files) as there:
        _load(
            there,
            user=user,
            tidy={"users": users, "until": until.date() if until else None, "skip_bad": skip_bad},
            what={"timezone": timezone, "replace": replace, "dry_run": dry_run},
            where={"database_url": database_url, "state": state, "as_json": as_json},
        )


@contextmanager
def spool_input(files: list[Path]) -> Iterator[list[Path]]:
    """Yield the same files, standard input among them as a file of its own until the end of the block."""
    if STANDARD_INPUT not in files:
        yield files
        return
    with TemporaryDirectory() as folder:
        spooled = Path(folder) / "standard input"
        with spooled.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield [spooled if file == STANDARD_INPUT else file for file in files]


def _load(
    files: list[Path],
    *,
    user: str | None,
    tidy: dict[str, Any],
    what: dict[str, Any],
    where: dict[str, Any],
) -> None:
    from functions.local.data.importing import is_tidy  # noqa: PLC0415

    if all(map(is_tidy, files)):
        _load_tidy(files, user=user, **tidy, **what, **where)
    elif user is None:
        raise typer.BadParameter("say whose export this is, as in --user me", param_hint="--user")
    elif any(tidy.values()):
        raise typer.BadParameter("--users, --until and --skip-bad are for tidy CSVs", param_hint="FILES")
    else:
        _load_exports(files, user=user, **what, **where)


def _load_tidy(
    files: list[Path],
    *,
    user: str | None,
    timezone: str | None,
    replace: bool,
    users: int | None,
    until: date | None,
    dry_run: bool,
    skip_bad: bool,
    as_json: bool,
    database_url: str | None,
    state: Path,
) -> None:
    from functions.local.data.importing import describe, import_file, summarise  # noqa: PLC0415
    from functions.local.servers.database import find_database_url  # noqa: PLC0415

    for file in files:
        outcome = import_file(
            file,
            find_database_url(database_url, state),
            user=user,
            users=users,
            timezone=timezone or "UTC",
            until=until,
            replace=replace,
            dry_run=dry_run,
            skip_bad=skip_bad,
        )
        typer.echo(json.dumps(summarise(outcome)) if as_json else describe(outcome))
        if outcome.refused:
            raise typer.Exit(1)


def _load_exports(
    files: list[Path],
    *,
    user: str,
    timezone: str | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
    database_url: str | None,
    state: Path,
) -> None:
    from rich.console import Console  # noqa: PLC0415

    from functions.local.data.exports import import_exports, show, summarise  # noqa: PLC0415
    from functions.local.servers.database import find_database_url  # noqa: PLC0415

    console = Console(highlight=False)
    with Console(stderr=True).status("reading"):
        outcome = import_exports(
            files,
            user,
            find_database_url(database_url, state),
            timezone=timezone,
            replace=replace,
            dry_run=dry_run,
        )
    if as_json:
        typer.echo(json.dumps(summarise(outcome)))
    else:
        show(outcome, console)
        if not dry_run:
            _show_findings(user, database_url, state)


def _show_findings(user: str, database_url: str | None, state: Path) -> None:
    """Print the most useful of what can be told already, and what to do next."""
    from common.errors import NutriError  # noqa: PLC0415
    from common.schemas.insights import InsightsAnswer  # noqa: PLC0415
    from common.services.insights import read_insights  # noqa: PLC0415
    from common.services.presenting import View  # noqa: PLC0415
    from functions.local.servers.database import use_servers  # noqa: PLC0415

    use_servers(database_url, state)
    try:
        answer = read_insights(user, None, View(limit=FINDINGS_SHOWN), now=datetime.now(UTC))
        insights = InsightsAnswer.model_validate_json(answer.body).insights
    except NutriError as error:
        typer.echo(f"\nNothing can be told yet: {error.detail}")
        insights = []
    for insight in insights:
        typer.echo(f"\n{insight.title}\n  {insight.description}")
    typer.echo(f"\nNext: nutri explain {user}")
