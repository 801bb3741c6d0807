"""Options and arguments that several commands share, so that each reads the same everywhere."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

STATE = Path(".nutri")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatabaseUrl = Annotated[str | None, typer.Option(help="Instead of DATABASE_URL.")]
State = Annotated[Path, typer.Option(help="State directory of a running `nutri dev`.")]


NAMED_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}


def check_day(day: str | None) -> str | None:
    if day is not None and day not in NAMED_DAYS:
        try:
            date.fromisoformat(day)
        except ValueError:
            named = ", ".join(NAMED_DAYS)
            raise typer.BadParameter(f"{day} is no day: give YYYY-MM-DD, {named}") from None
    return day


def resolve_day(day: str, user_id: str, now: datetime) -> date:
    """Return the local day that is meant; named days count from the person's own today.

    Reads the person's time zone, for named days alone. Raises NotFound and Unavailable.
    """
    if day not in NAMED_DAYS:
        return date.fromisoformat(day)
    from common.compute.series.calendar import resolve_zone  # noqa: PLC0415
    from common.errors import NotFound  # noqa: PLC0415
    from common.store.engine import reading  # noqa: PLC0415
    from common.store.journal import read_zone  # noqa: PLC0415

    with reading() as connection:
        found = read_zone(connection, user_id)
    if found is None:
        raise NotFound("No such user")
    zone, _ = resolve_zone(found[0])
    return now.astimezone(zone).date() + timedelta(days=NAMED_DAYS[day])


def complete_users(incomplete: str) -> list[tuple[str, str]]:
    """Return ids that begin so, of the service running with the usual state directory. None where there is
    none.
    """
    from common.errors import NutriError  # noqa: PLC0415
    from functions.local.explorer.people import find_people  # noqa: PLC0415
    from functions.local.servers.database import find_database_url  # noqa: PLC0415

    try:
        people, _ = find_people(find_database_url(None, STATE), incomplete)
    except NutriError:
        return []
    return [(one.user_id, one.story or "") for one in people if one.user_id.startswith(incomplete)]


User = Annotated[
    str, typer.Argument(metavar="USER", help='Whose: the id in "User".', autocompletion=complete_users)
]
