"""`nutri dev`: the whole service on this machine, until Ctrl-C."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from functions.local import PROJECT

PortOption = Annotated[
    int, typer.Option(min=0, max=65_000, help="Gateway port; functions take the next ones. 0 takes any.")
]
DemoOption = Annotated[
    bool | None,
    typer.Option("--demo/--no-demo", help="Load synthetic people. Default: into a database of our own."),
]


def run_service(
    *,
    port: PortOption = 8000,
    state: Annotated[Path, typer.Option(help="Data, logs and the list of URLs.")] = Path(".nutri"),
    demo: DemoOption = None,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL to use instead of our own.")] = None,
    redis_url: Annotated[str | None, typer.Option(help="Redis to use instead of our own.")] = None,
    template: Annotated[Path, typer.Option(help="What to run.")] = PROJECT / "template.yaml",
    reload: Annotated[bool, typer.Option(help="Restart functions when code changes.")] = True,
    duplicate_events: Annotated[bool, typer.Option(help="Deliver each asynchronous event twice.")] = False,
) -> None:
    """Start PostgreSQL, Valkey and every function, and serve them on one port until Ctrl-C.

    Example: nutri dev --port 9000 --state .nutri-other
    """
    from functions.local.emulator.service import Wanted, run  # noqa: PLC0415

    run(
        Wanted(port, state, demo, database_url, redis_url, template, reload, duplicate_events),
        Console(),
    )
