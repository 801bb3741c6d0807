"""Somebody whose sensor samples all day: whether a row changed is found without reading them all."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from common.store import reading_columns
from common.store.engine import reading, transaction
from common.store.person import PersonVersion, load_windows, read_version, select
from tests.fixtures.backend import Backend
from tests.fixtures.sampled import add_samples

LAST = date(2024, 5, 10)
END = datetime(2024, 5, 10, 12)  # noqa: DTZ001
DAYS = 20
START = datetime(2024, 4, 20)  # noqa: DTZ001
LONG_AGO = datetime(2024, 4, 25, 10, 5)  # noqa: DTZ001
LATELY = datetime(2024, 5, 9, 10, 5)  # noqa: DTZ001
AT = """ "userId" = :u AND "metricType" = 'BLOOD_GLUCOSE' AND "recordedAt" = :at"""


@pytest.fixture
def dense(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A thousand readings of a metric are many."""
    monkeypatch.setattr(reading_columns, "DENSE_ROWS", 1_000)
    select.cache_clear()
    yield monkeypatch
    select.cache_clear()


@pytest.fixture
def person(backend: Backend) -> str:
    """Glucose every five minutes where days begin at a quarter to, steps every hour, a heart rate a day."""
    user = backend.add_user(timezone="Asia/Kathmandu")
    with transaction() as connection:
        add_samples(connection, user, "BLOOD_GLUCOSE", last=LAST, days=DAYS, each_seconds=300)
        add_samples(connection, user, "STEPS", last=LAST, days=DAYS, each_seconds=900)
    for day in range(DAYS):
        backend.add_reading(user, START + timedelta(days=day, hours=1), value=55.0 + day % 3)
    backend.add_reading(user, LATELY + timedelta(seconds=7), "BLOOD_GLUCOSE", float("nan"), unit="mg/dL")
    return user


def version(user: str) -> PersonVersion:
    with reading() as connection:
        found = read_version(connection, user, START, END)
    assert found is not None
    return found


def test_the_version_of_a_dense_metric_sees_every_row_that_comes_or_goes(
    backend: Backend, person: str, dense: pytest.MonkeyPatch
) -> None:
    seen = {version(person).version}
    backend.add_reading(person, LONG_AGO + timedelta(seconds=1), "BLOOD_GLUCOSE", 99.0, unit="mg/dL")
    seen.add(version(person).version)
    backend.run(f'DELETE FROM "HealthMetric" WHERE {AT}', u=person, at=LONG_AGO)
    seen.add(version(person).version)
    later = LONG_AGO + timedelta(seconds=2)
    moved = LONG_AGO + timedelta(seconds=1)
    backend.run(f'UPDATE "HealthMetric" SET "recordedAt" = :to WHERE {AT}', u=person, at=moved, to=later)
    seen.add(version(person).version)
    backend.run(f'UPDATE "HealthMetric" SET "value" = 300 WHERE {AT}', u=person, at=LATELY)
    seen.add(version(person).version)
    assert len(seen) == 5
    before = version(person).version
    backend.run(f'UPDATE "HealthMetric" SET "value" = 300 WHERE {AT}', u=person, at=later)
    assert version(person).version == before, "an edit in place of long ago waits"
    backend.run('UPDATE "HealthMetric" SET "value" = 61 WHERE "userId" = :u AND "unit" = \'bpm\'', u=person)
    assert version(person).version != before, "what is not dense is seen wherever it was edited"


def test_each_window_has_the_version_it_has_by_itself(person: str, dense: pytest.MonkeyPatch) -> None:
    starts = [START, END - timedelta(days=5), END - timedelta(days=2)]
    with reading() as connection:
        loaded = load_windows(connection, person, starts, END)
        alone = [read_version(connection, person, start, END) for start in starts]
    assert loaded is not None
    assert loaded[0] == alone
