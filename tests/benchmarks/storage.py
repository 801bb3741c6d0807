"""What "MLFeature" takes of a disk: bytes of a person by how long it is kept, and what a night writes.

Rows of a year of nights, written night by night for everybody as the night writes them, through its own
statements; vacuumed every ten nights, as autovacuum would.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from tests.benchmarks.ratio import Ratio

PEOPLE = 3
NIGHTS = 365
LAST_DAY = date(2025, 6, 29)
VACUUM_NIGHTS = 10
YEAR = 365
SIZE = text("""
    SELECT pg_total_relation_size('public."MLFeature"'), pg_indexes_size('public."MLFeature"'),
        (SELECT count(*) FROM public."MLFeature"), pg_current_wal_insert_lsn() - '0/0'::pg_lsn
""")


def run() -> Iterator[Ratio]:
    from functions.local.servers.start import open_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with tempfile.TemporaryDirectory(prefix="nutri-bench-") as folder:
        Path(folder).chmod(0o711)
        with open_servers(Path(folder), None, None) as servers:
            os.environ |= {
                "DATABASE_URL": servers.database_url,
                "REDIS_URL": "",
                "ENVIRONMENT": "development",
            }
            _load(servers.database_url)
            yield from _measure(servers.database_url)


def _load(database_url: str) -> None:
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415
    from functions.local.data.loading import save_people  # noqa: PLC0415
    from functions.local.servers.database import bulk_transaction  # noqa: PLC0415
    from tests.people import make_person  # noqa: PLC0415

    create_backend_tables(database_url)
    run_migrations(database_url)
    people = [make_person(n, NIGHTS + 30, "UTC", LAST_DAY) for n in range(PEOPLE)]
    named = [replace(p, profile=replace(p.profile, user_id=f"person-{n}")) for n, p in enumerate(people)]
    with bulk_transaction(database_url) as connection:
        save_people(connection, named, "bench")


def _measure(database_url: str) -> Iterator[Ratio]:
    from common.settings import get_settings  # noqa: PLC0415

    kept = get_settings().feature_retention_days
    whole, part = (_a_year_of_nights(database_url, days) / PEOPLE for days in (YEAR, kept))
    yield Ratio(
        f'"MLFeature" of a person after a year of nights, kept {kept} days / kept a year',
        part / whole,
        "<= 0.3",
        f"{part / 1e6:.2f} MB against {whole / 1e6:.2f}",
    )


def _a_year_of_nights(database_url: str, kept_days: int) -> int:
    """Return the bytes of the table with its indexes at the end."""
    from common.services.features import HISTORY_DAYS, feature_rows  # noqa: PLC0415
    from common.services.nightly.person import LATE_DAYS  # noqa: PLC0415
    from common.services.snapshot import load_snapshot  # noqa: PLC0415
    from common.store.engine import transaction  # noqa: PLC0415
    from common.store.features import save_features  # noqa: PLC0415
    from functions.local.servers.database import bulk_transaction  # noqa: PLC0415

    noon = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC)
    with transaction() as connection:
        snapshots = [load_snapshot(f"person-{n}", HISTORY_DAYS + NIGHTS, noon) for n in range(PEOPLE)]
    with bulk_transaction(database_url) as connection:
        connection.execute(text('TRUNCATE public."MLFeature"'))
        before = connection.execute(SIZE).one()[3]
    for night in range(NIGHTS, 0, -1):
        day = LAST_DAY - timedelta(days=night - 1)
        closed = [day - timedelta(days=n) for n in range(LATE_DAYS, 0, -1)]
        for snapshot in snapshots:
            with transaction() as connection:
                save_features(connection, snapshot.user_id, feature_rows(snapshot, closed))
                _remove(connection, snapshot.user_id, day - timedelta(days=kept_days))
        if night % VACUUM_NIGHTS == 1:
            _vacuum()
    with bulk_transaction(database_url) as connection:
        size, indexes, rows, after = connection.execute(SIZE).one()
    logged_kb = float(after - before) / PEOPLE / NIGHTS / 1e3
    print(
        f'"MLFeature" kept {kept_days} days: {size / PEOPLE / 1e6:.2f} MB a person, {indexes / size:.0%} of '
        f"it indexes, {rows / PEOPLE:.0f} rows; {logged_kb:.1f} kB of log a person and night",
        flush=True,
    )
    return int(size)


def _remove(connection: Connection, user_id: str, before: date) -> None:
    statement = text('DELETE FROM public."MLFeature" WHERE "userId" = :user AND "date" < :day')
    connection.execute(statement, {"user": user_id, "day": before})


def _vacuum() -> None:
    from common.store.engine import reading  # noqa: PLC0415

    with reading() as connection:  # in no transaction
        connection.execute(text('VACUUM public."MLFeature"'))


if __name__ == "__main__":
    for ratio in run():
        sys.stdout.write(f"{ratio}\n")
