"""`nutri migrate`: a database brought up to date, as a deployment does before its new code runs."""

import json
from typing import Annotated

import typer

from functions.local.cli.options import AsJson


def migrate_database(
    *,
    database_url: Annotated[str | None, typer.Option(help="Instead of DATABASE_URL.")] = None,
    revision: Annotated[str, typer.Option(help="head, base (takes our tables away) or a revision.")] = "head",
    with_backend: Annotated[
        bool, typer.Option(help="Also make the backend's tables, where there is no backend.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create or update our tables in a database; the backend's own stay as they are.

    Example: nutri migrate --database-url postgresql://migrator@localhost:5432/nutri
    """
    from common.settings import get_settings  # noqa: PLC0415
    from common.store.migrations import (  # noqa: PLC0415
        create_backend_tables,
        read_revision,
        run_migrations,
    )

    url = database_url or get_settings().database_url.get_secret_value()
    if with_backend:
        create_backend_tables(url)
    run_migrations(url, revision)
    reached = read_revision(url)
    told = f"the database is at {reached}" if reached else "the database holds none of our tables"
    typer.echo(json.dumps({"revision": reached}) if as_json else told)
