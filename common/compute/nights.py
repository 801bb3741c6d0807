"""When a person's night is over for the nightly recompute. Reads no clock: instants are arguments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from common.compute.calendar import day_bounds_utc, local_date_of

AFTER_MIDNIGHT = timedelta(hours=3)
"""Elapsed time, not wall clock: each local day has exactly one such moment, whatever the clocks do."""


@dataclass(frozen=True, slots=True)
class Night:
    """The local day that has just begun, and the instant (naive UTC) it is recomputed as of.

    The instant follows from the zone and the day alone, so that a run repeated later computes the same.
    """

    day: date
    instant: datetime


def night_of(zone: ZoneInfo, day: date) -> Night:
    """The night before `day`; where the zone skipped that date, the one before the next."""
    instant = day_bounds_utc(zone, day)[0] + AFTER_MIDNIGHT
    return Night(local_date_of(instant, zone), instant)


def last_night(zone: ZoneInfo, now: datetime) -> Night:
    """The latest night that is over at `now` (naive means UTC)."""
    now = now if now.tzinfo is None else now.astimezone(UTC).replace(tzinfo=None)
    night = night_of(zone, local_date_of(now, zone))
    if night.instant > now:
        night = night_of(zone, local_date_of(night.instant - 2 * AFTER_MIDNIGHT, zone))
    return night
