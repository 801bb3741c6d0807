"""What Alembic runs: our revisions in one transaction under a lock; the version table is in schema `ml`."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from common.settings import get_settings
from common.store.migrations import migration_engine
from common.store.tables import ML_TABLES, metadata

LOCK = 0x6E757472695F6D6C  # "nutri_ml"

OURS = {table.name for table in ML_TABLES}


def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Compare the four ML tables only, and let the backend have more on them than the contract says."""
    if kind == "table":
        return name in OURS
    return not (reflected and compare_to is None)


def ensure_schema(connection: Connection) -> None:
    # IF NOT EXISTS would ask for the right to create schemas even when there is nothing to create
    if not connection.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'ml'")):
        connection.execute(text("CREATE SCHEMA ml"))


def run() -> None:
    url = context.config.attributes.get("url") or get_settings().database_url.get_secret_value()
    with migration_engine(url).connect() as connection, connection.begin():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        # a foreign key needs a lock on "User": rather fail than queue the backend's writes behind us
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        ensure_schema(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table_schema="ml",
            include_object=include_object,
            compare_type=True,
        )
        context.run_migrations()


run()
