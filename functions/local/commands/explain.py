"""`nutri explain`: one person's story, from the same services as the API."""

import json
from datetime import UTC, datetime

import typer

from functions.local.commands.options import STATE, AsJson, DatabaseUrl, State, User


def explain_person(
    user_id: User, *, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE
) -> None:
    """Tell one person's story: their days, what goes with what, tomorrow, and what is worth knowing.

    What cannot be told says why. Exit code 1: there is no such person.

    Example: nutri explain demo-anna
    """
    from rich.console import Console  # noqa: PLC0415

    from functions.local.database import use_servers  # noqa: PLC0415
    from functions.local.story import read_story, tell_story  # noqa: PLC0415

    use_servers(database_url, state)
    waiting = Console(stderr=True)
    with waiting.status(f"reading {user_id}"):
        story = read_story(user_id, now=datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(story.to_json()))
    else:
        tell_story(story, Console(highlight=False))
