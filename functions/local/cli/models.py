"""`nutri models`: what is published, what serves, and changing that."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State

app = typer.Typer(help="Published models: list, show, publish, promote, roll back.", no_args_is_help=True)

Metric = Annotated[str, typer.Argument(metavar="METRIC", help="One that models are trained for, as rhr.")]


@app.command("list")
def list_models(*, as_json: AsJson = False, database_url: DatabaseUrl = None, state: State = STATE) -> None:
    """Every version of every model, the image's own among them, and which of them serves.

    Example: nutri models list --json
    """
    from functions.local.registry.models import format_listing, list_versions  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print(list_versions(), as_json, format_listing)


@app.command("show")
def show_model(
    metric: Metric,
    version: Annotated[str | None, typer.Argument(help="Default: the one that serves.")] = None,
    *,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """How a version did on people it never saw, after checking its bytes. Exit code 1: it is damaged.

    Example: nutri models show rhr
    """
    from functions.local.registry.models import describe_model, format_model  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print(describe_model(metric, version), as_json, format_model)


@app.command("compare")
def compare_models(
    first: Annotated[Path, typer.Argument(metavar="A", help="A model's folder, with its evaluation.json.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another's, of the same metric.")],
    *,
    plot: Annotated[Path | None, typer.Option(help="Where to write the picture, a PNG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Two evaluated models side by side, by device family and data set; needs the train extra.

    Example: nutri models compare model_export/artifacts/rhr_lstm .nutri/training/quick/rhr_lstm
    """
    from model_export.evaluate.compare import (  # noqa: PLC0415
        draw_pairs,
        format_pairs,
        pair_scores,
        read_scored,
    )

    a, b = read_scored(first), read_scored(second)
    pairs = pair_scores(a, b)
    if plot is not None:
        draw_pairs(plot, a, b, pairs)
    told = [
        {"group": pair.first.group, "peopleAre": pair.first.people_are, "sameNights": pair.same_nights}
        | {name: score.model_dump(mode="json") for name, score in (("a", pair.first), ("b", pair.second))}
        for pair in pairs
    ]
    typer.echo(json.dumps(told) if as_json else format_pairs(a, b, pairs))


@app.command("publish")
def publish_models(
    directory: Annotated[
        Path, typer.Argument(help="A folder with manifest.json, or one of such folders.")
    ] = Path("model_export/artifacts"),
    *,
    challenger: Annotated[bool, typer.Option(help="Make it the challenger: scored, not shown.")] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Check model files and store them as new versions. Nothing else serves because of it.

    Example: nutri models publish model_export/artifacts --challenger
    """
    from functions.local.registry.models import publish_all  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    done = publish_all(directory, challenger=challenger)
    _print(
        done, as_json, lambda told: "\n".join(f"published {one['metric']} {one['version']}" for one in told)
    )


@app.command("promote")
def promote(
    metric: Metric,
    version: Annotated[str, typer.Argument(help="A published version.")],
    *,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Make a published version the champion, everywhere within MODEL_CHECK_SECONDS.

    Example: nutri models promote rhr 1.e25f712c
    """
    from functions.local.registry.models import promote_version  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    _print(promote_version(metric, version), as_json, lambda told: f"champion: {told['version']}")


@app.command("rollback")
def roll_back(
    metric: Metric,
    *,
    reason: Annotated[str, typer.Option(help="Kept beside the version.")] = "rolled back by hand",
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Withdraw the champion: the one before serves again, or without one the image's own.

    Example: nutri models rollback rhr --reason "worse than the simple rule"
    """
    from functions.local.registry.models import withdraw_champion  # noqa: PLC0415
    from functions.local.servers.database import use_registry  # noqa: PLC0415

    use_registry(database_url, state)
    told = withdraw_champion(metric, reason)
    _print(told, as_json, lambda told: f"withdrawn: {told['withdrawn']}; champion: {told['version']}")


def _print(told: Any, as_json: bool, words: Any) -> None:
    from rich.console import Console  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(told))
    else:
        Console(highlight=False, soft_wrap=True).print(words(told))
