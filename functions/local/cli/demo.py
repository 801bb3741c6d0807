"""`nutri demo`: the synthetic cohort into a development database, up to today."""

import json
import time
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State


def load_people(
    *,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.", show_default="today")
    ] = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Load synthetic people with known planted effects. Again: brings them up to today.

    Example: nutri demo --until 2026-03-31
    """
    from functions.local.data.cohort import COHORT, PLANTED  # noqa: PLC0415
    from functions.local.data.demo import load_demo  # noqa: PLC0415
    from functions.local.data.loading import describe_changes  # noqa: PLC0415
    from functions.local.servers.database import find_database_url  # noqa: PLC0415

    started = time.perf_counter()
    changes = load_demo(find_database_url(database_url, state), until.date() if until else None)
    seconds = round(time.perf_counter() - started, 2)
    if as_json:
        people = [{"userId": p.user_id, "story": p.story} for p in COHORT]
        rows = {table: asdict(change) for table, change in changes.items()}
        typer.echo(json.dumps({"people": people, "rows": rows, "seconds": seconds}))
        return
    typer.echo(f"{len(COHORT)} synthetic people, {len(PLANTED)} planted effects, {seconds} s")
    typer.echo(describe_changes(changes) if changes else "Already up to date")
    for person in COHORT:
        typer.echo(f"  {person.user_id:<12} {person.story}")
