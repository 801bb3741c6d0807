"""What one run of the night is about, and whose turn it is in it. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from common.compute.series.calendar import resolve_zone
from common.services.due import Night, last_night, night_of
from common.store.nights import DueUser

UNTIL_MORNING = timedelta(hours=3)
"""From the end of a night, three hours after midnight, to six in the morning."""
PERIOD = timedelta(hours=1)
"""How often a run is launched."""


@dataclass(frozen=True, slots=True)
class Run:
    """The hour it was scheduled for (naive UTC), and the one day it is about; None: whichever is due.

    Both come from whoever launches it, never from a clock: launched twice, it is the same run.
    """

    hour: datetime
    day: date | None = None

    def night_of(self, due_user: DueUser) -> Night | None:
        """Return the night this run computes for the person; None where it is not their lease.

        It is once their local midnight has passed by three hours, until their day is computed: a run that
        was missed is made up for by the next. Within its own hour a run repeated looks again.
        """
        zone, _ = resolve_zone(due_user.timezone)
        if self.day is not None:
            night = night_of(zone, self.day)
            return night if night.instant <= self.hour else None
        night = last_night(zone, self.hour)
        done = due_user.mark is not None and due_user.mark.day >= night.day
        if done and self.hour - night.instant >= PERIOD:
            return None
        return Night(night.day, self.hour)

    def is_behind(self, due_user: DueUser) -> bool:
        """Whether the person's morning came without this night: it was over hours before the run's hour."""
        if self.day is not None:
            return False
        zone, _ = resolve_zone(due_user.timezone)
        return self.hour - last_night(zone, self.hour).instant >= UNTIL_MORNING


def run_at(scheduled: datetime, day: date | None = None) -> Run:
    """Return the run of the hour an aware instant lies in."""
    hour = scheduled.astimezone(UTC).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    return Run(hour, day)
