"""`nutri experiments`: models against each other, on what real nights say."""

import json
from typing import Annotated, Any

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State

app = typer.Typer(help="Models against each other: start, watch, stop, promote.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the experiment; never used twice.")]


@app.command("start")
def start(
    name: Name,
    *,
    metric: Annotated[str, typer.Option(help="rhr or hrv.")],
    challenger: Annotated[str, typer.Option(help="A published version.")],
    share: Annotated[
        float, typer.Option(min=0, max=1, help="Of people who are shown it; 0: scored in shadow only.")
    ] = 0.0,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Score a challenger beside the champion every night, and show it to a share of people.

    Example: nutri experiments start autumn --metric rhr --challenger 1.e25f712c --share 0.1
    """
    from functions.local.registry.experiments import start_experiment  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print([start_experiment(name, metric, challenger, share)], as_json)


@app.command("list")
def show_all(*, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE) -> None:
    """Every experiment, the running ones first.

    Example: nutri experiments list
    """
    from functions.local.registry.experiments import list_all  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print(list_all(), as_json)


@app.command("watch")
def watch(
    name: Name, *, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE
) -> None:
    """Show what the nights so far say. Looking often does no harm. Exit code 3: nothing is decided yet.

    Example: nutri experiments watch autumn
    """
    from functions.local.registry.experiments import find  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    told = find(name)
    _print([told], as_json)
    if (told["comparison"] or {}).get("verdict", "undecided") == "undecided":
        raise typer.Exit(3)


@app.command("stop")
def stop(
    name: Name, *, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE
) -> None:
    """End an experiment: the champion serves everyone.

    Example: nutri experiments stop autumn
    """
    from functions.local.registry.experiments import stop_one  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print([stop_one(name)], as_json)


@app.command("promote")
def promote(
    name: Name,
    *,
    force: Annotated[bool, typer.Option(help="Even where it is not shown to be better.")] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """End an experiment with its challenger as champion, if the nights have shown it to be better.

    Example: nutri experiments promote autumn
    """
    from functions.local.registry.experiments import promote_one  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print([promote_one(name, force=force)], as_json)


def _print(told: list[dict[str, Any]], as_json: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from functions.local.registry.experiments import format_experiments  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(told))
    else:
        Console(highlight=False, soft_wrap=True).print(format_experiments(told))
