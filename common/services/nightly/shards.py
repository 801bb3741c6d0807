"""Everyone in shards; and one shard's people, one after the other, none of them stopping the rest."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import timedelta

from common.cache import get_cache
from common.errors import NotFound, NutriError, Unavailable
from common.services.blocklist import drop_cached
from common.services.due import Night
from common.services.nightly.brake import rest_seconds
from common.services.nightly.person import Outcome, compute_person, engine_version
from common.services.nightly.runs import Run
from common.services.nightly.watched import watched_on
from common.store.engine import reading, take_waited_seconds, transaction
from common.store.nights import (
    DueUser,
    Quarantine,
    cut_people,
    end_attempt,
    forget_departed,
    list_departed,
    list_due_users,
    read_clock,
    save_quarantine,
)
from common.store.tallies import Watch
from common.telemetry import count, observe_seconds, span

PEOPLE_PER_SHARD = 500
PAGE = 1_000
SHARDS_MAX = 800
"""What a plan holds at most, for a state may hand on 256 KiB. With more people the shards grow, and give back
what they cannot finish."""
AWAY_AFTER = 3
"""So many people in a row without a database or a model, and it is not the people who are at fault."""
REST_DAYS_MAX = 7
TRIES_MAX = 3
"""So many processes ended while computing one person, and it is the person's night that ends them."""
DIED = "died"
SWEEP_HOUR = 4
"""Of the day (UTC): what is left of people who are gone is removed once a day."""
PAUSES_SECONDS = (0.5, 1, 2, 4, 8, 15, 30, 30, 30, 60, 60)
"""A database that is replaced is away for a minute or two."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shard:
    """So many people whose id lies in (after, until]; without end where `until` is empty."""

    after: str = ""
    until: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    people: int
    shards: list[Shard]


@dataclass(slots=True)
class Report:
    """What became of the people of a shard whose turn it was. `remaining` were not begun in time."""

    due: int = 0
    computed: int = 0
    unchanged: int = 0
    superseded: int = 0
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    """Left alone, because they failed the nights before."""
    behind: int = 0
    """Left to the next run, for their morning has come already and others are in time."""
    remaining: int = 0

    def __add__(self, other: "Report") -> "Report":
        return Report(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def plan(people_per_shard: int = PEOPLE_PER_SHARD) -> Plan:
    """Everyone, in shards of ids. Whose turn it is, a shard finds out itself. Raises Unavailable."""
    with transaction() as connection:
        people, bounds = cut_people(connection, people_per_shard, SHARDS_MAX)
    each = max(people_per_shard, -(-people // SHARDS_MAX))
    sizes = [each] * len(bounds) + [people - each * len(bounds)]
    return Plan(people, list(map(Shard, ["", *bounds], [*bounds, ""], sizes)))


def recompute(
    run: Run,
    shard: Shard,
    out_of_time: Callable[[], bool],
    no_time_for_those_behind: Callable[[], bool] = lambda: False,
) -> Report:
    """Compute whoever's turn it is until `out_of_time()`; whoever failed or was begun before, at the end.

    Done again, it goes on where it stopped: a person under whom a process died waits until the others are
    done, and is given up after so many deaths. Raises Unavailable where the database stays away or a model is
    missing.
    """
    if run.hour.hour == SWEEP_HOUR:
        _sweep(shard)
    shift = _Shift(run, engine_version(), watched_on(run.day or run.hour.date()), out_of_time)
    for due_user in _everyone(shard):
        night = run.night_of(due_user)
        if night is None:
            continue
        shift.report.due += 1
        if run.is_behind(due_user) and no_time_for_those_behind():
            shift.report.behind += 1
        elif out_of_time():
            shift.report.remaining += 1
        else:
            shift.take_up(due_user, night)
    for due_user, night in shift.again:
        if out_of_time():
            shift.report.remaining += 1
        elif (trouble := shift.compute(due_user, night)) is not None:
            shift.give_up(due_user, night, _reason(trouble))
    shift.end()
    return shift.report


def _sweep(shard: Shard) -> None:
    """Remove what is left of people who are gone, in both stores. A cache that is away forgets by itself."""
    with transaction() as connection:
        departed = list_departed(connection, shard.after, shard.until)
        forget_departed(connection, shard.after, shard.until)
    if departed:
        drop_cached(departed)


class _Shift:
    """The work on one shard, and its account."""

    def __init__(
        self, run: Run, engine: str, watched: Sequence[Watch], out_of_time: Callable[[], bool]
    ) -> None:
        self.run, self.engine, self.watched, self.out_of_time = run, engine, watched, out_of_time
        self.report = Report()
        self.again: list[tuple[DueUser, Night]] = []
        self.away = 0

    def take_up(self, due_user: DueUser, night: Night) -> None:
        """Compute one person for the first time; whoever needs another try waits for the others."""
        if self.leaves_alone(due_user, night):
            self.report.quarantined += 1
        elif (tries := self.tries_before(due_user, night)) >= TRIES_MAX:
            self.give_up(due_user, night, DIED)
        elif tries or self.compute(due_user, night) is not None:
            self.again.append((due_user, night))

    def leaves_alone(self, due_user: DueUser, night: Night) -> bool:
        kept = due_user.quarantine
        return kept is not None and kept.engine_version == self.engine and night.day < kept.until

    def tries_before(self, due_user: DueUser, night: Night) -> int:
        """How often this night of theirs was begun by this build without an end."""
        begun = due_user.attempt
        same = begun is not None and begun.day == night.day and begun.engine_version == self.engine
        return begun.tries if begun is not None and same else 0

    def compute(self, due_user: DueUser, night: Night) -> Exception | None:
        """Count what became of the person, or return what went wrong."""
        take_waited_seconds()
        began = time.perf_counter()
        trouble = self._try(due_user, night)
        if trouble is not None and self._was_away(trouble):
            trouble = self._try(due_user, night)
        observe_seconds("nutri_night_person_seconds", time.perf_counter() - began)
        time.sleep(rest_seconds(take_waited_seconds()))
        if trouble is not None:
            count("nutri_night_failures_total", reason=_reason(trouble))
            self._count_away(trouble)
        return trouble

    def _try(self, due_user: DueUser, night: Night) -> Exception | None:
        try:
            with span("person"):
                outcome = compute_person(due_user, night, self.engine, self.watched)
            match outcome:
                case Outcome.COMPUTED:
                    self.report.computed += 1
                case Outcome.UNCHANGED:
                    self.report.unchanged += 1
                case Outcome.SUPERSEDED:
                    self.report.superseded += 1
        except NotFound:  # deleted before, or while being computed
            self.report.gone += 1
            with transaction() as connection:
                end_attempt(connection, due_user.user_id)
        except Exception as error:  # whatever it is, one person's trouble must not be everyone's
            logger.exception("a person's night failed")
            return error
        self.away = 0
        return None

    def _was_away(self, trouble: Exception) -> bool:
        """Whether it was the database and not the person: it did not answer, and now does again.

        Raises the trouble where it stays away for longer than is waited.
        """
        if not (isinstance(trouble, Unavailable) and trouble.code == "database_unavailable"):
            return False
        for pause_seconds in PAUSES_SECONDS:
            if _answers():
                return pause_seconds > PAUSES_SECONDS[0]
            if self.out_of_time():
                break
            time.sleep(pause_seconds)
        raise trouble

    def _count_away(self, trouble: Exception) -> None:
        self.away = self.away + 1 if isinstance(trouble, Unavailable) else 0
        if self.away == AWAY_AFTER:
            raise trouble

    def give_up(self, due_user: DueUser, night: Night, reason: str) -> None:
        """Set the person aside for a night, then two, four, a week; anything changed ends it."""
        self.report.failed += 1
        before = due_user.quarantine
        failures = 1 + (before.failures if before and before.engine_version == self.engine else 0)
        rest = timedelta(days=min(2 ** (failures - 1), REST_DAYS_MAX))
        kept = Quarantine(failures, reason, self.engine, night.day + rest)
        with transaction() as connection:
            save_quarantine(connection, due_user.user_id, kept)

    def end(self) -> None:
        """Tell the metrics what became of the people, while this process is still there."""
        for outcome, people in asdict(self.report).items():
            if people and outcome != "due":
                count("nutri_night_people_total", people, outcome=outcome)
        if not self.report.remaining:
            count("nutri_night_shards_total")
        get_cache().share_metrics()


def _answers() -> bool:
    try:
        with reading() as connection:
            read_clock(connection)
    except Unavailable:
        return False
    return True


def _reason(trouble: Exception) -> str:
    return trouble.code if isinstance(trouble, NutriError) else type(trouble).__name__


def _everyone(shard: Shard) -> Iterator[DueUser]:
    after = shard.after
    while True:
        with reading() as connection:
            page = list_due_users(connection, after, shard.until, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].user_id
