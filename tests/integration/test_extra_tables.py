"""The backend's optional tables: read where they are and may be, noticed when they change, else nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from common.compute.series.rows import PersonRows
from common.store.contract import find_faults
from common.store.engine import reading
from common.store.person import PersonVersion, load_person, read_version
from tests.fixtures.backend import Backend, create_backend_schema

START, END = datetime(2025, 6, 1), datetime(2025, 6, 11)  # noqa: DTZ001
NOON = datetime(2025, 6, 2, 12)  # noqa: DTZ001
TABLES = ("WaterIntake", "WeightRecord", "GlucoseReading", "Supplement", "SupplementLog", "UserLifestyle")

pytestmark = pytest.mark.usefixtures("settings_env")


@pytest.fixture(scope="module")
def database_url(make_database: Any, migrated_template: str) -> str:
    """A migrated database whose backend has every optional table since."""
    url: str = make_database(migrated_template)
    create_backend_schema(url, ("backend_extras.sql",))
    return url


def load(user: str) -> tuple[PersonVersion, PersonRows]:
    with reading() as connection:
        found = load_person(connection, user, START, END)
    assert found is not None
    return found


def version(user: str) -> str:
    with reading() as connection:
        found = read_version(connection, user, START, END)
    assert found is not None
    return found.version


@pytest.fixture
def anna(backend: Backend) -> str:
    """Somebody with a row in each table."""
    user = backend.add_user(timezone="UTC")
    backend.add_row("WaterIntake", user, amount=400.0, recordedAt=NOON)
    backend.add_row("WeightRecord", user, weight=71.5, recordedAt=NOON)
    backend.add_row("GlucoseReading", user, value=5.0, unit="mmol/L", source="LIBRE", recordedAt=NOON)
    later = NOON + timedelta(minutes=5)
    backend.add_row("GlucoseReading", user, value=200.0, unit="mg/dL", source="LIBRE", recordedAt=later)
    kept = backend.add_row("Supplement", user, name="Omega-3", dosageAmount=1.0, dosageUnit="g")
    backend.add_row("SupplementLog", user, supplementId=kept, takenAt=NOON, skipped=True)
    backend.add_row("UserLifestyle", user, workSchedule="shift")
    backend.update("User", user, primaryGoal="GAIN_MUSCLE")
    return user


def test_each_table_is_read(anna: str) -> None:
    head, rows = load(anna)
    found = {
        (kind, name): value
        for kind, name, value in zip(rows.extras.kind, rows.extras.name, rows.extras.value, strict=True)
    }
    assert np.isnan(found.pop(("work_schedule", "shift")))
    assert np.isnan(found.pop(("primary_goal", "GAIN_MUSCLE")))
    assert found == pytest.approx(
        {
            ("water_ml", ""): 400,
            ("weight_kg", ""): 71.5,
            ("glucose_n", ""): 2,
            ("glucose_sum", ""): 5 * 18.016 + 200,
            ("glucose_squares", ""): (5 * 18.016) ** 2 + 200**2,
            ("glucose_within", ""): 1,
            ("supplement", "Omega-3"): 0,
        }
    )
    assert head.version == version(anna)


CHANGES: dict[str, Callable[[Backend, str], Any]] = {
    # not touching "updatedAt", as Prisma would
    "another goal": lambda b, u: b.run('UPDATE "User" SET "primaryGoal" = NULL WHERE "id" = :u', u=u),
    "water drunk": lambda b, u: b.add_row("WaterIntake", u, amount=1.0, recordedAt=NOON),
    "water corrected": lambda b, u: b.run('UPDATE "WaterIntake" SET "amount" = 5 WHERE "userId" = :u', u=u),
    "a weight deleted": lambda b, u: b.run('DELETE FROM "WeightRecord" WHERE "userId" = :u', u=u),
    "glucose read": lambda b, u: b.add_row(
        "GlucoseReading", u, value=90.0, unit="mg/dL", source="DEXCOM", recordedAt=NOON
    ),
    "glucose deleted": lambda b, u: b.run(
        """DELETE FROM "GlucoseReading" WHERE "userId" = :u AND "unit" = 'mg/dL'""", u=u
    ),
    "a supplement renamed": lambda b, u: b.run(
        """UPDATE "Supplement" SET "name" = 'Zinc' WHERE "userId" = :u""", u=u
    ),
    "a dose taken after all": lambda b, u: b.run(
        'UPDATE "SupplementLog" SET "skipped" = false WHERE "userId" = :u', u=u
    ),
    "another schedule": lambda b, u: b.run(
        """UPDATE "UserLifestyle" SET "workSchedule" = 'regular' WHERE "userId" = :u""", u=u
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_write_changes_the_version(name: str, backend: Backend, anna: str) -> None:
    before = version(anna)
    assert version(anna) == before
    CHANGES[name](backend, anna)
    assert version(anna) != before


def test_what_is_another_persons_or_of_other_days_changes_nothing(backend: Backend, anna: str) -> None:
    before = version(anna)
    backend.add_row("WaterIntake", backend.add_user(), amount=1.0, recordedAt=NOON)
    backend.add_row("WeightRecord", anna, weight=1.0, recordedAt=END)
    assert version(anna) == before
    assert load(backend.add_user())[1].extras.kind == []


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_missing_or_another_changes_nothing_else(
    table: str, backend: Backend, anna: str
) -> None:
    kinds = set(load(anna)[1].extras.kind)
    backend.run(f'ALTER TABLE "{table}" RENAME COLUMN "userId" TO "owner"')
    try:
        assert set(load(anna)[1].extras.kind) < kinds or table == "Supplement"
        backend.run(f'ALTER TABLE "{table}" RENAME TO "Away"')
        assert set(load(anna)[1].extras.kind) < kinds
        with reading() as connection:
            assert find_faults(connection) == []
    finally:
        backend.run(f'ALTER TABLE IF EXISTS "Away" RENAME TO "{table}"')
        backend.run(f'ALTER TABLE "{table}" RENAME COLUMN "owner" TO "userId"')
    assert set(load(anna)[1].extras.kind) == kinds


def test_a_disabled_account_is_as_unknown_as_none(backend: Backend, anna: str) -> None:
    backend.update("User", anna, isActive=False)
    with reading() as connection:
        assert read_version(connection, anna, START, END) is None
    for active in (True, None):
        backend.update("User", anna, isActive=active)
        assert version(anna)
