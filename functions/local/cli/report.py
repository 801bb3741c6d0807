"""`nutri report`: what is known and found of one person, to keep or to share."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State, User


def report_person(
    user_id: User,
    *,
    html: Annotated[
        Path | None,
        typer.Option(dir_okay=False, allow_dash=True, help="Write a page of its own instead; - for stdout."),
    ] = None,
    locale: Annotated[
        str | None, typer.Option(help="Language of the page: en or de. Default: the machine's, else English.")
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

    from functions.local.report import print_report, read_report  # noqa: PLC0415
    from functions.local.report.page import LOCALES, render_page  # noqa: PLC0415
    from functions.local.servers.database import use_servers  # noqa: PLC0415

    if html is None and locale not in (None, "en"):
        raise typer.BadParameter("the terminal is told in English: add --html FILE", param_hint="--locale")
    if locale not in (None, *LOCALES):
        raise typer.BadParameter(f"choose one of {', '.join(LOCALES)}", param_hint="--locale")
    use_servers(database_url, state)
    language = locale or (_machines_language(LOCALES) if html else "en")
    with Console(stderr=True).status(f"reading {user_id}"):
        story = read_report(user_id, now=datetime.now(UTC), locale=language)
    if as_json:
        typer.echo(json.dumps(story.to_json()))
    elif html is None:
        print_report(story, Console(highlight=False))
    elif html == Path("-"):
        typer.echo(render_page(story, language))
    else:
        html.write_text(render_page(story, language), encoding="utf-8")
        typer.echo(f"written to {html}")


def _machines_language(known: tuple[str, ...]) -> str:
    """As POSIX says: the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return said[:2] if said[:2] in known else known[0]
