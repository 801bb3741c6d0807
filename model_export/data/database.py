"""People of the service's own database as training samples: only those who share their data for research.

One person at a time goes from the database to a Parquet file, and what is learned from is bounded, so memory
hardly grows with their number; the files live as long as a training does. Ids in them are hashes.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection

from common.compute.forecasts.model_inputs import Metric
from common.compute.series.build import DailySeries
from common.compute.series.calendar import local_date_of, resolve_zone
from common.compute.series.channels import CHANNELS
from common.store.person import load_written_rows
from common.store.research import list_sharers
from model_export.data.datasets import Person, Samples, Source, build_samples, is_held_out
from model_export.data.ledger import OWN_CHANNELS, Ledger, build_ledger, final_series, series_as_known
from model_export.data.tidy import TidyPerson

SERVICE = Source("service", "With each person's consent (shareDataForResearch)", "Users of the service")
LONGEST_DAYS = 730
PEOPLE_PER_PAGE = 500
VERSIONS_PER_GROUP = 20_000
NIGHTS_PER_PERSON = 120
"""About so many, evenly over somebody's days: more of one person teach little and must be held in memory."""
NIGHTS_OF_ALL = 60_000
"""Of so many people that these are reached, fewer each: a night of one more person teaches more."""
SCHEMA = pa.schema(
    [
        ("person", pa.string()),
        ("day", pa.date32()),
        ("known_from", pa.date32()),
        *((name, pa.float64()) for name in CHANNELS),
        *((f"{name}_source", pa.string()) for name in OWN_CHANNELS),
    ]
)


def extract_people(
    connection: Connection, path: Path, now: datetime, done: Callable[[int], None] = lambda _: None
) -> int:
    """Write everybody who shares their data, as far back as they let it be kept; returns how many.

    `now` is naive UTC. `done` is told numbers of people looked at. Raises Unavailable.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    people, waiting = 0, []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for table in _read_people(connection, now, done):
            people += 1
            waiting.append(table)
            if sum(map(len, waiting)) >= VERSIONS_PER_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    return people


def _read_people(connection: Connection, now: datetime, done: Callable[[int], None]) -> Iterator[pa.Table]:
    """One table a person who has days to tell of."""
    after: str | None = ""
    while after is not None:
        sharers, after = list_sharers(connection, after, PEOPLE_PER_PAGE)
        for sharer in sharers:
            table = _read_person(connection, sharer.user_id, sharer.retention_days, now)
            if table is not None:
                yield table
        done(PEOPLE_PER_PAGE)


def _read_person(connection: Connection, user_id: str, retention_days: int, now: datetime) -> pa.Table | None:
    start = now - timedelta(days=min(retention_days, LONGEST_DAYS))
    loaded = load_written_rows(connection, user_id, start, now)
    if loaded is None:
        return None
    rows, written = loaded
    instants = np.concatenate([rows.meals.at, rows.readings.at, rows.workouts.started_at])
    instants = instants[~np.isnat(instants)]
    zone, _ = resolve_zone(rows.profile.timezone)
    yesterday = local_date_of(now, zone) - timedelta(days=1)
    if not instants.size:
        return None
    whole_days = local_date_of(start, zone) + timedelta(days=1)
    first = max(local_date_of(instants.min().item(), zone), whole_days)
    if first >= yesterday:
        return None
    ledger = build_ledger(rows, written, first, yesterday)
    person = hashlib.blake2b(user_id.encode(), digest_size=12).hexdigest()
    columns = [pa.array([person] * len(ledger.day)), pa.array(ledger.day), pa.array(ledger.known_from)]
    columns += [pa.array(values) for values in ledger.values.T]
    columns += [pa.array(names.tolist()) for names in ledger.source.T]
    return pa.table(columns, schema=SCHEMA)


def read_ledgers(path: Path) -> Iterator[tuple[str, Ledger]]:
    """(hashed id, ledger) of one person after the other, a row group at a time."""
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        persons = np.array(table["person"].to_pylist())
        values = np.stack([table[name].to_numpy() for name in CHANNELS], axis=1)
        source = np.stack([np.array(table[f"{name}_source"].to_pylist()) for name in OWN_CHANNELS], axis=1)
        days, known = (table[name].to_numpy().astype("datetime64[D]") for name in ("day", "known_from"))
        for person in dict.fromkeys(persons.tolist()):
            mine = persons == person
            yield person, Ledger(days[mine], known[mine], values[mine], source[mine])


def load_sharers(path: Path) -> list[Person]:
    """Everybody in the file, with what became known of their days in the end: what rules are scored on.

    Their values stay on disk, in files beside it, and are read as they are looked at.
    """
    people = []
    kept = path.with_suffix(".values"), path.with_suffix(".codes")
    for file in kept:
        file.touch(mode=0o600)
    with kept[0].open("wb") as values, kept[1].open("wb") as codes:
        for user, ledger in read_ledgers(path):
            series = final_series(ledger, user)
            values.write(series.values.tobytes())
            codes.write(series.source_codes.tobytes())
            nothing = np.empty((len(CHANNELS), 0))
            people.append((user, replace(series, values=nothing, source_codes=nothing.astype(np.int16))))
    if not people:
        return []
    all_values, all_codes = np.memmap(kept[0], np.float64, "r"), np.memmap(kept[1], np.int16, "r")
    sizes = [len(CHANNELS) * len(series.days) for _, series in people]
    ends = np.cumsum(sizes)
    return [
        _person(
            user,
            replace(
                series,
                values=all_values[end - size : end].reshape(len(CHANNELS), -1),
                source_codes=all_codes[end - size : end].reshape(len(CHANNELS), -1),
            ),
        )
        for (user, series), size, end in zip(people, sizes, ends, strict=True)
    ]


def sharers_samples(path: Path, metric: Metric, first_position: int) -> list[Samples]:
    """Return nights of each person in the file, each night shown what was known on its eve.

    People are numbered from `first_position` on.
    """
    parts = []
    most = nights_each(pc.count_distinct(pq.read_table(path, columns=["person"])["person"]).as_py())
    for position, (user, ledger) in enumerate(read_ledgers(path), first_position):
        every = len(np.unique(ledger.day)) // most + 1
        for eves, series in series_as_known(ledger, user):
            samples = build_samples([_person(user, series)], metric)
            eve = samples.target_day - np.timedelta64(1, "D")
            chosen = eve.astype(np.int64) % every == 0
            own = samples.where(chosen & (eve >= eves[0]) & (eve <= eves[-1]))
            parts.append(replace(own, person=np.full(len(own), position)))
    return parts


def nights_each(people: int) -> int:
    """Return about how many nights of each of so many people are learned from."""
    return min(NIGHTS_PER_PERSON, max(NIGHTS_OF_ALL // max(people, 1), 1))


def _person(user: str, series: DailySeries) -> Person:
    return Person(SERVICE.file, user, is_held_out(TidyPerson(SERVICE.file, user, [], {})), {}, series)
