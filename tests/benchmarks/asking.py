"""Asking the correlations service night after night while the rows arrive, as people and their apps do.

What is driven is the service itself, its SQL and its cache, on the servers that the environment names.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from common.services.correlations import read_correlations
from common.store.engine import transaction
from common.store.migrations import create_backend_tables, run_migrations
from functions.local.data.loading import save_people
from functions.local.servers.start import open_servers
from tests.benchmarks.rows import Arriving, evening

OTHER_LOOKBACKS = (45, 60, 90, 182)


@contextmanager
def own_servers() -> Iterator[None]:
    """Empty servers of one's own, named in the environment; what reads the settings must not have run yet."""
    with tempfile.TemporaryDirectory(prefix="nutri-asking-") as folder:
        Path(folder).chmod(0o711)
        with open_servers(Path(folder), None, None) as servers:
            os.environ |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
            os.environ["ENVIRONMENT"] = "development"
            create_backend_tables(servers.database_url)
            run_migrations(servers.database_url)
            yield


def ask_nightly(
    people: Sequence[Arriving], first_night: int, last_night: int
) -> Iterator[tuple[int, Arriving, dict[str, Any]]]:
    """(night, person, the answer to the plain question), every night, other questions put in between.

    Raises AssertionError if another lookback than the default is ever told as more than an exploration.
    """
    for night in range(last_night + 1):
        arrived = [person.until(night) if night == first_night else person.on(night) for person in people]
        if night < first_night:
            continue
        with transaction() as connection:
            save_people(connection, [rows for rows in arrived if _any(rows)], f"night{night}")
        for position, person in enumerate(people):
            user_id = person.rows.profile.user_id
            turn = night + position
            if turn % 7 == 0:
                read_correlations(user_id, "rhr", None, None, now=evening(night))
            if turn % 10 == 0:
                other = _ask(user_id, night, OTHER_LOOKBACKS[turn // 10 % len(OTHER_LOOKBACKS)])
                assert all(finding["tier"] == "exploratory" for finding in other["findings"])
            yield night, person, _ask(user_id, night, None)


def _ask(user_id: str, night: int, lookback_days: int | None) -> dict[str, Any]:
    answer = read_correlations(user_id, None, None, lookback_days, now=evening(night))
    told: dict[str, Any] = json.loads(answer.body)
    return told


def _any(rows: Any) -> bool:
    return bool(rows.meals.name or rows.readings.metric)
