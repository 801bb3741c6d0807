"""When a person's night is over for the nightly recompute. Reads no clock: instants are arguments."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from common.compute.series.calendar import day_bounds_utc, local_date_of

AFTER_MIDNIGHT = timedelta(hours=3)
"""Elapsed time, not wall clock: each local day has exactly one such moment, whatever the clocks do."""


@dataclass(frozen=True, slots=True)
class Night:
    """The local day that has just begun, and the instant (naive UTC) from which it may be computed."""

    day: date
    instant: datetime


def night_of(zone: ZoneInfo, day: date) -> Night:
    """Return the night before `day`; where the zone skipped that date, the one before the next."""
    instant = day_bounds_utc(zone, day)[0] + AFTER_MIDNIGHT
    return Night(local_date_of(instant, zone), instant)


def last_night(zone: ZoneInfo, now: datetime) -> Night:
    """Return the latest night that is over at `now` (naive UTC)."""
    night = night_of(zone, local_date_of(now, zone))
    if night.instant > now:
        night = night_of(zone, local_date_of(night.instant - 2 * AFTER_MIDNIGHT, zone))
    return night
