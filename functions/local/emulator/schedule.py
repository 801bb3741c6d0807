"""AWS schedule expressions, `rate(...)` and `cron(...)`, and when they are due next. Knows no clock.

Syntax: "Schedule types on EventBridge Scheduler", AWS documentation. Of its special characters L, W and # are
refused: nothing here needs them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from common.errors import ConfigurationError

RATE_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
SEARCH_DAYS = 8 * 366  # a leap day may be eight years away


@dataclass(frozen=True)
class Rate:
    seconds: int

    def next_after(self, instant: datetime) -> datetime:
        """The next whole multiple since the epoch, so that a restart does not shift the rhythm."""
        elapsed = int(instant.timestamp())
        return datetime.fromtimestamp(elapsed - elapsed % self.seconds + self.seconds, UTC)


@dataclass(frozen=True)
class Cron:
    """Allowed values per field; None stands for `?`. Week days count from Sunday = 1."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    years: frozenset[int]

    def next_after(self, instant: datetime) -> datetime | None:
        """The first due minute after `instant` (aware); None if there is none any more."""
        first = instant.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for offset in range(SEARCH_DAYS):
            day = first.replace(hour=0, minute=0) + timedelta(days=offset)
            if not self._falls_on(day):
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    due = day.replace(hour=hour, minute=minute)
                    if due >= first:
                        return due
        return None

    def _falls_on(self, day: datetime) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and (self.days is None or day.day in self.days)
            and (self.weekdays is None or day.isoweekday() % 7 + 1 in self.weekdays)
        )


def parse_schedule(expression: str) -> Rate | Cron:
    """Raises ConfigurationError on whatever AWS would refuse, and on L, W and #."""
    if match := re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", expression):
        count, unit, plural = int(match[1]), match[2], bool(match[3])
        if count < 1 or plural != (count != 1):
            raise ConfigurationError(f"{expression}: the number and its unit do not agree")
        return Rate(count * RATE_UNITS[unit])
    match = re.fullmatch(r"cron\((.*)\)", expression)
    fields = match[1].split() if match else []
    if len(fields) != 6:
        raise ConfigurationError(f"{expression}: expected rate(value unit) or cron(with six fields)")
    minutes, hours, days, months, weekdays, years = fields
    if [days, weekdays].count("?") != 1:
        raise ConfigurationError(f"{expression}: exactly one of day-of-month and day-of-week must be ?")
    try:
        return Cron(
            minutes=_read_field(minutes, 0, 59),
            hours=_read_field(hours, 0, 23),
            days=None if days == "?" else _read_field(days, 1, 31),
            months=_read_field(months, 1, 12, MONTHS),
            weekdays=None if weekdays == "?" else _read_field(weekdays, 1, 7, WEEKDAYS),
            years=_read_field(years, 1970, 2199),
        )
    except ValueError as error:
        raise ConfigurationError(f"{expression}: {error}") from None


def _read_field(text: str, low: int, high: int, names: Iterable[str] = ()) -> frozenset[int]:
    numbers = {name: number for number, name in enumerate(names, start=1)}

    def read_number(word: str) -> int:
        number = numbers.get(word.upper())
        if number is None:
            number = int(word) if word.isascii() and word.isdigit() else low - 1
        if not low <= number <= high:
            raise ValueError(f"{word} is not between {low} and {high}")
        return number

    chosen: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (read_number(word) for word in span.split("-", 1))
        else:
            first = read_number(span)
            last = high if step else first
        if first > last or (step and not step.isdigit()) or step == "0":
            raise ValueError(f"{part} cannot be read")
        chosen.update(range(first, last + 1, int(step or 1)))
    return frozenset(chosen)
