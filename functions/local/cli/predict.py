"""`nutri predict`: one person's forecasts as the API answers them."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State, User, check_day, resolve_day


def show_predictions(
    user_id: User,
    *,
    date: Annotated[
        str | None,
        typer.Option(
            callback=check_day,
            metavar="DAY",
            help="The night that ends on this local day, as 2026-03-01 or yesterday; default: tomorrow.",
        ),
    ] = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Forecast one person's resting heart rate and HRV.

    Example: nutri predict demo-anna --date yesterday
    """
    from rich.console import Console  # noqa: PLC0415

    from common.services.predictions import read_predictions  # noqa: PLC0415
    from functions.local.servers.database import use_servers  # noqa: PLC0415

    use_servers(database_url, state)
    now = datetime.now(UTC)
    night = resolve_day(date or "tomorrow", user_id, now)
    answer = read_predictions(user_id, night, now=now)
    if as_json:
        typer.echo(answer.body.decode())
        return
    console = Console(highlight=False, soft_wrap=True)
    body = json.loads(answer.body)
    for made in body["predictions"]:
        console.print(made["explanation"])
        for reason in made["provisionalReasons"]:
            console.print(f"  provisional: {reason}")
        for part in made["contributions"]:
            console.print(f"  {part['change']:+8.2f} {made['unit']}  {part['group']}")
    for missing in body["unavailable"]:
        console.print(f"{missing['metric']}: {missing['detail']}", style="yellow")
