"""`nutri dev`: the whole service on this machine, until Ctrl-C."""

from pathlib import Path
from typing import Annotated

import typer


def run_service(
    port: Annotated[int, typer.Option(help="Gateway port; functions take the next ones.")] = 8000,
    state: Annotated[Path, typer.Option(help="Where data, logs and the list of URLs are kept.")] = Path(
        ".nutri"
    ),
) -> None:
    """Start PostgreSQL, Valkey and every function, and serve them on one port."""
