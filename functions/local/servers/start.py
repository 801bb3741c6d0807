"""The two servers the functions use: our own from wheels, or those the developer names."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.errors import ConfigurationError
from functions.local import PROJECT
from functions.local.servers import postgres, valkey
from functions.local.servers.process import Server

MIGRATIONS = PROJECT / "common" / "store" / "migrations" / "versions"


@dataclass(frozen=True)
class SetAside:
    """A database that another build made, and that this one cannot bring up to date."""

    revision: str
    reason: str
    state: Path
    """Where it is now: a state directory for the build that made it."""


@dataclass(frozen=True)
class Servers:
    """`owns_database` is True where the database is ours to fill."""

    database_url: str
    redis_url: str
    owns_database: bool
    set_aside: SetAside | None = None


@contextmanager
def open_servers(state: Path, database_url: str | None, redis_url: str | None) -> Iterator[Servers]:
    """Start what is not given; what was started is stopped at the end, also when starting fails halfway.

    A database of ours that this build cannot bring up to date is set aside, and a new one begun.
    """
    found: list[SetAside] = []

    def start_database(state: Path) -> Server:
        server = postgres.start(state, guarded=True)
        revision = postgres.read_revision(server)
        if revision is None or (reason := _find_obstacle(server.url, revision)) is None:
            return server
        server.stop()
        aside = postgres.set_aside(state, f"database-at-migration-{revision}")
        found.append(SetAside(revision, reason, aside))
        return postgres.start(state, guarded=True)

    with ExitStack() as running, ThreadPoolExecutor(2) as starting:
        started = {
            name: starting.submit(start, state)
            for name, start, given in (
                ("database", start_database, database_url),
                ("redis", valkey.start, redis_url),
            )
            if given is None
        }
        failures = []
        for future in started.values():
            if error := future.exception():
                failures.append(error)
            else:
                running.callback(future.result().stop)
        if failures:
            raise failures[0]
        urls = {name: future.result().url for name, future in started.items()}
        yield Servers(
            database_url or urls["database"],
            redis_url or urls["redis"],
            owns_database=database_url is None,
            set_aside=found[0] if found else None,
        )


def _find_obstacle(url: str, revision: str) -> str | None:
    """Return why a database at `revision` cannot be brought up to date; None where it is, or now has been."""
    newest = max(path.name for path in MIGRATIONS.glob("[0-9]*.py"))
    if newest.startswith(f"{revision}_"):
        return None
    # imported here: what is up to date starts without them
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415

    try:
        create_backend_tables(url)
        run_migrations(url)
    except (ConfigurationError, SQLAlchemyError) as error:
        return str(error).splitlines()[0]
    return None
