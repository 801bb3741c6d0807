"""Where a person's days were lived: the time zone in force at each instant, so that a trip moves no past day.

An instant has the local date and hour of the zone that was in force then. A day ends where the zone in force
at its end says so: a day of travel may be longer or shorter than others, and its hours are of two places.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from common.compute.series.calendar import (
    AsOf,
    Days,
    day_starts,
    following_days,
    local_days,
    resolve_as_of,
    resolve_zone,
)
from common.compute.series.rows import Floats, Instants, Profile

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    zones: tuple[ZoneInfo, ...]
    """In the order they were lived in; the last is the present one."""
    since: Instants
    """(k,) when each came into force; the first always was."""
    known: bool
    """False where the present zone is absent or unknown, and days are UTC days."""

    @property
    def present(self) -> ZoneInfo:
        return self.zones[-1]

    def local_days(self, instants: Instants) -> tuple[Days, Floats]:
        """Local date and hour of each instant, as `calendar.local_days` has them, in the zone of the time."""
        if len(self.zones) == 1:
            return local_days(instants, self.present)
        days, hours = local_days(instants, self.zones[0])
        for zone, since in zip(self.zones[1:], self.since[1:], strict=True):
            later = np.flatnonzero(instants >= since)
            days[later], hours[later] = local_days(instants[later], zone)
        return days, hours

    def following_days(self, days: Days) -> Days:
        """Return the next date that exists after each."""
        return following_days(days, self.present)

    def day_end(self, day: date) -> datetime:
        """Return the instant (naive UTC) at which a local date ends."""
        following = np.array([day], "datetime64[D]") + 1
        for zone, since in zip(self.zones[:0:-1], self.since[:0:-1], strict=True):
            end = day_starts(following, zone)[0]
            if end > since:
                ended: datetime = max(end, since).item()
                return ended
        first: datetime = day_starts(following, self.zones[0])[0].item()
        return first if len(self.zones) == 1 else min(first, self.since[1].item())

    def travel_days(self, days: Days) -> Mask:
        """(n,) True on the dates on which a zone of another clock came into force."""
        travelled = np.zeros(len(days), bool)
        for (before, after), since in zip(pairwise(self.zones), self.since[1:], strict=True):
            instant = np.array([since])
            (day, hour), (old_day, old_hour) = local_days(instant, after), local_days(instant, before)
            if (day, hour) != (old_day, old_hour):
                travelled |= np.isin(days, np.concatenate([day, old_day]))
        return travelled


def places_of(profile: Profile) -> Places:
    """By the zones a profile was seen to have; by its present zone alone where none is on record."""
    zone, known = resolve_zone(profile.timezone)
    lived = [
        (since, found) for since, name in profile.zones for found, there in [resolve_zone(name)] if there
    ]
    if not lived:
        return Places((zone,), np.array(["NaT"], "datetime64[ms]"), known)
    return Places(
        tuple(place for _, place in lived), np.array([since for since, _ in lived], "datetime64[ms]"), known
    )


def as_of_in(places: Places, profile: Profile, day: date | None, now: datetime) -> AsOf:
    """Return the day asked for, by the present zone, and its end in the zone of the time.

    Raises InvalidInput for a day yet to come.
    """
    as_of = resolve_as_of(resolve_zone(profile.timezone)[0], day, now)
    return as_of if as_of.open else AsOf(as_of.date, places.day_end(as_of.date), open=False)
