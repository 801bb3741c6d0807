"""Training from the service's own database: who is in it, what was known when, how much memory it takes."""

import hashlib
import stat
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection

pytest.importorskip("pyarrow")


from common.compute.forecasts.model_inputs import METRICS
from common.store.deletion import delete_person, resume_person
from common.store.engine import reading, transaction
from common.store.person import load_written_rows
from functions.local.data.loading import save_people
from model_export.data import database
from model_export.data.database import (
    extract_people,
    load_sharers,
    nights_each,
    read_ledgers,
    sharers_samples,
)
from model_export.data.datasets import Person, build_samples
from model_export.data.ledger import final_series
from model_export.data.rows import to_person_rows
from tests.fixtures.backend import Backend
from tests.integration.people import add_person
from tests.unit.forecast_people import make_person as make_tidy
from tests.unit.forecast_people import make_series

NOW = datetime(2025, 7, 1, 9)  # noqa: DTZ001
METRIC = METRICS["rhr"]
NAMES = ("annotated-anna", "bewildered-bob", "circumspect-cem", "diagonal-dia")


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> Iterator[None]:
    yield
    backend.run('DELETE FROM "User"')


def share(backend: Backend, *user_ids: str, **columns: object) -> None:
    for user_id in user_ids:
        backend.add_profile(user_id, shareDataForResearch=True, **columns)


def extract(path: Path) -> list[Person]:
    with reading() as connection:
        count = extract_people(connection, path / "people.parquet", NOW)
    people = load_sharers(path / "people.parquet")
    assert len(people) == count
    return people


def test_only_those_who_share_their_data_are_in_it(backend: Backend, tmp_path: Path) -> None:
    for i, name in enumerate(NAMES):
        add_person(name, seed=i, days=50)
    share(backend, NAMES[0], NAMES[3])
    backend.add_profile(NAMES[1], shareDataForResearch=False)
    people = extract(tmp_path)
    assert len(people) == 2
    assert {len(person.user) for person in people} == {24}
    content = (tmp_path / "people.parquet").read_bytes()
    assert not any(name.encode() in content for name in NAMES)
    assert stat.S_IMODE((tmp_path / "people.parquet").stat().st_mode) == 0o600


