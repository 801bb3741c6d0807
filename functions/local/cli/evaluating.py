"""`nutri evaluate`: how the served models compare with simple rules on people they never saw."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.local.cli.options import AsJson

WORK = Path(".nutri/training")


def evaluate_models(
    *,
    data: Annotated[
        Path | None, typer.Option(envvar="NUTRI_DATA_DIR", help="Folder of the shared data sets.")
    ] = None,
    models: Annotated[
        Path | None, typer.Option(help="Folder of the model files, instead of artifacts.")
    ] = None,
    work: Annotated[
        Path, typer.Option(help="Where `nutri train` left its forecasts, and rules are kept.")
    ] = WORK,
    rules: Annotated[
        bool, typer.Option("--rules", help="Simple rules only: none fitted to each person.")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="A fitted rule to leave out (ets, theta or prophet), or a data set: how forecasts do for "
            "its people when nothing is learned from them, without the LSTM."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that fit rules.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Score both models by forecasts made without the person; write evaluation, card and plots beside them.

    Fitted rules are computed once and kept: the first run takes minutes, a later one seconds.

    With a data set left out, those files stay as they are and only its own line is printed.

    Example: nutri evaluate --without oura_stethoscope
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from common.errors import ConfigurationError  # noqa: PLC0415

    if data is None:
        raise ConfigurationError("NUTRI_DATA_DIR is not set: there are no people to evaluate on.")
    from model_export.data.datasets import SOURCES, load_people  # noqa: PLC0415
    from model_export.evaluate import run as evaluate  # noqa: PLC0415
    from model_export.evaluate.fitted_rules import FITTED  # noqa: PLC0415
    from model_export.fit.train import ARTIFACTS  # noqa: PLC0415

    datasets = [source.file for source in SOURCES]
    named = list(dict.fromkeys(without or []))
    if unknown := set(named) - {*FITTED, *datasets}:
        raise ConfigurationError(
            f"{min(unknown)} is no fitted rule and no data set: there are {', '.join((*FITTED, *datasets))}."
        )
    console = Console(stderr=True)
    console.print("Reading the data sets…")
    people = load_people(data)
    if sets := [name for name in named if name in datasets]:
        from model_export.evaluate.left_out import format_left_out, leave_sets_out  # noqa: PLC0415

        scored = leave_sets_out(people, sets, console.print)
        typer.echo(json.dumps([vars(one) for one in scored]) if as_json else format_left_out(scored))
        return
    left_out = set(FITTED) if rules else set(named)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("evaluating", total=evaluate.STEPS)
        table = evaluate.evaluate_models(
            people,
            models or ARTIFACTS,
            work,
            fitted=[rule for rule in FITTED if rule not in left_out],
            workers=workers,
            done=lambda share: progress.advance(task, share),
        )
    typer.echo(json.dumps(read_evaluations(models or ARTIFACTS)) if as_json else table)


def read_evaluations(folder: Path, metrics: Iterable[str] | None = None) -> dict[str, Any]:
    """Model id -> its evaluation.json, of every metric unless told: all groups of people and horizons."""
    from common.inference.sessions import MODEL_IDS  # noqa: PLC0415

    return {
        model_id: json.loads((folder / model_id / "evaluation.json").read_text())
        for metric, model_id in MODEL_IDS.items()
        if metrics is None or metric in metrics
    }
