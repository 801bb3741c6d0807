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
    metric: Annotated[
        list[str] | None, typer.Option(help="A metric to train for, as rhr, instead of all.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A data set to leave out, by its file's name without .csv.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Models to look at, in minutes, into --work: says what it skipped."),
    ] = False,
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
    """Train, calibrate, check and write the models; print how they compare with simple rules.

    Without the shared data nothing is written; a set that is missing is named, and left out only on wish.
    The same data gives the same models. `nutri evaluate` then compares them with fitted rules too.

    Example: nutri train --data ~/data --out .nutri/models
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from common.errors import ConfigurationError  # noqa: PLC0415

    if data is None:
        raise ConfigurationError(
            "NUTRI_DATA_DIR is not set: without real people's data nothing is published."
        )
    if from_database and (metric or quick):
        raise ConfigurationError(
            "--from-database publishes a challenger for every metric: leave out --metric and --quick."
        )
    console = Console(stderr=True)
    console.print("Loading the libraries…")
    from common.compute.forecasts.model_inputs import METRICS  # noqa: PLC0415
    from model_export.fit.train import ARTIFACTS, SKIPPED, count_fits, run  # noqa: PLC0415

    metrics, left_out = tuple(metric or METRICS), without or []
    folder = out or (work / "challengers" if from_database else work / "quick" if quick else ARTIFACTS)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        if from_database:
            from functions.local.registry.training import train_challengers  # noqa: PLC0415
            from functions.local.servers.database import use_registry  # noqa: PLC0415

            use_registry(database_url, state)
            told = train_challengers(data, folder, progress, left_out)
        else:
            fits = count_fits(metrics, quick=quick)
            task = progress.add_task("training", total=fits)

            def tell_fit() -> None:
                progress.advance(task)
                if not console.is_terminal:
                    console.print(f"fit {progress.tasks[task].completed:.0f} of {fits}")

            def tell(begun: str) -> None:
                progress.update(task, description=begun)
                if not console.is_terminal:
                    console.print(begun)

            told = run(
                data,
                folder,
                work=work,
                metrics=metrics,
                without=left_out,
                quick=quick,
                done=tell_fit,
                tell=tell,
            )
    if quick:
        console.print(f"{SKIPPED} They are in {folder}.")
    typer.echo(json.dumps(read_evaluations(folder, metrics)) if as_json else told)
