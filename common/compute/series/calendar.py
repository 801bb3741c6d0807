"""Local days: how UTC instants become a person's dates, and the moment an answer is made for.

A local date D runs from the last instant whose wall clock shows an earlier date to the same point of D + 1.
So days partition time in every zone: they have 23 or 25 hours where clocks change, none at all where a zone
skipped the date, and a clock set back over midnight does not reopen yesterday. Reads no clock: now is an
argument. Instants are UTC without zone, as the backend's tables hold them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from common.compute.series.rows import Floats, Instants
from common.errors import InvalidInput, Problem

Days = NDArray[np.datetime64]
"""`datetime64[D]`: local dates."""
Milliseconds = NDArray[np.int64]

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
NIGHT_CUT_HOUR = 15
"""A night's reading taken before this local hour labels its own date, a later one the next."""

_UTC = ZoneInfo("UTC")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - instants are UTC without zone
_EARLIEST, _LATEST = date(1890, 1, 1), date(2200, 1, 1)
"""Instants outside have no local day here: nothing real lies there, only broken rows."""


@lru_cache(maxsize=1024)
def resolve_zone(name: str | None) -> tuple[ZoneInfo, bool]:
    """Return the zone of that IANA name; UTC and False where the name is absent or unknown."""
    try:
        return (ZoneInfo(name), True) if name else (_UTC, False)
    except (KeyError, ValueError, OSError):  # KeyError: not found; OSError: the name of a directory
        return _UTC, False


_EARLIEST_MS, _LATEST_MS = (
    (day - _EPOCH.date()) // timedelta(milliseconds=1) for day in (_EARLIEST, _LATEST)
)


@lru_cache(maxsize=4096)
def _year_offsets(zone: ZoneInfo, year: int) -> tuple[tuple[int, int], ...]:
    """(UTC ms, offset ms) at the start of a year and wherever the offset changes within it.

    No zone has changed twice within two days since standard time began, so a sample every two days finds
    every change, and bisection its second.
    """

    def offset_at(second: int) -> int:
        moment = datetime.fromtimestamp(second, UTC)
        shift = moment.astimezone(zone).utcoffset() or timedelta()
        return shift // timedelta(milliseconds=1)

    start, stop = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    before = offset_at(start)
    found = [(start * 1000, before)]
    for left in range(start, stop, 2 * 86_400):
        low, high = left, min(left + 2 * 86_400, stop)
        after = offset_at(high)
        if after == before:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset_at(middle) == before else (low, middle)
        found.append((high * 1000, after))
        before = after
    return tuple(found)


@lru_cache(maxsize=1024)
def _segments(zone: ZoneInfo, years: tuple[int, ...]) -> tuple[Milliseconds, Milliseconds, Milliseconds]:
    """Return starts and offsets in ms, and the earliest day number that any later segment still shows."""
    table = np.array([entry for year in years for entry in _year_offsets(zone, year)], np.int64)
    starts, offsets = table[:, 0].copy(), table[:, 1].copy()
    first_shown = (starts + offsets) // DAY_MS
    caps = np.append(np.minimum.accumulate(first_shown[::-1])[::-1][1:], np.iinfo(np.int64).max)
    return starts, offsets, caps


def _segments_around(zone: ZoneInfo, first_ms: int, last_ms: int) -> tuple[Milliseconds, ...]:
    first, last = (_EPOCH + timedelta(milliseconds=ms) for ms in (first_ms, last_ms))
    return _segments(zone, tuple(range(first.year - 1, last.year + 2)))


def local_days(instants: Instants, zone: ZoneInfo) -> tuple[Days, Floats]:
    """Local date and wall-clock hour (0 <= hour < 24) of each UTC instant; NaT and NaN where it has none."""
    utc = instants.astype("datetime64[ms]").astype(np.int64)
    days = np.full(utc.shape, np.datetime64("NaT", "D"))
    hours = np.full(utc.shape, np.nan)
    possible = (utc >= _EARLIEST_MS) & (utc < _LATEST_MS)
    everything = bool(possible.all())
    known = utc if everything else utc[possible]
    if not known.size:
        return days, hours
    starts, offsets, caps = _segments_around(zone, int(known.min()), int(known.max()))
    segment = np.maximum(np.searchsorted(starts, known, side="right") - 1, 0)
    local = known + offsets[segment]
    number = local // DAY_MS
    hour = (local - number * DAY_MS) / HOUR_MS
    number = np.minimum(number, caps[segment])
    if everything:
        return number.astype("datetime64[D]"), hour
    days[possible], hours[possible] = number.astype("datetime64[D]"), hour
    return days, hours


def day_starts(days: Days, zone: ZoneInfo) -> Instants:
    """Return the UTC instant at which each local date begins; a skipped date begins where the next one
    does.
    """
    midnight = days.astype("datetime64[D]").astype(np.int64) * DAY_MS
    if not midnight.size:
        return midnight.astype("datetime64[ms]")
    starts, offsets, _ = _segments_around(zone, int(midnight.min()), int(midnight.max()))
    ends = np.append(starts[1:], np.iinfo(np.int64).max)
    wanted = midnight[:, None] - offsets
    shown_before = np.where(wanted > starts, np.minimum(ends, wanted), np.iinfo(np.int64).min)
    begins: Instants = shown_before.max(axis=1).astype("datetime64[ms]")
    return begins


def following_days(days: Days, zone: ZoneInfo) -> Days:
    """Return the next date that exists after each: the day after, or the one after that where the zone
    skips it.
    """
    following = days + np.timedelta64(1, "D")
    skipped = day_starts(following, zone) == day_starts(following + np.timedelta64(1, "D"), zone)
    existing: Days = following + skipped.astype("timedelta64[D]")
    return existing


def local_date_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the local date of one instant (naive means UTC)."""
    days, _ = local_days(np.array([_naive_utc(instant)], "datetime64[ms]"), zone)
    found: date = days[0].item()
    return found


def day_bounds_utc(zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """[start, end) of a local date as naive UTC; equal where the zone skipped that date."""
    start, end = day_starts(np.array([day, day + timedelta(days=1)], "datetime64[D]"), zone)
    return start.item(), end.item()


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day an answer is made for, and the instant (naive UTC) before which rows may be used."""

    date: date
    cut_off: datetime
    open: bool
    """True while that local day is not over."""


def resolve_as_of(zone: ZoneInfo, day: date | None, now: datetime) -> AsOf:
    """Return when the day's knowledge ends: a past day's at its end, today's now.

    Raises InvalidInput for a day yet to come.
    """
    now = _naive_utc(now)
    today = local_date_of(now, zone)
    if day is None or day == today:
        return AsOf(today, now, open=True)
    if day > today:
        raise InvalidInput(
            "The date is after the person's today.",
            [Problem("/date", "future_date", "must not be after the person's local today")],
            code="future_date",
        )
    if day < _EARLIEST:
        raise InvalidInput(
            "The date is too early.",
            [Problem("/date", "date_too_early", f"must not be before {_EARLIEST}")],
            code="date_too_early",
        )
    return AsOf(day, day_bounds_utc(zone, day)[1], open=False)


def _naive_utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)
