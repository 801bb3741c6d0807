"""What every reader makes of a file: readings, meals, workouts and journal entries of one person.

An aware `datetime` is an instant. A naive one is the clock on the person's wall, wherever they were: `join`
takes it as local to the person's zone, so that a night keeps its date on a trip.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

NIGHT_TIME, DAY_TIME = time(7), time(23)
"""Wall clock of a value that has a date and no time: a night's on waking, a day's when it is nearly over."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a "HealthMetric" type."""

    metric: str
    at: datetime
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Meal:
    """`nutrients` by the names of the "Meal" table (kcal, g, mg); absent ones are unknown."""

    at: datetime
    name: str
    kind: str
    nutrients: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Workout:
    """`measures` by the names of the "Activity" table (kcal, bpm, m, steps); its length is told by its
    ends."""

    started_at: datetime
    ended_at: datetime
    kind: str
    intensity: str
    source: str
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal about one local day."""

    day: date
    name: str
    value: float | bool


@dataclass
class Export:
    """What one file says. `kind` is what it was recognised as."""

    kind: str
    readings: list[Reading] = field(default_factory=list)
    meals: list[Meal] = field(default_factory=list)
    workouts: list[Workout] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Why how many rows or columns were not taken."""
    utc_offsets: Counter[int] = field(default_factory=Counter)
    """Minutes east of UTC that the file itself states, and how often."""
    weights_kg: dict[date, float] = field(default_factory=dict)
    dated: list[Reading] = field(default_factory=list)
    """Values of a whole local day, stamped with an aware instant of it."""
    instant_weights: dict[datetime, float] = field(default_factory=dict)
    instant_entries: list[tuple[datetime, Entry]] = field(default_factory=list)
    """Journal entries of an aware instant: amounts of one local day add up."""
    zones: Counter[str] = field(default_factory=Counter)
    """IANA zones that the file itself states."""
    rivals: dict[tuple[str, int, datetime, str, str], float] = field(default_factory=dict)
    """Metric, number of the device, aware quarter of an hour, unit and source -> an increment of a count that
    several devices keep at once: of each local day the largest sum holds."""
    parts: dict[tuple[str, date | datetime, str, str], float] = field(default_factory=dict)
    """Metric, local day or aware hour, unit and source -> a part of the day's total, to be added up."""

    def night(self, metric: str, at: datetime | date, value: float | None, unit: str, source: str) -> None:
        """Add a value of the night that ended then, unless it is not known: None, or a 0 no body has."""
        if value:
            self.readings.append(Reading(metric, _moment(at, NIGHT_TIME), value, unit, source))

    def total(self, metric: str, day: date, value: float | None, unit: str, source: str) -> None:
        """Add a total of a whole day; 0 is kept, for whoever reads it knows whether the device was worn."""
        if value is not None:
            self.readings.append(Reading(metric, _moment(day, DAY_TIME), value, unit, source))

    def add_part(self, metric: str, day: date, value: float, unit: str, source: str) -> None:
        """Add to a day's total that comes in parts."""
        key = (metric, day, unit, source)
        self.parts[key] = self.parts.get(key, 0.0) + value

    def add_increment(self, metric: str, at: datetime, value: float, unit: str, source: str) -> None:
        """Add what was counted around an instant (aware): which day that is, the person's zone will say."""
        # zones lie whole quarters of an hour apart
        quarter = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
        key = (metric, quarter, unit, source)
        self.parts[key] = self.parts.get(key, 0.0) + value

    def days(self) -> list[date]:
        """Return the days anything is said of, in order."""
        found = {reading.at.date() for reading in self.readings} | {meal.at.date() for meal in self.meals}
        found |= {reading.at.date() for reading in self.dated}
        found |= {workout.started_at.date() for workout in self.workouts}
        found |= {at.date() if isinstance(at, datetime) else at for _, at, _, _ in self.parts}
        found |= {quarter.date() for _, _, quarter, _, _ in self.rivals}
        return sorted(found | {entry.day for entry in self.entries})


def _moment(at: datetime | date, clock: time) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, clock)