def test_somebody_who_withdraws_between_two_statements_is_left_out(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i, name in enumerate(("ann", "bob")):
        add_person(name, seed=i, days=50)
    share(backend, "ann", "bob")

    def withdraw(connection: Connection, user_id: str, start: datetime, end: datetime) -> object:
        if user_id == "bob":
            backend.run("""UPDATE "UserMLProfile" SET "shareDataForResearch" = false""")
        return load_written_rows(connection, user_id, start, end)

    monkeypatch.setattr(database, "load_written_rows", withdraw)
    assert len(extract(tmp_path)) == 1


def test_who_had_their_data_deleted_is_never_in_it_again(backend: Backend, tmp_path: Path) -> None:
    for i, name in enumerate(("ann", "bob", "cem")):
        add_person(name, seed=i, days=50)
    with transaction() as connection:
        for name in ("bob", "cem"):
            delete_person(connection, name)
        resume_person(connection, "cem")
    share(backend, "ann", "bob", "cem")
    (left,) = extract(tmp_path)
    (known,) = [user for user, _ in read_ledgers(tmp_path / "people.parquet")]
    assert left.user == known == hashlib.blake2b(b"ann", digest_size=12).hexdigest()


def test_nothing_is_read_that_is_older_than_the_person_lets_it_be_kept(
    backend: Backend, tmp_path: Path
) -> None:
    add_person("ann", days=120)
    share(backend, "ann", dataRetentionDays=40)
    (person,) = extract(tmp_path)
    assert person.series.days[0] >= np.datetime64(NOW.date() - timedelta(days=40))


def test_people_of_the_database_and_of_files_give_the_same_samples(backend: Backend, tmp_path: Path) -> None:
    tidy = make_tidy(70, seed=3, dataset="oura_test").until(NOW.date() - timedelta(days=1))
    with transaction() as connection:
        save_people(connection, [to_person_rows(tidy)], "test")
    share(backend, tidy.user_id)
    extract(tmp_path)
    file = build_samples([Person("oura_test", "3", False, {}, make_series(tidy))], METRIC)
    parts = sharers_samples(tmp_path / "people.parquet", METRIC, 0)
    days = np.concatenate([part.target_day for part in parts])
    assert len(np.unique(days)) > 50
    for part in parts:
        same = file.where(np.isin(file.target_day, part.target_day))
        for name in ("actual", "reference", "usual_error", "row", "window", "family"):
            np.testing.assert_array_equal(getattr(part, name), getattr(same, name))


def test_a_night_written_late_is_not_shown_to_the_evening_before(backend: Backend, tmp_path: Path) -> None:
    add_person("ann", days=60)
    share(backend, "ann")
    backend.run(
        """UPDATE "HealthMetric" SET "createdAt" = "recordedAt" + interval '2 days'
        WHERE "metricType" = 'RESTING_HEART_RATE' AND "recordedAt"::date = '2025-06-17'"""
    )
    extract(tmp_path)
    (ledger,) = [ledger for _, ledger in read_ledgers(tmp_path / "people.parquet")]
    late = ledger.known_from > ledger.day
    assert ledger.day[late].tolist() == [date(2025, 6, 17)]
    assert ledger.known_from[late].tolist() == [date(2025, 6, 19)]
    samples = sharers_samples(tmp_path / "people.parquet", METRIC, 0)
    eve = np.concatenate([s.target_day[~s.day_open] for s in samples]) - np.timedelta64(1, "D")
    latest = np.concatenate([s.window[~s.day_open, -1, 0] for s in samples])
    known = dict(zip(eve.tolist(), np.isfinite(latest).tolist(), strict=True))
    assert known[date(2025, 6, 16)]
    assert not known[date(2025, 6, 17)]


def test_memory_does_not_grow_with_people(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PEOPLE_PER_PAGE", 5)
    monkeypatch.setattr(database, "VERSIONS_PER_GROUP", 100)
    add_person("aaa", days=60)
    share(backend, "aaa")
    extract(tmp_path)  # what is loaded once is not of a person
    peaks = []
    for count in (4, 12):
        for i in range(count):
            name = f"person-{i:03d}"
            if not backend.run('SELECT 1 FROM "User" WHERE "id" = :id', id=name):
                add_person(name, seed=i, days=60)
                share(backend, name)
        tracemalloc.start()
        with reading() as connection:
            assert extract_people(connection, tmp_path / "many.parquet", NOW) == count + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_people_without_enough_days_are_no_part(backend: Backend, tmp_path: Path) -> None:
    backend.add_user("new")
    share(backend, "new")
    assert extract(tmp_path) == []
    assert sharers_samples(tmp_path / "people.parquet", METRIC, 0) == []


def test_what_is_kept_of_sharers_stays_on_disk_and_their_nights_are_bounded(
    backend: Backend, tmp_path: Path
) -> None:
    for i, name in enumerate(NAMES[:2]):
        add_person(name, seed=i, days=50 + i)
    share(backend, *NAMES[:2])
    for person, (user, ledger) in zip(
        extract(tmp_path), read_ledgers(tmp_path / "people.parquet"), strict=True
    ):
        final = final_series(ledger, user)
        np.testing.assert_array_equal(person.series.values, final.values)
        np.testing.assert_array_equal(person.series.source_codes, final.source_codes)
        assert isinstance(person.series.values.base, np.memmap)
    assert stat.S_IMODE((tmp_path / "people.values").stat().st_mode) == 0o600
    assert [nights_each(people) for people in (1, 500, 10_000, 10**6)] == [120, 120, 6, 1]
