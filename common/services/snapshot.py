"""One person's rows, as they were at one moment, and what follows from them.

    open_snapshot: version (one statement) -> load: rows and their version (one statement, one snapshot)

Where nothing at all is cached, version and rows are one statement. Knows no group, no SQL and no HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

import numpy as np
from sqlalchemy import Connection

from common.cache import get_cache
from common.compute.features import FeatureTable, build_features
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, resolve_zone
from common.compute.series.places import as_of_in, places_of
from common.compute.series.rows import PersonRows, Profile
from common.errors import DeletedByUser, NotFound, NutriError
from common.services.blocklist import block
from common.store.deletion import is_deleted
from common.store.engine import joined_transaction, reading, transaction
from common.store.person import PersonVersion, load_person, load_windows, read_version
from common.store.timezones import learn_timezone
from common.store.writing import lock_person

T = TypeVar("T")

# A row is labelled with a local day at most this far from its UTC date (zones, and nights labelled forward).
LABEL_MARGIN_DAYS = 2
# No window of anything computed is longer than the days that are looked at at least.
LOOKBACK_DAYS_MIN = 150
WEEK_DAYS = 7


@dataclass(frozen=True)
class Derived(Generic[T]):
    """A name for something of type T that follows from a snapshot's rows."""

    name: str


SERIES: Final = Derived[DailySeries]("series")
FEATURES: Final = Derived[FeatureTable]("features")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A person as of a day, before their rows are loaded: enough to find a cached answer by."""

    user_id: str
    head: PersonVersion
    as_of: AsOf
    lookback_days: int
    window: tuple[datetime, datetime]
    now: datetime
    day: date | None = None
    """The day that was asked for; None: the person's today."""

    @property
    def zone_name(self) -> str:
        """The zone days are counted in."""
        return str(resolve_zone(self.head.profile.timezone)[0])

    @property
    def last_closed(self) -> date:
        """The last day that is over."""
        return self.as_of.date - timedelta(days=1 if self.as_of.open else 0)

    def is_open(self, day: date) -> bool:
        return self.as_of.open and day == self.as_of.date

    @cached_property
    def loaded(self) -> "Snapshot":
        """The snapshot, loaded once. Its version and as-of day are those of its rows, whatever changed since.

        Raises NotFound, and InvalidInput where the person moved to a zone in which the day is yet to come.
        """
        with reading() as connection:
            loaded = load_person(connection, self.user_id, *self.window)
        if loaded is None:
            raise NotFound("no such user")
        head, rows = loaded
        return take_snapshot(
            self.user_id, head, rows, self.day, self.lookback_days, window=self.window, now=self.now
        )


