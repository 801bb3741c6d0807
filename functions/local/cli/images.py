"""`nutri images`: build what is deployed, and pin what it is built from."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from functions.local import PROJECT
from functions.local.cli.options import AsJson


class Processor(StrEnum):
    X86_64 = "x86_64"
    ARM64 = "arm64"


app = typer.Typer(
    no_args_is_help=True, help="Build the images that are deployed; pin what they are built from."
)


@app.command("build")
def build_all(
    *,
    base: Annotated[str | None, typer.Option(help="Another base image than the core layer's.")] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Refuse a base image without its digest.")
    ] = False,
    standin: Annotated[
        bool, typer.Option("--standin", help="On a base made here, without any registry of images.")
    ] = False,
    processor: Annotated[
        Processor | None, typer.Option(help="What the images are for; this machine's where left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build every image with docker, podman or buildah. Exit code 1: one is larger than it may be.

    Example: nutri images build --release
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from functions.local.emulator.template import read_template  # noqa: PLC0415
    from functions.local.images.build import build_images, default_base, require_pinned  # noqa: PLC0415
    from functions.local.images.engine import find_engine  # noqa: PLC0415
    from functions.local.images.standin import CELLAR, TAG, make_standin, require_programs  # noqa: PLC0415

    chosen = base or default_base(PROJECT)
    if release:
        require_pinned(chosen)
    console = Console(stderr=True)
    with console.status("finding what builds images") as status:
        if standin:
            require_programs()
            status.update("a base image of Debian's packages")
            engine, chosen = make_standin(PROJECT, PROJECT / CELLAR), TAG
        else:
            engine = find_engine(None if processor is None else processor.value)
        functions = read_template(PROJECT / "template.yaml").functions
        built = build_images(engine, PROJECT, functions, chosen, status.update)
    if as_json:
        typer.echo(json.dumps([asdict(image) for image in built]))
    else:
        table = Table("image", "MB above the base", "may take", box=None)
        for image in built:
            table.add_row(image.name, f"{image.megabytes:.1f}", str(image.megabytes_max))
        Console().print(table)
    if any(image.too_large for image in built):
        raise typer.Exit(1)


@app.command("pin")
def pin_all(*, as_json: AsJson = False) -> None:
    """Pin the base image to its digest, and each layer's packages to the hashes of their wheels.

    Example: nutri images pin
    """
    from functions.local.images.build import CORE, default_base, name_base  # noqa: PLC0415
    from functions.local.images.engine import find_engine  # noqa: PLC0415
    from functions.local.images.pins import pin_layers  # noqa: PLC0415

    pinned = [str(path.relative_to(PROJECT)) for path in pin_layers(PROJECT)]
    base = default_base(PROJECT).partition("@")[0]
    name_base(PROJECT, f"{base}@{find_engine().digest(base)}")
    if as_json:
        typer.echo(json.dumps({"base": default_base(PROJECT), "hashed": pinned}))
        return
    typer.echo(f"{CORE}: {default_base(PROJECT)}")
    for path in pinned:
        typer.echo(f"{path}: hashes written")


@app.command("audit")
def audit_all(
    *,
    out: Annotated[Path, typer.Option(help="Where the bill of materials is written.")] = Path(".nutri"),
    as_json: AsJson = False,
) -> None:
    """Write the CycloneDX bill of materials of all images, and look up advisories against it.

    Exit code 1: an advisory is known, or a package could not be looked up.

    Example: nutri images audit --out .nutri
    """
    from functions.local.images.audit import BILL, audit_packages, pins_of_layers, write_bill  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    pins = pins_of_layers(PROJECT)
    write_bill(pins, out / BILL)
    audit = audit_packages(pins, out)
    if as_json:
        typer.echo(json.dumps({"bill": str(out / BILL), "packages": len(pins), **asdict(audit)}))
    else:
        typer.echo(f"{out / BILL}: {len(pins)} packages")
        typer.echo(f"audited: {audit.audited}")
        for found in audit.vulnerable:
            typer.echo(f"  {found}")
        typer.echo(f"not audited: {len(audit.skipped)}")
    if not audit.clean:
        raise typer.Exit(1)
