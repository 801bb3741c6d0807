"""Versions of the image's own model, published and promoted from the command line."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from common.inference.manifest import read_manifest
from common.services import models
from common.services.registry import get_registry
from common.settings import get_settings
from functions.local.cli import app

ARTIFACTS = get_settings().models
IMAGE = read_manifest(ARTIFACTS / "rhr_lstm" / "manifest.json").version
KEY = "model:rhr_lstm:{}"

runner = CliRunner()


def look_again() -> None:
    """As a process that starts now, or has not looked for MODEL_CHECK_SECONDS."""
    get_registry.cache_clear()
    models._open.clear()


def make_version(folder: Path, version: str) -> Path:
    """The image's resting heart rate model under another version, the same in all else."""
    folder = folder / version
    folder.mkdir()
    source = ARTIFACTS / "rhr_lstm"
    manifest = json.loads((source / "manifest.json").read_text()) | {"version": version}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name in (manifest["file"], "golden.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    return folder


def nutri(*arguments: str, code: int = 0) -> Any:
    """What the command prints as JSON, or the error it ends with."""
    result = runner.invoke(app, [*arguments, "--json"])
    assert result.exit_code == code, (result.output, result.exception)
    look_again()
    return result.exception if code == 1 else json.loads(result.stdout)


def publish(folder: Path, *versions: str) -> None:
    for version in versions:
        nutri("models", "publish", str(make_version(folder, version)))
