"""The `nutri` command: one entry point, one module per command under `commands`.

Command modules import what is heavy inside their functions, so that `nutri --help` stays quick.
"""

import sys

import typer
from rich.console import Console

from common.errors import ConfigurationError, NutriError
from functions.local.cli import (
    demo,
    dev,
    docs,
    doctor,
    evaluating,
    experiments,
    explain,
    features,
    images,
    importing,
    migrate,
    models,
    nightly,
    openapi,
    predict,
    training,
)

EXIT_CODES = (
    "Exit codes: 0 done, 1 the work failed or found something amiss, 2 the call or the configuration cannot "
    "be accepted; any other is said in the command's own help. With --json standard output is JSON alone."
)

app = typer.Typer(
    name="nutri",
    help="The Nutri ML Service on this machine.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("dev")(dev.run_service)
app.command("migrate")(migrate.migrate_database)
app.command("openapi")(openapi.write_document)
app.command("docs")(docs.write_docs)
app.command("import")(importing.load_files)
app.command("demo")(demo.load_people)
app.command("features")(features.show_features)
app.command("predict")(predict.show_predictions)
app.command("explain")(explain.explain_person)
app.add_typer(models.app, name="models")
app.add_typer(experiments.app, name="experiments")
app.command("doctor")(doctor.check_machine)
app.add_typer(images.app, name="images")
app.command("nightly")(nightly.run_nightly)
app.command("train")(training.train_models)
app.command("evaluate")(evaluating.evaluate_models)


def main() -> None:
    try:
        app()
    except NutriError as error:
        Console(stderr=True).print(error.detail, style="red", markup=False, highlight=False)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
