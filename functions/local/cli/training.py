"""`nutri train`: the forecasting models, trained on real people's days."""

import json
from pathlib import Path
from typing import Annotated

import typer

from functions.local.cli.evaluating import WORK, read_evaluations
from functions.local.cli.options import STATE, AsJson, DatabaseUrl, State


def train_models(
    *,
    data: Annotated[
        Path | None, typer.Option(envvar="NUTRI_DATA_DIR", help="Folder of the shared data sets.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the model files, instead of artifacts or, from a database, --work."),
    ] = None,
    work: Annotated[Path, typer.Option(help="Where forecasts are kept for `nutri evaluate`.")] = WORK,
    from_database: Annotated[
        bool,
        typer.Option(
            "--from-database",
            help="Add the service's people who share their data for research; publish challengers.",
        ),
    ] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
    state: State = STATE,
) -> None:
    """Train, calibrate, check and write both models; print how they compare with simple rules.

    Without the shared data nothing is written. The same data gives the same models. `nutri evaluate` then
    compares them with fitted rules too.

    Example: nutri train --data ~/data --out .nutri/models
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from common.errors import ConfigurationError  # noqa: PLC0415

    if data is None:
        raise ConfigurationError(
            "NUTRI_DATA_DIR is not set: without real people's data nothing is published."
        )
    from model_export.fit.train import ARTIFACTS, STEPS, run  # noqa: PLC0415

    folder = out or (work / "challengers" if from_database else ARTIFACTS)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        if from_database:
            from functions.local.registry.training import train_challengers  # noqa: PLC0415
            from functions.local.servers.database import use_registry  # noqa: PLC0415

            use_registry(database_url, state)
            told = train_challengers(data, folder, progress)
        else:
            task = progress.add_task("training", total=STEPS)
            told = run(data, folder, work=work, done=lambda: progress.advance(task))
    typer.echo(json.dumps(read_evaluations(folder)) if as_json else told)
