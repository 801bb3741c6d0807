"""Options and arguments that several commands share, so that each reads the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

STATE = Path(".nutri")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatabaseUrl = Annotated[str | None, typer.Option(help="Instead of DATABASE_URL.")]
State = Annotated[Path, typer.Option(help="State directory of a running `nutri dev`.")]


def complete_users(incomplete: str) -> list[tuple[str, str]]:
    """Ids that begin so, of the service running with the usual state directory. None where there is none."""
    from common.errors import NutriError  # noqa: PLC0415
    from functions.local.explorer.people import list_people  # noqa: PLC0415
    from functions.local.servers.database import find_database_url  # noqa: PLC0415

    try:
        people = list_people(find_database_url(None, STATE))
    except NutriError:
        return []
    return [(one.user_id, one.story or "") for one in people if one.user_id.startswith(incomplete)]


User = Annotated[
    str, typer.Argument(metavar="USER", help='Whose: the id in "User".', autocompletion=complete_users)
]
