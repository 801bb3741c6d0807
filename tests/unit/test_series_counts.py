"""Counts of a day, whatever a source sends: running totals, increments, corrections, date stamps."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.rows import PersonRows, Profile, Readings
from tests.people import readings_of

FIRST, LAST = date(2025, 11, 1), date(2025, 11, 30)
BY_HOUR = [
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    300,
    900,
    1200,
    400,
    500,
    900,
    600,
    400,
    500,
    600,
    1500,
    1200,
    400,
    200,
    100,
    0,
    0,
]
TOTAL = sum(BY_HOUR)

Row = tuple[str, str, float, str, str]


def series_of(rows: list[Row], zone: str = "UTC", written: list[str] | None = None) -> DailySeries:
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone(zone)[0], LAST)[1], open=False)
    read = readings_of(*rows)
    if written:
        read = Readings(
            read.at, read.metric, read.value, read.unit, read.source, np.array(written, "datetime64[ms]")
        )
    return build_series(PersonRows(Profile("p", zone), readings=read), FIRST, LAST, as_of)


def at(day: int, hour: float, zone: str = "UTC") -> str:
    """The UTC instant of a local hour of November."""
    local = datetime(2025, 11, day, tzinfo=ZoneInfo(zone)) + timedelta(hours=hour)  # wall-clock hours
    return str(local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None))


def steps(day: int, hour: float, value: float, source: str = "garmin", zone: str = "UTC") -> Row:
    return at(day, hour, zone), "STEPS", value, "steps", source


def of_day(series: DailySeries, day: int, channel: str = "steps") -> float:
    return float(series[channel][day - 1])


@pytest.mark.parametrize(
    ("kind", "every"),
    [*(("running", n) for n in (1, 2, 3, 4, 6, 8)), *(("increments", n) for n in (1, 2, 3))],
)
@pytest.mark.parametrize(
    "zone",
    ["America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "America/Halifax", "America/Denver",
     "Pacific/Honolulu", "Europe/Berlin", "Asia/Tokyo", "Asia/Kolkata", "UTC"],
)  # fmt: skip
def test_what_is_sent_on_the_hour_is_no_date_stamp_in_any_zone(zone: str, kind: str, every: int) -> None:
    rng = np.random.default_rng(every)
    rows, totals = [], {}
    for day in range(2, 20):
        hourly = (np.array(BY_HOUR) * rng.uniform(0.3, 1.7, 24)).round()
        for hour in range(every, 24, every):
            value = hourly[:hour].sum() if kind == "running" else hourly[hour - every : hour].sum()
            rows.append(steps(day, hour, float(value), zone=zone))
        totals[day] = hourly[: max(range(every, 24, every))].sum()
    found = [of_day(series_of(rows, zone), day) for day in (4, 12, 18)]
    assert found == pytest.approx([totals[4], totals[12], totals[18]])


@given(zone=st.sampled_from(sorted(available_timezones())), every=st.integers(1, 4), seed=st.integers(0, 50))
@settings(max_examples=25)
def test_running_totals_on_the_hour_give_the_days_total_in_every_zone(
    zone: str, every: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows, totals = [], []
    for day in range(2, 22):
        hourly = (np.array(BY_HOUR) * rng.uniform(0.5, 1.5)).round()
        hours = range(every, 24, every)
        rows += [steps(day, hour, float(hourly[:hour].sum()), zone=zone) for hour in hours]
        totals.append(hourly[: max(hours)].sum())
    rng.shuffle(rows)
    assert series_of(rows, zone)["steps"][3:21] == pytest.approx(totals[2:])


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Los_Angeles", "Europe/Berlin", "UTC", "Asia/Tokyo"]
)
def test_a_dates_total_and_an_evening_sync_do_not_add_up(zone: str) -> None:
    rng = np.random.default_rng(1)
    totals = rng.integers(5_000, 14_000, 30)
    rows = []
    for day in range(1, 25):
        rows.append((f"2025-11-{day:02}", "STEPS", float(totals[day]), "steps", "garmin"))
        rows.append(steps(day, 21, float(totals[day] - 200), zone=zone))
    series = series_of(rows, zone)
    assert series["steps"][5:23].tolist() == totals[6:24].tolist()


def test_a_dates_total_beside_hourly_increments_of_the_same_source_counts_once() -> None:
    rows = []
    for day in range(1, 25):
        rows.append((f"2025-11-{day:02}", "STEPS", float(TOTAL), "steps", "fitbit"))
        rows += [steps(day, h + 0.999, v, "fitbit", "America/New_York") for h, v in enumerate(BY_HOUR) if v]
    assert of_day(series_of(rows, "America/New_York"), 20) == TOTAL


@pytest.mark.parametrize(("first", "then"), [(8000, 7999), (8000, 6100), (8000, 8200), (12_000, 4_000)])
def test_the_last_of_a_days_totals_counts_up_or_down(first: float, then: float) -> None:
    rows = [steps(day, 23.5, 7_200, "fitbit") for day in range(1, 21)]
    rows += [steps(21, 21, first, "fitbit"), steps(21, 23, then, "fitbit")]
    series = series_of(rows)
    assert of_day(series, 21) == then
    assert series.dropped == ({"corrected_count": 1} if then < first else {})


def test_a_correction_on_the_very_first_day_is_a_correction() -> None:
    assert of_day(series_of([steps(3, 21, 8000), steps(3, 23, 7900)]), 3) == 7900


def test_a_source_that_corrects_every_evening_still_sends_totals() -> None:
    rows = [row for day in range(1, 25) for row in (steps(day, 21, 8000), steps(day, 23, 7980))]
    assert set(series_of(rows)["steps"][:24]) == {7980}


def test_an_hour_that_arrives_late_does_not_replace_the_evenings_total() -> None:
    rows = [steps(3, 10, 2_000), steps(3, 15, 5_000), steps(3, 22, 9_000)]
    late = [at(3, 23), at(3, 23.1), at(3, 22)]
    assert of_day(series_of(rows, written=late), 3) == 9_000


def test_a_counter_that_starts_again_within_the_day_loses_nothing() -> None:
    rows = [steps(day, hour, value) for day in range(1, 21) for hour, value in ((9, 2_000), (20, 9_000))]
    assert of_day(series_of([*rows, steps(20, 22, 40)]), 20) == 9_000


def test_a_tick_at_local_midnight_that_closes_the_day_before_makes_no_increments() -> None:
    rows = [
        steps(day, hour, value, zone="Europe/Berlin")
        for day in range(2, 12)
        for hour, value in ((0, 9_700), (6, 300), (12, 3_700), (18, 8_000))
    ]
    assert of_day(series_of(rows, "Europe/Berlin"), 9) == 8_000


def test_flat_increments_add_up_though_none_falls_far() -> None:
    hourly = [80.0, 75.0, 78.0] * 8
    rows: list[Row] = [
        (at(day, hour + 0.5), "TOTAL_CALORIES", value, "kcal", "garmin")
        for day in (1, 2) for hour, value in enumerate(hourly)
    ]  # fmt: skip
    assert of_day(series_of(rows), 2, "total_kcal") == sum(hourly)


@pytest.mark.parametrize(
    ("zone", "source", "right"),
    [
        ("America/New_York", "apple_health", 10),
        ("America/Los_Angeles", "Apple Health", 10),
        ("Europe/Berlin", "apple_health", 10),
        ("Asia/Tokyo", "apple_health", 10),
        ("America/New_York", "fitbit", 11),
    ],
)
def test_apple_healths_totals_of_a_utc_date_come_in_the_last_moment_of_a_local_day(
    zone: str, source: str, right: int
) -> None:
    rows = []
    for day in range(2, 26):
        local = datetime(2025, 11, day, tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        local = local.replace(hour=23, minute=59, second=59, microsecond=999_000)
        stamp = str(local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None))
        rows.append((stamp, "ACTIVE_CALORIES", 500.0 + day, "kcal", source))
    assert of_day(series_of(rows, zone), 10, "active_kcal") == 500 + right


def test_days_without_a_step_or_energy_are_a_device_not_worn() -> None:
    worn = [day not in (17, 18, 19) for day in range(1, 21)]
    rows: list[Row] = []
    for day, on in enumerate(worn, 1):
        for metric, value in (("STEPS", 9_000), ("ACTIVE_CALORIES", 500), ("EXERCISE_MINUTES", 30)):
            rows.append((at(day, 23), metric, value * on, "", "fitbit"))
        rows.append((at(day, 23), "TOTAL_CALORIES", 1_600 + 600 * on, "kcal", "fitbit"))
    series = series_of(rows)
    for channel in ("steps", "active_kcal", "exercise_minutes", "total_kcal"):
        assert np.isfinite(series[channel][:20]).tolist() == worn, channel
    assert series.dropped == {"not_worn": 12}


def test_no_steps_with_energy_spent_is_a_day_without_steps() -> None:
    rows: list[Row] = [steps(3, 23, 0, "fitbit"), (at(3, 23), "ACTIVE_CALORIES", 420.0, "kcal", "fitbit")]
    assert of_day(series_of(rows), 3) == 0


def test_an_unworn_watch_gives_way_to_the_phone() -> None:
    rows = [steps(day, 23, 9_000.0 * (day != 12), "fitbit") for day in range(1, 20)]
    rows += [steps(day, 22, 3_000, "apple_health") for day in range(1, 20)]
    assert of_day(series_of(rows), 12) == 3_000
