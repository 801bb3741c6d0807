"""The `nutri` command: one entry point, one module per command under `commands`.

Command modules import what is heavy inside their functions, so that `nutri --help` stays quick.
"""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console
from typer.exceptions import TyperException

from common.errors import NutriError
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
    report,
    training,
)
from functions.local.cli.faults import Failure, explain_error, explain_refusal

EXIT_CODES = (
    "Exit codes: 0 done, 1 the work failed or found something amiss, 2 the call or the configuration cannot "
    "be accepted; any other is said in the command's own help. With --json standard output is JSON alone."
)

HELP_WANTED = "NoArgsIsHelpError"
"""What a group raises that is called without a command; typer gives it no public name."""

app = typer.Typer(
    name="nutri",
    help="The Nutri ML Service on this machine.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nutri {version('nutri-ml')}")
        raise typer.Exit


@app.callback()
def begin(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del show_version


app.command("dev")(dev.run_service)
app.command("migrate")(migrate.migrate_database)
app.command("openapi")(openapi.write_document)
app.command("docs")(docs.write_docs)
app.command("import")(importing.load_files)
app.command("demo")(demo.load_people)
app.command("features")(features.show_features)
app.command("predict")(predict.show_predictions)
app.command("explain")(explain.explain_person)
app.command("report")(report.report_person)
app.add_typer(models.app, name="models")
app.add_typer(experiments.app, name="experiments")
app.command("doctor")(doctor.check_machine)
app.add_typer(images.app, name="images")
app.command("nightly")(nightly.run_nightly)
app.command("train")(training.train_models)
app.command("evaluate")(evaluating.evaluate_models)


def main() -> None:
    """Run the command that is called; whatever is wrong with the call is one line, and ends with 2."""
    try:
        sys.exit(app(prog_name="nutri", standalone_mode=False))
    except TyperException as error:
        context = getattr(error, "ctx", None)
        if type(error).__name__ == HELP_WANTED:
            error.format_message()  # prints the help
            sys.exit(error.exit_code)
        asked = context.command_path if context else "nutri"
        said = error.format_message().rstrip(".")
        _end(Failure(f"{said}. `{asked} --help` says more.", error.exit_code))
    except typer.Abort:
        _end(Failure("Stopped.", 1))
    except NutriError as error:
        _end(explain_refusal(error))
    except Exception as error:
        told = explain_error(error)
        if told is None:
            raise
        _end(told)


def _end(told: Failure) -> None:
    Console(stderr=True).print(told.text, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(told.code)