@dataclass(frozen=True, kw_only=True)
class Snapshot(Opened):
    """The rows with their version; never changes."""

    rows: PersonRows = field(repr=False)
    first: date | None = None
    """The series need not begin before this day: nothing is known of earlier ones."""
    narrower: Mapping[int, PersonVersion] = field(default_factory=dict, repr=False)
    """Lookback in days -> the version of the rows it reaches: those the snapshot can be narrowed to."""
    _known: dict[Derived[Any], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def loaded(self) -> "Snapshot":
        return self

    @property
    def series(self) -> DailySeries:
        """The `lookback_days` before the as-of day, and that day."""
        return self.once(SERIES, self._build_series)

    def _build_series(self) -> DailySeries:
        day = self.as_of.date
        first = day - timedelta(days=self.lookback_days)
        return build_series(
            self.rows, first if self.first is None else max(first, self.first), day, self.as_of
        )

    @property
    def features(self) -> FeatureTable:
        """All features of all days of the series."""
        return self.once(FEATURES, lambda: build_features(self.series))

    def narrowed(self, lookback_days: int) -> "Snapshot":
        """Return this snapshot as one that looks back less; KeyError unless it was loaded for that too.

        Both know what either computes `once`, the longer series among it: more days before change nothing.
        """
        if lookback_days == self.lookback_days:
            return self
        window = row_window(None, lookback_days, self.now)
        return replace(self, head=self.narrower[lookback_days], lookback_days=lookback_days, window=window)

    def once(self, what: Derived[T], compute: Callable[[], T]) -> T:
        """`compute()` of the first call: what several groups need of the same rows is computed for all."""
        if what not in self._known:
            self._known[what] = compute()
        known: T = self._known[what]
        return known

    def save(self, write: Callable[[Connection], None]) -> bool:
        """Run `write` under the person's lock, unless their rows changed since they were loaded.

        Returns whether it ran: what was computed from older rows never replaces what came from newer ones.
        """
        with transaction() as connection:
            lock_person(connection, self.user_id)
            head = read_version(connection, self.user_id, *self.window)
            if head is None or head.version != self.head.version:
                return False
            write(connection)
            return True


def row_window(day: date | None, lookback_days: int, now: datetime) -> tuple[datetime, datetime]:
    """Naive UTC [start, end) that holds every row an answer as of `day` can use, in any time zone.

    It begins where a week does, and at one place for whatever day may be somebody's today: an answer stays
    cached when the UTC date changes, and whether or not its day was named.
    """
    utc_now = now.replace(tzinfo=None)
    yesterday = utc_now.date() - timedelta(days=1)
    day = yesterday if day is None else day
    first = min(day, yesterday) - timedelta(days=lookback_days + LABEL_MARGIN_DAYS)
    start = datetime.combine(first - timedelta(days=first.toordinal() % WEEK_DAYS), time())
    end = min(utc_now, datetime.combine(day + timedelta(days=LABEL_MARGIN_DAYS), time()))
    return start, max(start, end)


def open_snapshot(
    user_id: str,
    day: date | None,
    lookback_days: int,
    now: datetime,
    key: Callable[[date], str] | None = None,
) -> Opened:
    """Raise NotFound for an unknown user, InvalidInput for a future day, Unavailable without PostgreSQL.

    `key` is where an answer as of a day would be cached: where there is none to check, the rows come with the
    version, in one statement.
    """
    window = row_window(day, lookback_days, now)
    computed = key is not None and not get_cache().holds(*map(key, recent_days(day, now)))

    def load() -> tuple[PersonVersion, PersonRows | None]:
        with reading() as connection:
            found: tuple[PersonVersion | None, PersonRows | None]
            if computed:
                found = load_person(connection, user_id, *window) or (None, None)
            else:
                found = read_version(connection, user_id, *window), None
            if found[0] is None:
                block(user_id)
                raise absence_of(connection, user_id)
            return found[0], found[1]

    head, rows = load()
    if note_place(head.profile, now):
        head, rows = load()
    if rows is not None:
        return take_snapshot(user_id, head, rows, day, lookback_days, window=window, now=now)
    return Opened(
        user_id=user_id,
        head=head,
        as_of=_as_of(head, day, now),
        lookback_days=lookback_days,
        window=window,
        now=now,
        day=day,
    )


def note_place(profile: Profile, now: datetime) -> bool:
    """Note the zone of a profile where it is not the last one on record, and say whether it was not."""
    timezone = profile.timezone
    if timezone is None or not resolve_zone(timezone)[1]:
        return False
    if profile.zones and profile.zones[-1][1] == timezone:
        return False
    with joined_transaction() as connection:
        learn_timezone(connection, profile.user_id, timezone, now.replace(tzinfo=None))
    return True


def take_snapshot(
    user_id: str,
    head: PersonVersion,
    rows: PersonRows,
    day: date | None,
    lookback_days: int,
    *,
    window: tuple[datetime, datetime],
    now: datetime,
    narrower: Mapping[int, PersonVersion] | None = None,
    from_first_row: bool = False,
) -> Snapshot:
    """Of rows loaded together with their version. Raises InvalidInput for a future day.

    With `from_first_row` the series begins where the person's rows do: earlier days, all unknown, change
    nothing that looks back.
    """
    as_of = _as_of(head, day, now)
    reach = max((as_of.date - first_day(rows, as_of.date)).days + LABEL_MARGIN_DAYS, LOOKBACK_DAYS_MIN)
    return Snapshot(
        user_id=user_id,
        head=head,
        as_of=as_of,
        lookback_days=lookback_days,
        window=window,
        now=now,
        day=day,
        rows=rows,
        first=as_of.date - timedelta(days=reach) if from_first_row else None,
        narrower=narrower or {},
    )


def load_snapshot(user_id: str, lookback_days: int, now: datetime, narrower: Sequence[int] = ()) -> Snapshot:
    """Return a snapshot as of now, its rows loaded in the same statement as its head. Raises like
    `open_snapshot`.

    It can be `narrowed` to the lookbacks of `narrower`, and begins with the person's first row.
    """
    starts = [row_window(None, days, now)[0] for days in (lookback_days, *narrower)]
    window = row_window(None, lookback_days, now)

    def load() -> tuple[list[PersonVersion], PersonRows]:
        with reading() as connection:
            loaded = load_windows(connection, user_id, starts, window[1])
        if loaded is None:
            raise NotFound("no such user")
        return loaded

    heads, rows = load()
    if note_place(heads[0].profile, now):
        heads, rows = load()
    return take_snapshot(
        user_id,
        heads[0],
        rows,
        None,
        lookback_days,
        window=window,
        now=now,
        narrower=dict(zip(narrower, heads[1:], strict=True)),
        from_first_row=True,
    )


def _as_of(head: PersonVersion, day: date | None, now: datetime) -> AsOf:
    return as_of_in(places_of(head.profile), head.profile, day, now)


def absence_of(connection: Connection, user_id: str) -> NutriError:
    """Why there is nobody to answer about."""
    if is_deleted(connection, user_id):
        return DeletedByUser("This person had their data deleted, and nothing is computed about them.")
    return NotFound("no such user")


def first_day(rows: PersonRows, otherwise: date) -> date:
    """Return the UTC date of the person's earliest row."""
    earliest = [
        first
        for instants in (rows.meals.at, rows.readings.at, rows.workouts.started_at, rows.journal.day)
        if len(instants) and not np.isnat(first := np.fmin.reduce(instants))
    ]
    return min(earliest).astype("datetime64[D]").item() if earliest else otherwise


def recent_days(day: date | None, now: datetime) -> list[date]:
    """Return the days an undated question may have been about, latest first: the user's zone is not known."""
    if day is not None:
        return [day]
    today = now.date()
    return [today + timedelta(days=1), today, today - timedelta(days=1)]
