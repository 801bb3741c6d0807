"""AWS schedule expressions, `rate(...)` and `cron(...)`, and when they are due next. Knows no clock.

Syntax: "Schedule types on EventBridge Scheduler", AWS documentation. Its cron has a year, counts week
days from Sunday = 1 and writes steps as `0/15`; the rest is cron's own and cronsim's to read. Its special
characters L, W and # are refused: nothing here needs them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from common.errors import ConfigurationError

RATE_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}
FIELD_ENDS = (59, 23, 31, 12, 7)
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
YEARS = range(1970, 2200)


@dataclass(frozen=True)
class Rate:
    seconds: int

    def next_after(self, instant: datetime) -> datetime:
        """Return the next whole multiple since the epoch, so that a restart does not shift the rhythm."""
        elapsed = int(instant.timestamp())
        return datetime.fromtimestamp(elapsed - elapsed % self.seconds + self.seconds, UTC)


@dataclass(frozen=True)
class Cron:
    """`expression` has cron's own five fields."""

    expression: str
    years: frozenset[int]

    def next_after(self, instant: datetime) -> datetime | None:
        """Return the first due minute after `instant` (aware); None if there is none any more."""
        after = instant.astimezone(UTC)
        while ahead := [year for year in self.years if year >= after.year]:
            after = max(after, datetime(min(ahead), 1, 1, tzinfo=UTC) - timedelta(minutes=1))
            due = next(CronSim(self.expression, after), None)
            if due is None or due.year in self.years:
                return due
            after = due
        return None


def parse_schedule(expression: str) -> Rate | Cron:
    """Raise ConfigurationError on whatever AWS would refuse, and on L, W and #."""
    if match := re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", expression):
        count, unit, plural = int(match[1]), match[2], bool(match[3])
        if count < 1 or plural != (count != 1):
            raise ConfigurationError(f"{expression}: the number and its unit do not agree")
        return Rate(count * RATE_UNITS[unit])
    match = re.fullmatch(r"cron\((.*)\)", expression)
    fields = match[1].upper().split() if match else []
    if len(fields) != 6:
        raise ConfigurationError(f"{expression}: expected rate(value unit) or cron(with six fields)")
    *fields, years = fields
    if [fields[2], fields[4]].count("?") != 1:
        raise ConfigurationError(f"{expression}: exactly one of day-of-month and day-of-week must be ?")
    try:
        cron = Cron(" ".join(map(_read_field, fields, FIELD_ENDS)), _read_years(years))
        CronSim(cron.expression, datetime(2000, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError) as error:
        raise ConfigurationError(f"{expression}: {error}") from None
    return cron


def _read_field(field: str, end: int) -> str:
    if re.search(r"\bL|\dL|\dW|#", field):
        raise ValueError(f"{field} cannot be read")
    stepped = re.sub(r"(^|,)(\w+)/", rf"\g<1>\2-{end}/", field.replace("?", "*"))
    if end != len(WEEKDAYS):
        return stepped
    return re.sub(r"(?<![/\w])\d+", lambda day: WEEKDAYS[range(1, 8).index(int(day[0]))], stepped)


def _read_years(field: str) -> frozenset[int]:
    if field == "*":
        return frozenset(YEARS)
    chosen: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = YEARS.index(int(first))
        end = YEARS.index(int(last)) + 1 if last else len(YEARS) if step else start + 1
        chosen.update(YEARS[start : end : int(step or 1)])
    if not chosen:
        raise ValueError(f"{field} cannot be read")
    return frozenset(chosen)
