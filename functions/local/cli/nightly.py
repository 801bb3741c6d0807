"""`nutri nightly`: the night's recompute on this machine."""

import json
import time
from datetime import datetime
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State


def run_nightly(
    *,
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="This local day for everyone, instead of whoever is due."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Recompute features, forecasts, insights and profiles of everyone whose night is over.

    Exit code 1: it failed for somebody.

    Example: nutri nightly --date 2026-03-31 --workers 2
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from functions.local.servers.database import use_servers  # noqa: PLC0415
    from functions.nightly.workers import describe, run_night, summarise  # noqa: PLC0415

    use_servers(database_url, state)
    started = time.perf_counter()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("the night", total=None)
        outcome = run_night(
            date.date() if date else None,
            workers,
            begin=lambda shards: progress.update(task, total=shards),
            advance=lambda: progress.advance(task),
        )
    seconds = round(time.perf_counter() - started, 2)
    if as_json:
        typer.echo(json.dumps({**summarise(outcome), "seconds": seconds}))
    else:
        typer.echo(f"{describe(outcome)}\n{seconds} s")
    if outcome.report.failed:
        raise typer.Exit(1)
