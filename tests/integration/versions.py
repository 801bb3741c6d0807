"""Versions of the image's own model, published and promoted from the command line."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from typer.testing import CliRunner

from common.errors import Conflict
from common.inference.manifest import read_manifest
from common.services import models
from common.services.registry import get_registry
from common.settings import get_settings
from common.store.engine import get_engine
from functions.local.cli.app import app

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


Step = Callable[[Connection], object]


def do_at_once(first: Step, second: Step) -> str:
    """The code the second ends with, begun in a transaction of its own before the first was committed."""

    def do_second() -> None:
        with own_transaction() as connection:
            second(connection)

    with ThreadPoolExecutor(1) as pool:
        with own_transaction() as connection:
            first(connection)
            waiting = pool.submit(do_second)
            until = time.monotonic() + 20
            while not _somebody_waits(connection) and time.monotonic() < until:
                time.sleep(0.01)
        error = waiting.exception(20)
    assert isinstance(error, Conflict), error
    look_again()
    return error.code


@contextmanager
def own_transaction() -> Iterator[Connection]:
    """On a connection beside that of the process."""
    engine = get_engine.__wrapped__()
    try:
        with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _somebody_waits(connection: Connection) -> bool:
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(connection.scalar(text(waits)))
