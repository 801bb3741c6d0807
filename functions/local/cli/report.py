"""`nutri report`: what is known and found of one person, to keep or to share."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State, User


def report_person(
    user_id: User,
    *,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a page of its own instead, to open anywhere.")
    ] = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Report days, findings, tomorrow, insights, trials and what they rest on: in the terminal or as a page.

    The page holds all it needs: nothing is loaded from anywhere. Exit code 1: there is no such person.

    Example: nutri report demo-anna --html anna.html
    """
    from rich.console import Console  # noqa: PLC0415

    from functions.local.report import print_report, read_report, write_page  # noqa: PLC0415
    from functions.local.servers.database import use_servers  # noqa: PLC0415

    use_servers(database_url, state)
    with Console(stderr=True).status(f"reading {user_id}"):
        story = read_report(user_id, now=datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(story.to_json()))
    elif html is None:
        print_report(story, Console(highlight=False))
    else:
        write_page(story, html)
        typer.echo(f"written to {html}")
