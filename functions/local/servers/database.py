"""Which database a command works on, and a connection to it for bulk work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pg8000.exceptions import DatabaseError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from common.errors import ConfigurationError
from common.settings import Environment, get_settings
from common.store.address import parse_database_url
from common.store.driver import sqlstate
from common.store.engine import Breaker, make_engine

CONNECT_TIMEOUT_SECONDS = 5.0
BULK_TIMEOUT_MS = 120_000

REFUSALS = {
    "42501": "The database role may not write the backend's tables: use the role that owns them",
    "22P02": "The database's enums lack a value that the rows use: the backend must be migrated first",
    "42P01": "The database lacks a table: run `nutri migrate`",
}


def find_database_url(option: str | None, state: Path) -> str:
    """Return the one asked for, else DATABASE_URL, else that of the service running with this state
    directory.

    Raises ConfigurationError in production, where no command may write people.
    """
    if get_settings().environment is Environment.PRODUCTION:
        raise ConfigurationError(
            "People are not loaded into a production database: its rows are the backend's"
        )
    return choose_database_url(option, state)


def choose_database_url(option: str | None, state: Path) -> str:
    """Return the same, for commands that write nothing of the backend's."""
    settings = get_settings()
    if option:
        return option
    if "database_url" not in settings.model_fields_set and (listed := read_listed(state, "DATABASE_URL")):
        return listed
    return settings.database_url.get_secret_value()


def read_listed(state: Path, name: str) -> str | None:
    """Return a variable of the service running with this state directory; None if none runs."""
    listed = state / "env"
    for line in listed.read_text().splitlines() if listed.is_file() else ():
        found, _, value = line.removeprefix("export ").partition("=")
        if found == name:
            return value.strip("'\"")
    return None


@contextmanager
def bulk_transaction(database_url: str) -> Iterator[Connection]:
    """Yield a transaction of its own connection, committed at the end or not at all.

    Raises Unavailable where the database cannot be reached, ConfigurationError where it cannot be written.
    """
    engine = make_engine(
        parse_database_url(database_url),
        connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
        statement_timeout_ms=BULK_TIMEOUT_MS,
        breaker=Breaker(),
    )
    try:
        with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            yield connection
    except (DBAPIError, DatabaseError) as error:  # COPY bypasses SQLAlchemy and its wrapping
        cause = error.orig if isinstance(error, DBAPIError) else error
        if refusal := REFUSALS.get(sqlstate(cause)):
            raise ConfigurationError(refusal) from None
        raise
    finally:
        engine.dispose()


def use_servers(option: str | None, state: Path) -> None:
    """Point this process's settings at the database of `find_database_url`, and the cache beside it."""
    point_settings(find_database_url(option, state), state)


def use_registry(option: str | None, state: Path) -> None:
    """Serve `choose_database_url` likewise: models are published to production too."""
    point_settings(choose_database_url(option, state), state)


def point_settings(database_url: str, state: Path) -> None:
    os.environ["DATABASE_URL"] = database_url
    if redis_url := read_listed(state, "REDIS_URL"):
        os.environ.setdefault("REDIS_URL", redis_url)
    get_settings.cache_clear()
