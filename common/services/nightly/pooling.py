"""The weekly step of the night: what the days of those who share theirs say of each pair.

Everybody's estimates are made anew from their rows, and only what many people say together is kept. So
whoever was deleted, or shares no longer, is gone from it with the next week's; and the same rows give the
same figures.
"""

import heapq
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Final

from common.compute.correlations import DEFAULT_LOOKBACK_DAYS, estimate_pairs
from common.compute.correlations.looks import look_day
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE
from common.compute.population.pooling import Estimates, fold_of, pool_people
from common.compute.series.build import TRAILING_DAYS, build_series
from common.compute.series.calendar import AsOf
from common.compute.series.places import as_of_in, places_of
from common.compute.series.profiles import works_shifts
from common.services.correlations import usual_rules
from common.services.nightly.runs import Run
from common.services.population import POOLING_VERSION
from common.services.snapshot import row_window
from common.store.engine import reading, transaction
from common.store.person import load_shared_rows
from common.store.population import is_pooled, save_population
from common.store.research import Sharer, list_sharers

SAMPLE_MAX: Final = 1_000
"""People who are asked at most, the same every week. A mean over so many is known to a hundredth of a
standard deviation: more would add time and no knowledge."""
PEOPLE_PER_PAGE: Final = 1_000
LAST_ZONE: Final = timedelta(hours=12)
"""So long after it is over in UTC a day is over everywhere."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pooled:
    """How many people were asked, and of how many pairs something is known."""

    week: date
    people: int
    pairs: int


def is_pooling_due(run: Run) -> bool:
    """Whether a week is over everywhere that people were not asked about. Raises Unavailable."""
    with reading() as connection:
        return not is_pooled(connection, _week(run), POOLING_VERSION)


def pool(run: Run, out_of_time: Callable[[], bool]) -> Pooled | None:
    """Ask those who share, by their year up to the last week that is over everywhere, and keep the answer.

    None where time ran out: what was known stays, and it is still due. Raises Unavailable.
    """
    week = _week(run)
    asked: list[tuple[int, Estimates]] = []
    for sharer in heapq.nsmallest(SAMPLE_MAX, _sharers(), key=_rank):
        if out_of_time():
            return None
        try:
            estimates = _ask(sharer, week)
        except (ValueError, ArithmeticError):  # one person's rows must not cost everybody the week
            logger.exception("a person's days could not be pooled")
            continue
        if estimates:
            asked.append((fold_of(sharer.user_id), estimates))
    folds = pool_people(asked)
    version = blake2b(f"{POOLING_VERSION}|{folds}".encode(), digest_size=8).hexdigest()
    with transaction() as connection:
        save_population(connection, week, POOLING_VERSION, version, folds)
    return Pooled(week, len(asked), len(set().union(*folds)))


def _week(run: Run) -> date:
    over = run.hour - LAST_ZONE
    return look_day(over.date() - timedelta(days=1))


def _sharers() -> Iterator[Sharer]:
    after: str | None = ""
    while after is not None:
        with reading() as connection:
            sharers, after = list_sharers(connection, after, PEOPLE_PER_PAGE)
        yield from sharers


def _rank(sharer: Sharer) -> bytes:
    return blake2b(sharer.user_id.encode(), digest_size=8).digest()


def _ask(sharer: Sharer, week: date) -> Estimates:
    """Their effects as of the week; none where they share no longer or keep too few days."""
    lookback = min(DEFAULT_LOOKBACK_DAYS, max(sharer.retention_days, 0))
    after = datetime.combine(week + timedelta(days=3), time(), UTC)
    start, end = row_window(week, lookback + TRAILING_DAYS, after)
    with reading() as connection:
        rows = load_shared_rows(connection, sharer.user_id, start, end)
    if rows is None or lookback == 0:
        return {}
    as_of: AsOf = as_of_in(places_of(rows.profile), rows.profile, week, after)
    series = build_series(rows, week - timedelta(days=lookback + TRAILING_DAYS), week, as_of)
    sources = series.codes_by_channel
    return estimate_pairs(
        daily_table(series),
        CATALOGUE,
        last=week,
        sources=sources,
        rules=usual_rules(),
        works_shifts=works_shifts(series.profile),
    )
