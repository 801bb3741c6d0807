from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.series.calendar import (
    day_bounds_utc,
    day_starts,
    following_days,
    local_date_of,
    local_days,
    resolve_as_of,
    resolve_zone,
)
from common.errors import InvalidInput

ZONES = sorted(available_timezones())
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001


def hours_of(zone: str, day: date) -> float:
    start, end = day_bounds_utc(ZoneInfo(zone), day)
    return (end - start) / timedelta(hours=1)


@pytest.mark.parametrize("first", ["1969-06-01", "1993-01-01", "2011-07-01"])
def test_days_partition_time_in_every_zone(first: str) -> None:
    """Each day ends where the next begins, and every instant lies within the day it is given."""
    days = np.datetime64(first, "D") + np.arange(370)
    probes = np.datetime64(first, "ms") + np.arange(9, 2900) * np.timedelta64(3 * 3_540_000, "ms")
    for name in ZONES:
        zone = ZoneInfo(name)
        starts = day_starts(days, zone)
        assert (np.diff(starts) >= np.timedelta64(0, "ms")).all(), name
        found, _ = local_days(probes, zone)
        position = (found - days[0]).astype(int)
        assert (starts[position] <= probes).all(), name
        assert (probes < starts[position + 1]).all(), name


@given(zone=zones, instant=instants)
@settings(max_examples=120)
def test_local_days_agree_with_zoneinfo(zone: ZoneInfo, instant: datetime) -> None:
    instant = instant.replace(microsecond=0)
    there = instant.replace(tzinfo=UTC).astimezone(zone)
    days, hours = local_days(np.array([instant], "datetime64[ms]"), zone)
    assert hours[0] == pytest.approx(there.hour + there.minute / 60 + there.second / 3600)
    found: date = days[0].item()
    if found != there.date():  # only where clocks go back over midnight within the next day
        ahead = (instant + timedelta(days=1)).replace(tzinfo=UTC).astimezone(zone)
        assert ahead.utcoffset() != there.utcoffset()
        assert found == there.date() - timedelta(days=1)


@given(zone=zones, day=st.dates(date(1900, 1, 3), date(2099, 12, 30)))
@settings(max_examples=120)
def test_the_first_and_last_moment_of_a_day_belong_to_it(zone: ZoneInfo, day: date) -> None:
    start, end = day_bounds_utc(zone, day)
    assert day_bounds_utc(zone, day + timedelta(days=1))[0] == end
    if start == end:
        return
    assert local_date_of(start, zone) == day
    assert local_date_of(end - timedelta(milliseconds=1), zone) == day
    assert local_date_of(start - timedelta(milliseconds=1), zone) < day


def test_days_with_a_clock_change_have_23_or_25_hours() -> None:
    assert hours_of("Europe/Berlin", date(2025, 3, 30)) == 23
    assert hours_of("Europe/Berlin", date(2025, 10, 26)) == 25
    assert hours_of("America/Sao_Paulo", date(2018, 11, 4)) == 23  # the day begins at 01:00
    assert hours_of("America/Sao_Paulo", date(2018, 2, 17)) == 25  # 24:00 becomes 23:00
    assert hours_of("America/Havana", date(2024, 11, 3)) == 25  # 00:00 to 01:00 happens twice


def test_lord_howe_shifts_by_half_an_hour() -> None:
    assert hours_of("Australia/Lord_Howe", date(2025, 4, 6)) == 24.5
    assert hours_of("Australia/Lord_Howe", date(2025, 10, 5)) == 23.5


def test_a_summer_time_of_one_week_is_seen() -> None:
    assert hours_of("America/Boa_Vista", date(2000, 10, 8)) == 23
    assert hours_of("America/Boa_Vista", date(2000, 10, 14)) == 25


@pytest.mark.parametrize(
    ("zone", "skipped"),
    [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))],
)
def test_a_skipped_date_is_an_empty_day_and_no_instant_falls_on_it(zone: str, skipped: date) -> None:
    start, end = day_bounds_utc(ZoneInfo(zone), skipped)
    assert start == end
    before, after = (local_date_of(start + timedelta(seconds=s), ZoneInfo(zone)) for s in (-1, 1))
    assert (before, after) == (skipped - timedelta(days=1), skipped + timedelta(days=1))
    days = following_days(np.array([before], "datetime64[D]"), ZoneInfo(zone))
    assert days[0].item() == after


def test_a_clock_set_back_over_midnight_does_not_reopen_yesterday() -> None:
    zone = ZoneInfo("America/St_Johns")  # 00:01 on the 29th became 23:01 on the 28th
    minutes = np.datetime64("2006-10-29T01:30", "ms") + np.arange(180) * np.timedelta64(60_000, "ms")
    days, _ = local_days(minutes, zone)
    assert (np.diff(days) >= np.timedelta64(0, "D")).all()
    assert hours_of("America/St_Johns", date(2006, 10, 28)) == 25


@pytest.mark.parametrize(
    "name", [None, "", "Europe", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "a\0b", "UTC+2", "é" * 300]
)
def test_an_unknown_zone_is_utc_and_says_so(name: str | None) -> None:
    zone, known = resolve_zone(name)
    assert (zone.key, known) == ("UTC", False)
    assert resolve_zone("Asia/Kathmandu") == (ZoneInfo("Asia/Kathmandu"), True)


def test_impossible_instants_have_no_local_day() -> None:
    broken = np.array(["NaT", "20000-01-01", "0001-01-01", "2025-06-01T12:00"], "datetime64[ms]")
    days, hours = local_days(broken, ZoneInfo("Asia/Tokyo"))
    assert np.isnat(days).tolist() == [True, True, True, False]
    assert np.isnan(hours).tolist() == [True, True, True, False]
    assert local_days(broken[:0], ZoneInfo("Asia/Tokyo"))[0].size == 0


def test_today_is_the_persons_and_ends_now() -> None:
    now = datetime(2025, 6, 1, 5, 30, tzinfo=UTC)
    as_of = resolve_as_of(ZoneInfo("America/Los_Angeles"), None, now)
    assert (as_of.date, as_of.open, as_of.cut_off) == (date(2025, 5, 31), True, now.replace(tzinfo=None))
    assert resolve_as_of(ZoneInfo("America/Los_Angeles"), date(2025, 5, 31), now) == as_of


def test_a_past_day_closes_at_its_local_end() -> None:
    as_of = resolve_as_of(ZoneInfo("Europe/Berlin"), date(2025, 3, 30), datetime(2025, 6, 1, tzinfo=UTC))
    assert (as_of.open, as_of.cut_off.isoformat()) == (False, "2025-03-30T22:00:00")


def test_a_day_after_the_persons_today_is_refused_even_if_utc_is_already_there() -> None:
    now = datetime(2025, 6, 1, 5, 30, tzinfo=UTC)
    with pytest.raises(InvalidInput) as refusal:
        resolve_as_of(ZoneInfo("America/Los_Angeles"), date(2025, 6, 1), now)
    assert refusal.value.code == "future_date"
    assert resolve_as_of(ZoneInfo("Pacific/Kiritimati"), date(2025, 6, 1), now).open
    with pytest.raises(InvalidInput):
        resolve_as_of(ZoneInfo("UTC"), date(1, 1, 1), now)
