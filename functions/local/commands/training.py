"""`nutri train`: the forecasting models, trained on real people's days."""

from pathlib import Path
from typing import Annotated

import typer

from functions.local.commands.evaluating import WORK


def train_models(
    *,
    data: Annotated[
        Path | None, typer.Option(envvar="NUTRI_DATA_DIR", help="Folder of the shared data sets.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the model files, instead of artifacts.")
    ] = None,
    work: Annotated[Path, typer.Option(help="Where forecasts are kept for `nutri evaluate`.")] = WORK,
) -> None:
    """Train, calibrate, check and write both models; print how they compare with simple rules.

    Without the shared data nothing is written. The same data gives the same models. `nutri evaluate` then
    compares them with fitted rules too.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from common.errors import ConfigurationError  # noqa: PLC0415

    if data is None:
        raise ConfigurationError(
            "NUTRI_DATA_DIR is not set: without real people's data nothing is published."
        )
    from model_export.train import ARTIFACTS, STEPS, run  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("training", total=STEPS)
        table = run(data, out or ARTIFACTS, work=work, done=lambda: progress.advance(task))
    typer.echo(table)
