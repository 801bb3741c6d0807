"""Nights as they were slept: sessions before labels, one main sleep a day, naps apart."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.rows import PersonRows, Profile
from tests.people import readings_of

FIRST, LAST = date(2025, 11, 1), date(2025, 11, 30)
ZONE = "Europe/Berlin"
NAN = float("nan")
METRICS = {
    "sleep": "SLEEP_DURATION", "rhr": "RESTING_HEART_RATE", "hrv": "HEART_RATE_VARIABILITY_RMSSD",
    "eff": "SLEEP_EFFICIENCY", "deep": "DEEP_SLEEP_DURATION",
}  # fmt: skip
UNITS = {"sleep": "min", "rhr": "bpm", "hrv": "ms", "eff": "%", "deep": "min"}
CHANNEL = {
    "sleep": "sleep_minutes", "rhr": "rhr_bpm", "hrv": "hrv_rmssd_ms", "eff": "sleep_efficiency_pct",
    "deep": "deep_minutes", "nap": "nap_minutes", "periods": "sleep_periods",
}  # fmt: skip

Row = tuple[str, str, float, str, str]


def at(day: int, hour: float, zone: str = ZONE) -> str:
    local = datetime(2025, 11, day, tzinfo=ZoneInfo(zone)) + timedelta(hours=hour)
    return str(local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None))


def sent(day: int, hour: float, source: str = "oura", zone: str = ZONE, **measures: float) -> list[Row]:
    """What a device sends at one instant."""
    return [(at(day, hour, zone), METRICS[n], v, UNITS[n], source) for n, v in measures.items()]


def series_of(rows: list[Row], zone: str = ZONE) -> DailySeries:
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone(zone)[0], LAST)[1], open=False)
    return build_series(PersonRows(Profile("p", zone), readings=readings_of(*rows)), FIRST, LAST, as_of)


def of_day(rows: list[Row], day: int, *names: str, zone: str = ZONE) -> list[float]:
    series = series_of(rows, zone)
    return [float(series[CHANNEL[name]][day - 1]) for name in names]


USUAL = [row for day in range(1, 20) for row in sent(day, 6.67, sleep=430, rhr=57, hrv=48, eff=90, deep=80)]


@pytest.mark.parametrize(
    ("hour", "minutes"), [(13, 32), (11, 70), (14.9, 100), (15.5, 45), (18, 90), (20.5, 60), (16.2, 150)]
)
def test_nothing_of_a_nap_enters_the_night(hour: float, minutes: float) -> None:
    night = sent(20, 6.67, sleep=430, rhr=57, hrv=48, eff=90, deep=80)
    nap = sent(20, hour, sleep=minutes, rhr=92, hrv=22, eff=40, deep=9)
    rows = [*USUAL, *night, *nap]
    assert of_day(rows, 20, "sleep", "rhr", "hrv", "eff", "deep") == [430, 57, 48, 90, 80]
    assert of_day(rows, 20, "nap", "periods") == [minutes, 2]
    assert np.isnan(of_day(rows, 21, "sleep", "rhr", "nap")).all()


@pytest.mark.parametrize(("hour", "minutes"), [(14.17, 45), (13, 120), (16, 170), (10.5, 60)])
def test_a_nap_after_a_night_without_the_ring_is_no_night(hour: float, minutes: float) -> None:
    rows = [*USUAL, *sent(20, hour, sleep=minutes, rhr=80, eff=50)]
    assert of_day(rows, 20, "sleep", "rhr", "eff", "nap") == pytest.approx(
        [NAN, NAN, NAN, minutes], nan_ok=True
    )
    assert np.isnan(of_day(rows, 21, "sleep", "rhr")).all()


def test_a_night_of_few_hours_is_a_night() -> None:
    assert of_day([*USUAL, *sent(20, 5, sleep=150, rhr=61)], 20, "sleep", "rhr", "nap") == [150, 61, 0]


@pytest.mark.parametrize(
    "syncs",
    [
        [(3.03, 186, 97), (7.08, 420, 88)],
        [(1.5, 95, 99), (3.03, 186, 97), (5.0, 300, 92), (7.08, 420, 88)],
        [(7.08, 418, 90), (7.5, 420, 88)],  # sent again, a little longer
        [(7.0, 440, 95), (7.08, 420, 88)],  # corrected downwards
        [(7.08, 420, 95), (9.5, 420, 88)],  # stamped by the sync
    ],
)
def test_what_a_later_sync_sends_again_counts_once(syncs: list[tuple[float, float, float]]) -> None:
    rows = [row for hour, minutes, eff in syncs for row in sent(20, hour, sleep=minutes, eff=eff)]
    assert of_day([*USUAL, *rows], 20, "sleep", "eff", "nap", "periods") == [420, 88, 0, 1]


@pytest.mark.parametrize(
    "fragments",
    [
        [(3.17, 210), (8.0, 208)],
        [(2.0, 120), (4.0, 90), (8.0, 208)],
        [(1.0, 130), (7.5, 288)],
        [(6.5, 380), (7.75, 38)],
    ],
)
def test_fragments_of_a_night_add_up(fragments: list[tuple[float, float]]) -> None:
    rows = [row for hour, minutes in fragments for row in sent(20, hour, sleep=minutes, deep=minutes / 5)]
    total = sum(minutes for _, minutes in fragments)
    found = of_day([*USUAL, *rows], 20, "sleep", "deep", "nap", "periods")
    assert found == pytest.approx([total, total / 5, 0, len(fragments)])


def test_a_fragments_measures_weigh_by_its_minutes() -> None:
    rows = [*sent(20, 6.5, sleep=400, hrv=50, eff=92), *sent(20, 7.75, sleep=40, hrv=28, eff=70)]
    assert of_day(rows, 20, "hrv", "eff") == pytest.approx([48, 90])


def test_a_whole_night_sent_after_its_fragments_replaces_them() -> None:
    rows = [*sent(20, 3.17, sleep=210), *sent(20, 8, sleep=208), *sent(20, 8.05, sleep=418, eff=86)]
    assert of_day([*USUAL, *rows], 20, "sleep", "eff", "periods") == [418, 86, 1]


@pytest.mark.parametrize("wakes", [[14.5, 15.5, 14.0, 16.5, 15.0, 17.5], [15.2] * 6, [13.0, 16.0] * 3])
def test_a_day_sleepers_rows_keep_together(wakes: list[float]) -> None:
    rows = [
        row
        for i, hour in enumerate(wakes)
        for row in sent(10 + i, hour, sleep=420, rhr=55 + i, hrv=40 + i, eff=88)
    ]
    series = series_of(rows)
    days = slice(9, 9 + len(wakes))
    assert series["sleep_minutes"][days].tolist() == [420] * len(wakes)
    assert series["rhr_bpm"][days].tolist() == [55 + i for i in range(len(wakes))]
    assert series["hrv_rmssd_ms"][days].tolist() == [40 + i for i in range(len(wakes))]


def test_a_shift_workers_turn_of_day_loses_no_sleep() -> None:
    wakes = [(10, 6.5), (11, 6.5), (12, 15.5), (13, 15.8), (14, 15.2), (16, 6.5), (17, 6.7)]
    rows = [row for day, hour in wakes for row in sent(day, hour, sleep=400 + day, rhr=50 + day)]
    series = series_of(rows)
    for day, _ in wakes:
        assert series["sleep_minutes"][day - 1] == 400 + day
        assert series["rhr_bpm"][day - 1] == 50 + day


def test_a_source_that_stamps_bedtimes_has_its_fragments_told_by_them() -> None:
    rows = [row for day in range(1, 20) for row in sent(day, 22.5, sleep=430, rhr=50 + day)]
    rows += [*sent(20, 23.0, sleep=200), *sent(21, 3.5, sleep=210, rhr=61)]
    assert of_day(rows, 21, "sleep", "rhr", "periods") == [410, 61, 2]
    assert of_day(rows, 15, "sleep", "rhr") == [430, 64]


def test_nights_without_minutes_asleep_still_prefer_what_was_measured_at_night() -> None:
    rows = [*sent(20, 6.67, rhr=57, hrv=48), *sent(20, 13, rhr=92, hrv=22)]
    assert of_day(rows, 20, "rhr", "hrv") == [57, 48]


def test_a_total_stamped_with_its_date_is_that_dates_sleep() -> None:
    rows: list[Row] = [
        (f"2025-11-{day:02}", METRICS[name], value, UNITS[name], "fitbit")
        for day in range(1, 21) for name, value in (("sleep", 420.0), ("rhr", 58.0))
    ]  # fmt: skip
    assert of_day(rows, 20, "sleep", "rhr", "periods", zone="America/Los_Angeles") == [420, 58, 1]


def test_what_was_left_out_is_told() -> None:
    rows = [
        *sent(20, 3.03, sleep=186, eff=97),
        *sent(20, 7.08, sleep=420, eff=88),
        *sent(20, 13, sleep=30, rhr=90),
    ]
    assert series_of(rows).dropped == {"of_a_nap": 1, "sleep_sent_again": 1}


@given(
    zone=st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "UTC"]),
    night=st.tuples(st.floats(6, 16), st.integers(200, 470), st.floats(0.2, 0.8)),
    shape=st.sampled_from(["once", "partial", "twice", "fragments"]),
    nap=st.booleans(),
    seed=st.integers(0, 99),
)
@settings(max_examples=80)
def test_however_a_night_is_sent_its_minutes_and_heart_rate_are_the_same(
    zone: str, night: tuple[float, int, float], shape: str, nap: bool, seed: int
) -> None:
    """One night that ends at an hour and lasts some minutes, cut somewhere, and perhaps a nap after it."""
    wake, minutes, cut = night
    part = min(max(round(cut * minutes), 31), minutes - 31)
    rows = sent(10, wake, zone=zone, sleep=minutes, rhr=55)
    if shape == "partial":
        rows += sent(10, wake - (minutes - part) / 60, zone=zone, sleep=part, rhr=70)
    elif shape == "twice":
        rows += sent(10, wake + 0.6, zone=zone, sleep=minutes)
    elif shape == "fragments":
        rows = sent(10, wake, zone=zone, sleep=minutes - part, rhr=55)
        rows += sent(10, wake - (minutes - part) / 60 - 0.75, zone=zone, sleep=part, rhr=55)
    if nap:
        rows += sent(10, wake + 3.5, zone=zone, sleep=35, rhr=88)
    rows = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    assert of_day(rows, 10, "sleep", "rhr", "nap", zone=zone) == [minutes, 55, 35 * nap]
