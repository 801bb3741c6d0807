"""`nutri doctor`: whether this machine and its database can run the service, and how to mend what cannot."""

import json

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State


def check_machine(*, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE) -> None:
    """Check Python, packages, ports, settings, database, cache, models and clock; say how to mend each.

    Exit code 1: one is amiss.

    Example: nutri doctor
    """
    from rich.console import Console  # noqa: PLC0415

    from functions.local.doctor import Finding, Verdict, examine  # noqa: PLC0415

    colours = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.FAIL: "bold red"}
    marks = {"-": "red", "~": "yellow", "+": "magenta"}

    def show(console: Console, finding: Finding) -> None:
        console.print(f"{finding.verdict:<4}", style=colours[finding.verdict], end=" ")
        console.print(f"{finding.subject:<9} {finding.state}", markup=False)
        for detail in finding.details:
            console.print(f"       {detail}", style=marks.get(detail[0], ""), markup=False)
        if finding.remedy:
            console.print(f"     > {finding.remedy}", style="cyan", markup=False)

    with Console(stderr=True).status("looking"):
        findings = examine(database_url, state)
    failed = [finding for finding in findings if not finding.ok]
    if as_json:
        typer.echo(json.dumps([finding.to_json() for finding in findings]))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            show(console, finding)
        console.print(f"{len(failed)} of {len(findings)} to mend" if failed else "All is well", style="bold")
    if failed:
        raise typer.Exit(1)
