"""Dates and times as exports and spreadsheets write them. What could be two days is refused, never guessed.

Raises ValueError wherever a text is no date, with words for whoever owns the file.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone

_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?[Mm]?\.?")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*(?:Z|([+-])(\d{1,2}):?(\d{2})?)", re.IGNORECASE)

Order = str
"""Of the parts of a date, one of ORDERS."""
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")


def find_order(texts: Iterable[str], known: Iterable[Order] = ()) -> Order:
    """Return the order of day, month and year that all of these dates have.

    Where several would do, the one that is `known` from beside them. Raises ValueError where that is not one.
    """
    fits = set(ORDERS)
    seen = 0
    for text in texts:
        if match := _DATE.match(text.strip()):
            seen += 1
            fits = {order for order in fits if _fits(match, order)}
    if not seen:
        raise ValueError("no date was found")
    if not fits:
        raise ValueError("the dates are of no one order of day, month and year")
    if len(fits) > 1:
        fits &= set(known)
    if len(fits) != 1:
        raise ValueError(
            "the dates could be read as day first or month first: save the file with dates as YYYY-MM-DD"
        )
    return fits.pop()


def _fits(match: re.Match[str], order: Order) -> bool:
    parts = dict(zip(order, (match[1], match[3], match[4]), strict=True))
    if len(parts["y"]) == 4:
        year_fits = order.startswith("y") == (len(match[1]) == 4)
    else:
        # 25-06-20, as spreadsheets shorten 2025-06-20
        year_fits = len(parts["y"]) == 2 and len(match[1]) <= 2 and len(match[4]) == 2
        year_fits = year_fits and (order.startswith("y") == (match[2] == "-"))
    return year_fits and 1 <= int(parts["m"]) <= 12 and 1 <= int(parts["d"]) <= 31


def read_date(text: str, order: Order = "ymd") -> date:
    match = _DATE.match(text.strip())
    if match is None:
        raise ValueError(f"{text[:30]!r} is no date")
    if len(match[1]) == 4:
        order = "ymd"  # what a spreadsheet left alone, beside columns that it rewrote
    parts = dict(zip(order, map(int, (match[1], match[3], match[4])), strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    return date(year, parts["m"], parts["d"])


def read_wall_clock(text: str, order: Order = "ymd") -> datetime:
    """Return a date with a time of day, without a zone; a date alone is its midnight."""
    day = read_date(text, order)
    match = _TIME.search(text, _DATE.match(text.strip()).end())  # type: ignore[union-attr]
    if match is None:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the wall clock has no zone
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] in "Pp" else 0)
    return datetime(day.year, day.month, day.day, hour, int(match[2]), int(match[3] or 0))  # noqa: DTZ001


def read_instant(text: str, assumed: timezone | None = None) -> datetime:
    """Return an ISO date and time with its offset, which `assumed` stands in for where it has none."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no date and time") from None
    if at.tzinfo is None:
        if assumed is None:
            raise ValueError(f"{text[:40]!r} has no UTC offset")
        at = at.replace(tzinfo=assumed)
    return at


def read_offset(text: str) -> timedelta:
    """`UTC-05:00`, `+0200`, `UTCZ` or `Z`."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:20]!r} is no UTC offset")
    if match[1] is None:
        return timedelta()
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -size if match[1] == "-" else size


def from_milliseconds(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def wall_clock(at: datetime, offset: timedelta) -> datetime:
    """Return the clock on the wall where the offset holds, of an aware instant."""
    return (at.astimezone(UTC) + offset).replace(tzinfo=None)


def minutes_of(offset: timedelta) -> int:
    return round(offset.total_seconds() / 60)
