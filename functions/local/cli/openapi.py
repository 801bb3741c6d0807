"""`nutri openapi`: the committed HTTP contract, written from the code or compared with it."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

PROJECT = Path(__file__).resolve().parents[3]


def write_document(
    *,
    output: Annotated[Path, typer.Option(help="Where to write.")] = PROJECT / "functions" / "openapi.json",
    check: Annotated[bool, typer.Option("--check", help="Only compare.")] = False,
    release: Annotated[bool, typer.Option("--release", help="Also keep it as released.")] = False,
) -> None:
    """Write the OpenAPI document of all functions together, and the Bruno collection made of it.

    Exit code 1: with --check, the file differs.

    Example: nutri openapi --check
    """
    document = build_document()
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if not check:
        output.write_text(text)
        _write_collection(document, output.with_name("collection"))
        if release:
            from functions.local.contract.history import release as keep  # noqa: PLC0415

            typer.echo(f"{keep(json.loads(text))} is kept; `nutri docs` writes the changelog")
    elif not output.is_file() or output.read_text() != text:
        typer.echo(f"{output} differs from the code: run `nutri openapi`", err=True)
        raise typer.Exit(1)


def _write_collection(document: Mapping[str, Any], folder: Path) -> None:
    """Write the collection's files, and delete requests of operations that are no more."""
    from functions.local.contract.collection import write_collection  # noqa: PLC0415

    files = write_collection(document)
    for path in folder.rglob("*.bru"):
        if str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def build_document() -> dict[str, Any]:
    """Return the merged document of the functions that template.yaml gives routes."""
    from functions.local.contract.openapi import merge_documents  # noqa: PLC0415
    from functions.local.emulator.template import read_template  # noqa: PLC0415

    names = [f.name for f in read_template(PROJECT / "template.yaml").functions if f.routes]
    return merge_documents(import_module(f"functions.{name}.app").app.openapi() for name in names)
