"""Who is due, in shards; and one shard's people, one after the other, none of them stopping the rest."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

from common.compute.calendar import resolve_zone
from common.compute.nights import Night, last_night, night_of
from common.errors import NotFound, Unavailable
from common.services.nightly.person import recompute_person
from common.store.engine import reading
from common.store.person import ListedPerson, list_people

PEOPLE_PER_SHARD = 500
PERIOD = timedelta(hours=1)
"""How often a run is launched."""
AWAY_AFTER = 3
"""So many people in a row without a database or a model, and it is not the people who are at fault."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """The hour it was scheduled for (naive UTC), and the one day it is about; None: whichever is due."""

    scheduled: datetime
    day: date | None = None

    def night_due(self, person: ListedPerson) -> Night | None:
        """The night to compute for this person, if it is this run's."""
        zone, _ = resolve_zone(person.timezone)
        if self.day is not None:
            night = night_of(zone, self.day)
            return night if night.instant <= self.scheduled else None
        night = last_night(zone, self.scheduled)
        return night if self.scheduled - night.instant < PERIOD else None


@dataclass(frozen=True, slots=True)
class Shard:
    """People whose id lies in (after, until]."""

    after: str
    until: str


@dataclass(frozen=True, slots=True)
class Plan:
    due: int
    shards: tuple[Shard, ...]


@dataclass(slots=True)
class Report:
    """What became of one shard's people; `remaining` were not begun before the deadline."""

    computed: int = 0
    changed_meanwhile: int = 0
    gone: int = 0
    failed: int = 0
    remaining: int = 0

    def __add__(self, other: "Report") -> "Report":
        return Report(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def plan(run: Run) -> Plan:
    """The people who are due, cut into shards. Raises Unavailable."""
    shards: list[Shard] = []
    due, inside, after, last = 0, 0, "", ""
    for person, _ in _due_people(run, Shard("", "")):
        due, inside, last = due + 1, inside + 1, person.user_id
        if inside == PEOPLE_PER_SHARD:
            shards.append(Shard(after, last))
            after, inside = last, 0
    if inside:
        shards.append(Shard(after, last))
    return Plan(due, tuple(shards))


def recompute(run: Run, shard: Shard, out_of_time: Callable[[], bool]) -> Report:
    """Computes each due person of the shard until `out_of_time()`; doing it again changes nothing.

    Raises Unavailable where the database stays away or a model is missing.
    """
    report = Report()
    away = 0
    for person, night in _due_people(run, shard):
        if out_of_time():
            report.remaining += 1
            continue
        try:
            saved = recompute_person(person, night)
        except NotFound:
            report.gone += 1
        except Exception as error:  # one person's trouble, whatever it is, must not be everyone's
            report.failed += 1
            away = away + 1 if isinstance(error, Unavailable) else 0
            logger.exception("a person's night failed")
            if away == AWAY_AFTER:
                raise
        else:
            away = 0
            report.computed += saved
            report.changed_meanwhile += not saved
    return report


def _due_people(run: Run, shard: Shard) -> Iterator[tuple[ListedPerson, Night]]:
    after = shard.after
    while True:
        with reading() as connection:
            page = list_people(connection, after, until=shard.until)
        for person in page:
            if (night := run.night_due(person)) is not None:
                yield person, night
        if not page:
            return
        after = page[-1].user_id
