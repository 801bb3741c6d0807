"""One request about one person: the order in which cache, rows, computation, saving and caching happen.

    head (version, one statement) -> cached answer of exactly that version -> else rows (one statement, one
    snapshot) -> compute -> save under the person's lock if nothing changed meanwhile -> cache -> answer

Where nothing at all is cached, head and rows are one statement.

Owns that order and what "the same question" means. Knows no group, no SQL and no HTTP.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection

from common.cache import CacheTag, get_cache, seal, unseal
from common.compute.features import FeatureTable, build_features
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, resolve_zone
from common.compute.series.places import as_of_in, places_of
from common.compute.series.rows import PersonRows, Profile
from common.errors import DATABASE_UNAVAILABLE, DeletedByUser, NotFound, NutriError, Unavailable
from common.schemas.quality import Computed
from common.services.blocklist import block, deletion_key, read_unblocked, unblock
from common.services.lease import flight
from common.store.deletion import is_deleted
from common.store.engine import reading, transaction
from common.store.person import PersonVersion, load_person, load_windows, read_version
from common.store.timezones import learn_timezone
from common.store.writing import lock_person
from common.telemetry import count

C = TypeVar("C", bound=Computed)
T = TypeVar("T")

# A row is labelled with a local day at most this far from its UTC date (zones, and nights labelled forward).
LABEL_MARGIN_DAYS = 2
# No window of anything computed is longer than the days that are looked at at least.
LOOKBACK_DAYS_MIN = 150
WEEK_DAYS = 7


@dataclass(frozen=True)
class Answer:
    """`body` is JSON, ready to send. `etag` changes with whatever could change the body."""

    body: bytes
    etag: str
    cached: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked, so that only an answer to the same thing is taken from the cache."""

    key: str
    parameters: str
    engine_version: str
    ttl_seconds: int

    @property
    def group(self) -> str:
        """The first part of the key."""
        return self.key.partition(":")[0]


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


@dataclass(frozen=True)
class Prepared:
    """An answer computed before it was asked for."""

    question: Question
    sealed: bytes


@dataclass
class Snapshot:
    user_id: str
    head: PersonVersion
    as_of: AsOf
    lookback_days: int
    window: tuple[datetime, datetime]
    now: datetime
    day: date | None = None
    """The day that was asked for; None: the person's today."""
    first: date | None = None
    """The series need not begin before this day: nothing is known of earlier ones."""
    _rows: PersonRows | None = field(default=None, repr=False)
    _heads: Mapping[int, PersonVersion] = field(default_factory=dict, repr=False)
    _known: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> PersonRows:
        """The person's rows, loaded once; `head` and `as_of` become those of the same snapshot.

        Raises NotFound, and InvalidInput where the person moved to a zone in which the day is yet to come.
        """
        if self._rows is None:
            with reading() as connection:
                loaded = load_person(connection, self.user_id, *self.window)
            if loaded is None:
                raise NotFound("no such user")
            head, rows = loaded
            self.as_of = as_of_in(places_of(head.profile), head.profile, self.day, self.now)
            self.head, self._rows = head, rows
        return self._rows

    @property
    def zone_name(self) -> str:
        """The zone days are counted in."""
        return str(resolve_zone(self.head.profile.timezone)[0])

    def is_open(self, day: date) -> bool:
        return self.as_of.open and day == self.as_of.date

    @property
    def series(self) -> DailySeries:
        """The `lookback_days` before the as-of day, and that day."""
        return self.once("series", self._build_series)

    def _build_series(self) -> DailySeries:
        day = self.as_of.date
        first = day - timedelta(days=self.lookback_days)
        return build_series(
            self.rows, first if self.first is None else max(first, self.first), day, self.as_of
        )

    @property
    def features(self) -> FeatureTable:
        """All features of all days of the series."""
        return self.once("features", lambda: build_features(self.series))

    def narrowed(self, lookback_days: int) -> "Snapshot":
        """This snapshot as one that looks back less; KeyError unless it was loaded for that too.

        Both know what either computes `once`, the longer series among it: more days before change nothing.
        """
        if lookback_days == self.lookback_days:
            return self
        window = row_window(None, lookback_days, self.now)
        return replace(self, head=self._heads[lookback_days], lookback_days=lookback_days, window=window)

    def once(self, what: str, compute: Callable[[], T]) -> T:
        """`compute()` of the first call: what several groups need of the same rows is computed for all."""
        if what not in self._known:
            self._known[what] = compute()
        known: T = self._known[what]
        return known

    def tag(self, question: Question) -> CacheTag:
        return CacheTag(
            user_id=self.user_id,
            data_version=self.head.version,
            date=self.as_of.date.isoformat(),
            open=self.as_of.open,
            parameters=question.parameters,
            engine_version=question.engine_version,
        )

    def answer(
        self,
        question: Question,
        compute: Callable[["Snapshot"], C],
        *,
        save: Callable[[Connection, C], None] | None = None,
        force: bool = False,
    ) -> Answer:
        """The cached answer to exactly this question, or a fresh one, saved and cached.

        `force` takes none that was cached before. Raises what `compute` raises, Unavailable when PostgreSQL
        cannot be reached, and RateLimited where too much is being computed for this person.
        """
        find = partial(self.find_cached, question)
        hit = None if force else find()
        if hit is None:
            asked = etag_of(self.tag(question))[3:-1]
            with flight(self.user_id, question.group, asked, find, force=force) as hit:
                if hit is None:
                    return self._compute_and_cache(question, compute, save)
        count("nutri_answers_total", group=question.group, origin="cached")
        return hit

    def _compute_and_cache(
        self,
        question: Question,
        compute: Callable[["Snapshot"], C],
        save: Callable[[Connection, C], None] | None,
    ) -> Answer:
        computed = self.compute(compute, save)
        count("nutri_answers_total", group=question.group, origin="computed")
        sealed = self.seal(question, computed)
        get_cache().set(question.key, sealed, question.ttl_seconds, unless=deletion_key(self.user_id))
        unblock(self.user_id, question.group)
        return fresh_answer(computed, self.tag(question))

    def find_cached(self, question: Question) -> Answer | None:
        hit = unseal(get_cache().get(question.key), self.tag(question))
        return Answer(hit.body, hit.etag, cached=True) if hit else None

    def seal(self, question: Question, computed: Computed) -> bytes:
        """What is cached under the question's key."""
        tag = self.tag(question)
        kept = computed.model_copy(update={"cached": True})
        return seal(tag, etag_of(tag), kept.model_dump_json().encode())

    def prepare(self, question: Question, computed: Computed) -> Prepared:
        return Prepared(question, self.seal(question, computed))

    def compute(self, compute: Callable[["Snapshot"], C], save: Callable[[Connection, C], None] | None) -> C:
        computed = compute(self)
        if save is not None:
            self.save(lambda connection: save(connection, computed))
        return computed

    def save(self, write: Callable[[Connection], None]) -> bool:
        """Runs `write` under the person's lock, unless their rows changed since they were loaded.

        Returns whether it ran: what was computed from older rows never replaces what came from newer ones.
        """
        with transaction() as connection:
            lock_person(connection, self.user_id)
            head = read_version(connection, self.user_id, *self.window)
            if head is None or head.version != self.head.version:
                return False
            write(connection)
            return True


