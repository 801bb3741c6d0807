"""`nutri features`: one person's day as the API answers it."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State, User, check_day, resolve_day


def show_features(
    user_id: User,
    *,
    date: Annotated[
        str | None,
        typer.Option(
            callback=check_day,
            metavar="DAY",
            help="Local day, as 2026-03-01, yesterday or today; default: the user's today.",
        ),
    ] = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Show every feature of one person's day.

    Example: nutri features demo-anna --date yesterday
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from common.compute.features import CATALOGUE  # noqa: PLC0415
    from common.services.features import read_features  # noqa: PLC0415
    from functions.local.servers.database import use_servers  # noqa: PLC0415

    use_servers(database_url, state)
    now = datetime.now(UTC)
    answer = read_features(user_id, resolve_day(date, user_id, now) if date else None, None, now=now)
    if as_json:
        typer.echo(answer.body.decode())
        return
    body = json.loads(answer.body)
    table = Table("category", "feature", "value", "unit", title=f"{user_id}, {body['date']}", box=None)
    for category, features in body["features"].items():
        for name, value in features.items():
            if value is not None:
                table.add_row(category, name, f"{value:g}", CATALOGUE[name].unit)
    console = Console()
    console.print(table)
    unknown = ", ".join(f"{count} {reason}" for reason, count in body["missing"].items())
    console.print(f"unknown: {unknown or 'nothing'}", highlight=False)
