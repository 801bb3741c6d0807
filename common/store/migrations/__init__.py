"""Bringing a database up to date: Alembic driven from code, for the CLI and the tests alike.

Alembic is not in the images: it is imported when a function here runs. Our version table and functions live
in schema `ml`, so the backend's Prisma never sees drift; `public` gets only the ML tables that are missing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import NullPool

from common.errors import ConfigurationError
from common.store.address import parse_database_url
from common.store.driver import connect
from common.store.engine import tls_context
from common.store.tables import BACKEND_TABLES, metadata

if TYPE_CHECKING:
    from alembic.config import Config

CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_MS = 600_000


def migration_engine(url: str) -> Engine:
    """Return an engine for schema changes: ordinary transactions, patient limits."""
    address = parse_database_url(url)

    def open_connection() -> object:
        return connect(
            address,
            connect_timeout_seconds=address.connect_timeout_seconds or CONNECT_TIMEOUT_SECONDS,
            statement_timeout_ms=STATEMENT_TIMEOUT_MS,
            tls=tls_context(address.ca_file) if address.tls else None,
        )

    return create_engine(
        "postgresql+pg8000://", creator=open_connection, poolclass=NullPool, hide_parameters=True
    )


def alembic_config(url: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def run_migrations(url: str, revision: str = "head") -> None:
    """Upgrade to `revision`, or downgrade if it is "base".

    Raises ConfigurationError if the backend's tables are not there, or if the database is at a revision that
    this build does not have.
    """
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    if revision == "base":
        command.downgrade(alembic_config(url), revision)
        return
    engine = migration_engine(url)
    if not inspect(engine).has_table("User", schema="public"):
        raise ConfigurationError(
            "The database has no backend: run the backend's migrations first, or, for development, "
            "make its tables with `nutri migrate --with-backend`"
        )
    try:
        command.upgrade(alembic_config(url), revision)
    except CommandError as error:
        raise ConfigurationError(
            f"The database is at migration {read_revision(url)}, from where this build knows no way to "
            f"{revision}: use the build that made it, or another database"
        ) from error


def read_revision(url: str) -> str | None:
    """Return what the database is at; None before the first migration and after the last was taken away."""
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with migration_engine(url).connect() as connection:
        options = {"version_table_schema": "ml"}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def create_backend_tables(url: str) -> None:
    """For development and demos only: the backend's tables, where there is no backend. Made once.

    Raises ConfigurationError on a database that Prisma migrates.
    """
    engine = migration_engine(url)
    if inspect(engine).has_table("_prisma_migrations", schema="public"):
        raise ConfigurationError("This database belongs to a backend: its own migrations make its tables")
    metadata.create_all(engine, tables=BACKEND_TABLES)