def open_snapshot(
    user_id: str,
    day: date | None,
    lookback_days: int,
    now: datetime,
    key: Callable[[date], str] | None = None,
) -> Snapshot:
    """Raises NotFound for an unknown user, InvalidInput for a future day, Unavailable without PostgreSQL.

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
    if notes_place(head.profile, now):
        head, rows = load()
    as_of = as_of_in(places_of(head.profile), head.profile, day, now)
    return Snapshot(user_id, head, as_of, lookback_days, window, now, day, _rows=rows)


def notes_place(profile: Profile, now: datetime) -> bool:
    """Note the zone of a profile where it is not the last one on record, and say whether it was not."""
    timezone = profile.timezone
    if timezone is None or not resolve_zone(timezone)[1]:
        return False
    if profile.zones and profile.zones[-1][1] == timezone:
        return False
    with transaction() as connection:
        learn_timezone(connection, profile.user_id, timezone, now.replace(tzinfo=None))
    return True


def load_snapshot(user_id: str, lookback_days: int, now: datetime, narrower: Sequence[int] = ()) -> Snapshot:
    """A snapshot as of now, its rows loaded in the same statement as its head. Raises like `open_snapshot`.

    It can be `narrowed` to the lookbacks of `narrower`. Its series begins no earlier than the person's rows
    do, for days without rows change nothing.
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
    if notes_place(heads[0].profile, now):
        heads, rows = load()
    as_of = as_of_in(places_of(heads[0].profile), heads[0].profile, None, now)
    reach = max((as_of.date - first_day(rows, as_of.date)).days + LABEL_MARGIN_DAYS, LOOKBACK_DAYS_MIN)
    return Snapshot(
        user_id=user_id,
        head=heads[0],
        as_of=as_of,
        lookback_days=lookback_days,
        window=window,
        now=now,
        first=as_of.date - timedelta(days=reach),
        _rows=rows,
        _heads=dict(zip(narrower, heads[1:], strict=True)),
    )


def absence_of(connection: Connection, user_id: str) -> NutriError:
    """Why there is nobody to answer about."""
    if is_deleted(connection, user_id):
        return DeletedByUser("This person had their data deleted, and nothing is computed about them.")
    return NotFound("no such user")


def first_day(rows: PersonRows, otherwise: date) -> date:
    """The UTC date of the person's earliest row."""
    earliest = [
        first
        for instants in (rows.meals.at, rows.readings.at, rows.workouts.started_at)
        if len(instants) and not np.isnat(first := np.fmin.reduce(instants))
    ]
    return min(earliest).astype("datetime64[D]").item() if earliest else otherwise


def fresh_answer(computed: Computed, tag: CacheTag) -> Answer:
    return Answer(computed.model_dump_json().encode(), etag_of(tag))


def etag_of(tag: CacheTag) -> str:
    told = json.dumps([tag.user_id, tag.data_version, tag.date, tag.open, tag.parameters, tag.engine_version])
    return f'W/"{blake2b(told.encode(), digest_size=12).hexdigest()}"'


def stale_answer(user_id: str, keys: Sequence[str], parameters: str, away: Unavailable) -> Answer:
    """The last cached answer to the question under the first of `keys` that has one, marked stale.

    For when PostgreSQL is away. Raises `away` when nothing is known, when something else is missing, or
    when the person was seen to be gone or to have switched the group off.
    """
    if away.code != DATABASE_UNAVAILABLE:
        raise away
    for raw in read_unblocked(user_id, keys):
        sealed = unseal(raw, None)
        if sealed and sealed.tag.user_id == user_id and sealed.tag.parameters == parameters:
            body = json.loads(sealed.body)
            if not isinstance(body, dict):  # another build's
                continue
            body["stale"] = True
            count("nutri_answers_total", group=keys[0].partition(":")[0], origin="stale")
            return Answer(json.dumps(body).encode(), sealed.etag, cached=True, stale=True)
    raise away


def recent_days(day: date | None, now: datetime) -> list[date]:
    """The days an undated question may have been about, latest first: the user's zone is not known."""
    if day is not None:
        return [day]
    today = now.date()
    return [today + timedelta(days=1), today, today - timedelta(days=1)]
