"""The two servers the functions use: our own from wheels, or those the developer names."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from functions.local.servers import postgres, valkey


@dataclass(frozen=True)
class Servers:
    """`owns_database` is True where the database is ours to fill."""

    database_url: str
    redis_url: str
    owns_database: bool


@contextmanager
def open_servers(state: Path, database_url: str | None, redis_url: str | None) -> Iterator[Servers]:
    """Start what is not given; what was started is stopped at the end, also when starting fails halfway."""
    with ExitStack() as running, ThreadPoolExecutor(2) as starting:
        started = {
            name: starting.submit(start, state)
            for name, start, given in (
                ("database", partial(postgres.start, guarded=True), database_url),
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
            database_url or urls["database"], redis_url or urls["redis"], owns_database=database_url is None
        )
