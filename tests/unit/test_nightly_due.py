"""When a night is over: once for every local day, whatever the clocks do."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from common.services.due import last_night, night_of

HOUR = timedelta(hours=1)


def hours(first: date, days: int) -> list[datetime]:
    start = datetime.combine(first, datetime.min.time())
    return [start + n * HOUR for n in range(24 * days)]


@pytest.mark.parametrize(
    ("name", "first", "skipped"),
    [
        ("America/New_York", date(2025, 3, 6), set()),
        ("America/New_York", date(2025, 10, 30), set()),
        ("Australia/Lord_Howe", date(2025, 4, 3), set()),
        ("Asia/Kathmandu", date(2025, 6, 1), set()),
        ("America/Havana", date(2025, 3, 7), set()),  # clocks change at midnight
        ("Pacific/Apia", date(2011, 12, 27), {date(2011, 12, 30)}),
    ],
)
def test_an_hourly_run_meets_each_local_day_exactly_once(name: str, first: date, skipped: set[date]) -> None:
    zone = ZoneInfo(name)
    met: Counter[date] = Counter()
    for hour in hours(first, 8):
        night = last_night(zone, hour)
        if hour - night.instant < HOUR:
            met[night.day] += 1
    days = {first + timedelta(days=n) for n in range(1, 7)} - skipped
    assert {day: met[day] for day in days} == dict.fromkeys(days, 1)
    assert not skipped & set(met)


def test_the_latest_night_is_over_and_less_than_a_long_day_ago_in_every_zone() -> None:
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for now in hours(date(2025, 3, 29), 2)[::13]:
            night = last_night(zone, now)
            assert timedelta(0) <= now - night.instant < timedelta(hours=26), name
            assert night_of(zone, night.day) == night, name


def test_a_night_begins_at_three_and_lasts_until_the_next() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert last_night(zone, datetime(2025, 6, 2, 1)) == last_night(zone, datetime(2025, 6, 2, 20))  # noqa: DTZ001
    assert last_night(zone, datetime(2025, 6, 2, 0, 59)).day == date(2025, 6, 1)  # noqa: DTZ001
