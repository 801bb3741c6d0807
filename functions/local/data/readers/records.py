"""What every reader makes of a file: readings, meals, workouts and journal entries of one person.

An aware `datetime` is an instant. A naive one is the clock on the person's wall, wherever they were: `join`
takes it as local to the person's zone, so that a night keeps its date on a trip.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from math import isfinite

QUARTER_SECONDS = 900
"""Zones lie whole quarters of an hour apart."""
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


@dataclass
class Points:
    """Values and the seconds since 1970 they are of, in the order they came: sixteen bytes each."""

    seconds: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.seconds)

    def __iter__(self) -> Iterator[tuple[datetime, float]]:
        """Yield aware instants and values."""
        for second, value in zip(self.seconds, self.values, strict=True):
            yield datetime.fromtimestamp(second, UTC), value

    def add(self, at: datetime, value: float) -> None:
        self.seconds.append(int(at.timestamp()))
        self.values.append(value)

    def count(self, at: datetime, amount: float) -> None:
        """Add to what was counted in the quarter of an hour around an instant."""
        second = int(at.timestamp()) // QUARTER_SECONDS * QUARTER_SECONDS
        if self.seconds and self.seconds[-1] == second:
            self.values[-1] += amount
        else:
            self.seconds.append(second)
            self.values.append(amount)


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
    in_night: list[Reading] = field(default_factory=list)
    """Single values of which a night has many: the middle one of each night is its value."""
    rivals: dict[tuple[str, int, str, str], Points] = field(default_factory=dict)
    """Metric, number of the device, unit and source -> what it counted by quarters of an hour. Several
    devices keep the same count at once: of each local day the largest sum holds."""
    parts: dict[tuple[str, date | datetime, str, str], float] = field(default_factory=dict)
    """Metric, local day or aware hour, unit and source -> a part of the day's total, to be added up."""

    def night(self, metric: str, at: datetime | date, value: float | None, unit: str, source: str) -> None:
        """Add a value of the night that ended then, unless it is not known: None, or a 0 no body has."""
        if value and isfinite(float(value)):
            self.readings.append(Reading(metric, _moment(at, NIGHT_TIME), float(value), unit, source))

    def total(self, metric: str, day: date, value: float | None, unit: str, source: str) -> None:
        """Add a total of a whole day; 0 is kept, for whoever reads it knows whether the device was worn."""
        if value is not None and isfinite(float(value)):
            self.readings.append(Reading(metric, _moment(day, DAY_TIME), float(value), unit, source))

    def add_part(self, metric: str, day: date, value: float, unit: str, source: str) -> None:
        """Add to a day's total that comes in parts."""
        key = (metric, day, unit, source)
        self.parts[key] = self.parts.get(key, 0.0) + value

    def add_increment(self, metric: str, at: datetime, value: float, unit: str, source: str) -> None:
        """Add what was counted around an instant (aware): which day that is, the person's zone will say."""
        quarter = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
        key = (metric, quarter, unit, source)
        self.parts[key] = self.parts.get(key, 0.0) + value

    def days(self) -> list[date]:
        """Return the days anything is said of, in order."""
        found = {reading.at.date() for reading in self.readings} | {meal.at.date() for meal in self.meals}
        found |= {reading.at.date() for reading in (*self.dated, *self.in_night)}
        found |= set(self.weights_kg) | {at.date() for at in self.instant_weights}
        found |= {workout.started_at.date() for workout in self.workouts}
        found |= {day for _, day in self.totals()}
        return sorted(found | {entry.day for entry in self.entries})

    def totals(self) -> set[tuple[str, date]]:
        """Return metrics and days (of UTC, where only instants are known) of totals that come in parts."""
        found = {(key[0], key[1].date() if isinstance(key[1], datetime) else key[1]) for key in self.parts}
        return found | {(key[0], at.date()) for key, points in self.rivals.items() for at, _ in points}


def _moment(at: datetime | date, clock: time) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, clock)
