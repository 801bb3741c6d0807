"""`nutri docs`: the generated parts of the READMEs, written from the code or compared with it."""

from typing import Annotated

import typer


def write_docs(
    context: typer.Context,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only compare.")] = False,
) -> None:
    """Write the generated parts of every README: routes, settings, features, metrics, errors, commands.

    Exit code 1: with --check, one differs.

    Example: nutri docs --check
    """
    from functions.local.reference import READMES, rewrite  # noqa: PLC0415
    from functions.local.reference.blocks import makers_of  # noqa: PLC0415

    makers = makers_of(context.find_root().command)
    differ = []
    for readme in READMES:
        wanted = rewrite(readme, makers)
        if wanted != readme.read_text():
            differ.append(readme)
            if not check:
                readme.write_text(wanted)
    for readme in differ:
        typer.echo(
            f"{readme}: {'differs from the code, run `nutri docs`' if check else 'written'}", err=check
        )
    if check and differ:
        raise typer.Exit(1)
