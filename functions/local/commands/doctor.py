"""`nutri doctor`: whether this machine and its database can run the service, and how to mend what cannot."""

import json
from pathlib import Path
from typing import Annotated

import typer


def check_machine(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    database_url: Annotated[str | None, typer.Option(help="Instead of DATABASE_URL.")] = None,
    state: Annotated[Path, typer.Option(help="State directory of a running `nutri dev`.")] = Path(".nutri"),
) -> None:
    """Check Python, packages, settings, database, cache, models and clock. Exit code 1: one is amiss."""
    from rich.console import Console  # noqa: PLC0415

    from functions.local.doctor import examine  # noqa: PLC0415

    findings = examine(database_url, state)
    if as_json:
        typer.echo(json.dumps([finding.__dict__ for finding in findings]))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            console.print(
                f"{'ok  ' if finding.ok else 'FAIL'} {finding.subject}: {finding.state}", markup=False
            )
            if not finding.ok:
                console.print(f"     {finding.remedy}", style="yellow", markup=False)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
