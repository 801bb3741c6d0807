"""`nutri explain`: one person's story, from the same services as the API."""

import json
from datetime import UTC, datetime

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State, User


def explain_person(
    user_id: User, *, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE
) -> None:
    """Tell one person's story: their days, what goes with what, tomorrow, and what is worth knowing.

    What cannot be told says why. Exit code 1: there is no such person.

    Example: nutri explain demo-anna
    """
    from rich.console import Console  # noqa: PLC0415

    from functions.local.report import print_report, read_report  # noqa: PLC0415
    from functions.local.servers.database import use_servers  # noqa: PLC0415

    use_servers(database_url, state)
    waiting = Console(stderr=True)
    with waiting.status(f"reading {user_id}"):
        story = read_report(user_id, now=datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(story.to_json()))
    else:
        print_report(story, Console(highlight=False))
