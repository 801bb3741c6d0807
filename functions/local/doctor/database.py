"""The database: its version, the contract, how far it is migrated, who made the ML tables, its clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from common.settings import get_settings
from common.store.contract import find_refused
from common.store.engine import reading
from common.store.migrations import alembic_config
from functions.local.doctor.contract import diff_contract
from functions.local.doctor.finding import Finding, Verdict, judge, name_address

CLOCK_SECONDS = 5.0
MIGRATE = "Run `nutri migrate`, then common/store/roles/service.sql for the service's rights."
CLOCK = "Set this machine's clock (NTP): tokens and forecasts depend on it."
PRISMA = "SELECT to_regclass('public._prisma_migrations') IS NOT NULL"
OURS = """
    SELECT conrelid::regclass::text FROM pg_constraint
    WHERE contype = 'p' AND connamespace = 'public'::regnamespace
        AND obj_description(oid, 'pg_constraint') = 'made by the Nutri ML Service'
    ORDER BY 1
"""


def check_database() -> Iterator[Finding]:
    """Raise Unavailable where it cannot be reached."""
    with reading() as connection:
        version = connection.scalar(text("SHOW server_version"))
        address = name_address(get_settings().database_url.get_secret_value())
        yield Finding("database", Verdict.OK, f"PostgreSQL {version} at {address}")
        differences = [*diff_contract(connection), *find_refused(connection)]
        found = (
            f"{len(differences)} differences" if differences else "tables, columns and enums are as agreed"
        )
        yield Finding(
            "contract",
            Verdict.FAIL if differences else Verdict.OK,
            found,
            MIGRATE if differences else "",
            tuple(differences),
        )
        yield _check_revision(connection)
        yield from _check_prisma(connection)
        yield _check_clock(connection)


def _check_revision(connection: Connection) -> Finding:
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    there = connection.scalar(text("SELECT to_regclass('ml.alembic_version') IS NOT NULL"))
    current = connection.scalar(text("SELECT version_num FROM ml.alembic_version")) if there else None
    state = f"at {current or 'none'}" + ("" if current == head else f", this build is at {head}")
    return judge("migration", current == head, state, MIGRATE)


def _check_prisma(connection: Connection) -> Iterator[Finding]:
    """Return tables that we made are unknown to the history that Prisma keeps of its own migrations."""
    if connection.scalar(text(PRISMA)) and (ours := connection.scalars(text(OURS)).all()):
        state = f"made by us, and unknown to Prisma: {', '.join(ours)}"
        remedy = "Once the backend has a migration that makes them: `prisma migrate resolve --applied NAME`."
        yield Finding("prisma", Verdict.NOTE, state, remedy)


def _check_clock(connection: Connection) -> Finding:
    now = connection.scalar(text("SELECT clock_timestamp()"))
    apart = abs((datetime.now(UTC) - now).total_seconds()) if isinstance(now, datetime) else 0.0
    return judge("clock", apart < CLOCK_SECONDS, f"{apart:.1f} s from the database's", CLOCK)
