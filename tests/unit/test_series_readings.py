"""Device readings as a daily series: labels, several rows a day, several sources, the cut-off."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from common.compute.series.build import DailySeries, build_series, closed, source_changes
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_as_of, resolve_zone
from common.compute.series.rows import PersonRows, Profile, Readings
from tests.people import readings_of

FIRST, LAST = date(2025, 3, 1), date(2025, 4, 30)


def series_of(readings: Readings, timezone: str | None = "UTC", as_of: AsOf | None = None) -> DailySeries:
    zone, _ = resolve_zone(timezone)
    as_of = as_of or AsOf(LAST, day_bounds_utc(zone, LAST)[1], open=False)
    return build_series(PersonRows(Profile("p", timezone), readings=readings), FIRST, LAST, as_of)


def known(series: DailySeries, channel: str) -> dict[str, float]:
    values = series[channel]
    return {str(series.days[i]): float(values[i]) for i in np.flatnonzero(~np.isnan(values))}


def daily(
    metric: str, source: str, value: float, days: range, unit: str = ""
) -> list[tuple[str, str, float, str, str]]:
    return [(f"{FIRST + timedelta(days=d)}T06:00", metric, value, unit, source) for d in days]


def at_hours(
    metric: str, source: str, values: list[float], day: int
) -> list[tuple[str, str, float, str, str]]:
    stamp = FIRST + timedelta(days=day)
    return [(f"{stamp}T{8 + i:02}:01", metric, v, "", source) for i, v in enumerate(values)]


def test_a_night_reading_before_three_in_the_afternoon_labels_its_day_and_a_later_one_the_next() -> None:
    rows = readings_of(
        ("2025-03-10T18:59:59", "RESTING_HEART_RATE", 50, "bpm", "oura"),  # 14:59:59 in New York
        ("2025-03-12T19:00:00", "RESTING_HEART_RATE", 60, "bpm", "oura"),  # 15:00:00
        ("2025-03-12T19:00:00", "STEPS", 900, "steps", "oura"),
    )
    series = series_of(rows, "America/New_York")
    assert known(series, "rhr_bpm") == {"2025-03-10": 50, "2025-03-13": 60}
    assert known(series, "steps") == {"2025-03-12": 900}


def test_an_evening_reading_before_a_skipped_date_labels_the_day_that_exists() -> None:
    last = date(2012, 1, 3)
    zone, _ = resolve_zone("Pacific/Apia")
    rows = readings_of(("2011-12-30T06:00", "RESTING_HEART_RATE", 50, "bpm", "oura"))  # 20:00 on the 29th
    person = PersonRows(Profile("p", "Pacific/Apia"), readings=rows)
    series = build_series(
        person, date(2011, 12, 25), last, AsOf(last, day_bounds_utc(zone, last)[1], open=False)
    )
    assert known(series, "rhr_bpm") == {"2011-12-31": 50}


@pytest.mark.parametrize("timezone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC", None])
def test_a_row_at_midnight_utc_is_a_date_stamp_whatever_the_zone(timezone: str | None) -> None:
    rows = readings_of(
        ("2025-03-10T00:00:00.000", "STEPS", 7000, "steps", "fitbit"),
        ("2025-03-10T00:00:00.000", "RESTING_HEART_RATE", 55, "bpm", "fitbit"),
    )
    series = series_of(rows, timezone)
    assert known(series, "steps") == {"2025-03-10": 7000}
    assert known(series, "rhr_bpm") == {"2025-03-10": 55}


def test_a_date_stamp_counts_once_its_local_day_has_begun() -> None:
    stamp = readings_of(("2025-04-02T00:00", "RESTING_HEART_RATE", 55, "bpm", "fitbit"))
    kiritimati, _ = resolve_zone("Pacific/Kiritimati")
    morning = resolve_as_of(kiritimati, None, datetime(2025, 4, 1, 18, tzinfo=UTC))  # the 2nd, 08:00
    assert known(series_of(stamp, "Pacific/Kiritimati", morning), "rhr_bpm") == {"2025-04-02": 55}
    honolulu, _ = resolve_zone("Pacific/Honolulu")
    evening = resolve_as_of(honolulu, None, datetime(2025, 4, 2, 3, tzinfo=UTC))  # still the 1st, 17:00
    assert known(series_of(stamp, "Pacific/Honolulu", evening), "rhr_bpm") == {}


def test_an_unknown_zone_gives_utc_days_and_says_so() -> None:
    rows = readings_of(("2025-03-10T23:30", "STEPS", 10, "", "fitbit"))
    series = series_of(rows, "Mars/Olympus")
    assert not series.zone_known
    assert known(series, "steps") == {"2025-03-10": 10}


def test_the_open_day_is_partial_but_its_night_is_known() -> None:
    rows = readings_of(
        ("2025-04-02T06:00", "RESTING_HEART_RATE", 55, "bpm", "oura"),
        ("2025-04-02T10:00", "STEPS", 2500, "", "oura"),
        ("2025-04-02T15:30", "RESTING_HEART_RATE", 70, "bpm", "oura"),  # belongs to tomorrow
        ("2025-04-02T19:00", "STEPS", 9000, "", "oura"),  # not there yet
    )
    now = resolve_as_of(resolve_zone("UTC")[0], None, datetime(2025, 4, 2, 18, tzinfo=UTC))
    series = series_of(rows, as_of=now)
    assert series.open_day is not None
    assert str(series.days[series.open_day]) == "2025-04-02"
    assert known(series, "steps") == {"2025-04-02": 2500}
    assert known(series, "rhr_bpm") == {"2025-04-02": 55}
    assert known(closed(series), "steps") == {}
    assert known(closed(series), "rhr_bpm") == {"2025-04-02": 55}


def test_running_totals_count_by_their_maximum() -> None:
    rows = [row for day in range(5) for row in at_hours("STEPS", "fitbit", [500, 3000, 3000, 8000], day)]
    assert set(known(series_of(readings_of(*rows)), "steps").values()) == {8000}


def test_hourly_increments_count_by_their_sum_even_on_a_day_they_only_rise() -> None:
    falling, rising = [500.0, 3000.0, 200.0, 800.0], [100.0, 200.0, 300.0, 400.0]
    rows = [row for day in range(4) for row in at_hours("STEPS", "apple_health", falling, day)]
    rows += at_hours("STEPS", "apple_health", rising, 4)
    assert list(known(series_of(readings_of(*rows)), "steps").values()) == [4500] * 4 + [1000]


def test_one_corrected_running_total_does_not_make_a_source_send_increments() -> None:
    rows = [row for day in range(6) for row in at_hours("STEPS", "fitbit", [500, 3000, 8000], day)]
    rows += at_hours("STEPS", "fitbit", [500, 3000, 2900, 8000], 6)
    assert set(known(series_of(readings_of(*rows)), "steps").values()) == {8000}


def test_small_increments_of_a_large_total_are_not_out_of_bounds() -> None:
    hourly = [80.0, 75.0] * 12
    rows = [(f"2025-03-10T{h:02}:30", "TOTAL_CALORIES", v, "kcal", "garmin") for h, v in enumerate(hourly)]
    assert known(series_of(readings_of(*rows)), "total_kcal") == {"2025-03-10": sum(hourly)}


def test_a_night_sent_again_as_it_grows_counts_by_its_longest_and_a_nap_does_not_add() -> None:
    rows = [
        *at_hours("SLEEP_DURATION", "oura", [410, 430], 3),
        ("2025-03-04T15:30", "SLEEP_DURATION", 45.0, "", "oura"),
    ]
    series = series_of(readings_of(*rows))
    assert known(series, "sleep_minutes") == {"2025-03-04": 430}
    assert known(series, "nap_minutes") == {"2025-03-04": 45}


def test_several_measurements_of_a_night_count_by_their_median() -> None:
    rows = at_hours("HEART_RATE_VARIABILITY_RMSSD", "oura", [40, 90, 44], 3)
    assert list(known(series_of(readings_of(*rows)), "hrv_rmssd_ms").values()) == [44]


def test_two_measurements_of_one_instant_are_both_measurements() -> None:
    rows = readings_of(
        ("2025-03-10T06:00", "RESTING_HEART_RATE", 50, "bpm", "oura"),
        ("2025-03-10T06:00", "RESTING_HEART_RATE", 54, "bpm", "Oura"),
    )
    assert known(series_of(rows), "rhr_bpm") == {"2025-03-10": 52}


def test_a_resync_that_doubles_rows_changes_nothing_but_the_count_of_duplicates() -> None:
    once = [row for day in range(5) for row in at_hours("STEPS", "Apple Health", [500, 3000, 200, 800], day)]
    again = [(f"{at}:07", metric, value, unit, "apple_health") for at, metric, value, unit, _ in once]
    clean, doubled = series_of(readings_of(*once)), series_of(readings_of(*once, *again))
    assert np.array_equal(clean.values, doubled.values, equal_nan=True)
    assert doubled.dropped == {"duplicate": len(once)}


def test_the_larger_of_two_counts_of_one_instant_counts_once() -> None:
    rows = [*at_hours("STEPS", "fitbit", [900, 100], 2), *at_hours("STEPS", "Fitbit", [900, 150], 2)]
    assert list(known(series_of(readings_of(*rows)), "steps").values()) == [1050]


def test_one_source_is_chosen_per_day_and_one_missed_night_does_not_swap_devices() -> None:
    rows = [
        *daily("RESTING_HEART_RATE", "garmin", 60, range(30)),
        *(
            row
            for d in range(30)
            if d != 12
            for row in daily("RESTING_HEART_RATE", "oura", 50, range(d, d + 1))
        ),
    ]
    series = series_of(readings_of(*rows))
    chosen = list(known(series, "rhr_bpm").values())
    assert chosen == [60 if d == 12 else 50 for d in range(30)]
    assert series.sources["rhr_bpm"] == ("oura", "garmin")
    assert np.flatnonzero(source_changes(series, "rhr_bpm")).tolist() == [12, 13]
    assert series.dropped == {"other_source": 29}


def test_the_most_used_source_wins_over_one_used_now_and_then() -> None:
    rows = [
        *daily("RESTING_HEART_RATE", "manual", 60, range(30)),
        *(row for d in range(3, 30, 3) for row in daily("RESTING_HEART_RATE", "oura", 50, range(d, d + 1))),
    ]
    assert set(known(series_of(readings_of(*rows)), "rhr_bpm").values()) == {60}


def test_a_new_device_takes_over_once_and_never_rewrites_the_past() -> None:
    old = daily("RESTING_HEART_RATE", "fitbit", 60, range(40))
    new = daily("RESTING_HEART_RATE", "oura", 50, range(15, 40))
    before, after = series_of(readings_of(*old)), series_of(readings_of(*old, *new))
    assert np.array_equal(before["rhr_bpm"][:15], after["rhr_bpm"][:15])
    assert source_changes(after, "rhr_bpm").sum() == 1
    assert not source_changes(before, "rhr_bpm").any()


def test_rmssd_and_sdnn_are_never_mixed() -> None:
    rows = readings_of(
        ("2025-03-10T06:00", "HEART_RATE_VARIABILITY_SDNN", 80, "ms", "apple_health"),
        ("2025-03-11T06:00", "HEART_RATE_VARIABILITY_RMSSD", 40, "ms", "oura"),
    )
    series = series_of(rows)
    assert known(series, "hrv_sdnn_ms") == {"2025-03-10": 80}
    assert known(series, "hrv_rmssd_ms") == {"2025-03-11": 40}


def test_glitches_are_dropped_and_counted_by_reason() -> None:
    rows = readings_of(
        ("2025-03-10T06:00", "HEART_RATE_VARIABILITY_RMSSD", 255, "ms", "oura"),
        ("2025-03-10T06:05", "HEART_RATE_VARIABILITY_RMSSD", 45, "ms", "oura"),
        ("2025-03-11T06:00", "HEART_RATE_VARIABILITY_RMSSD", 255, "ms", "oura"),
        ("2025-03-11T06:00", "RESTING_HEART_RATE", float("nan"), "bpm", "oura"),
        ("2025-03-11T06:01", "RESTING_HEART_RATE", float("inf"), "bpm", "oura"),
        ("2025-03-11T06:02", "AURA_COLOUR", 7, "", "oura"),
        ("NaT", "RESTING_HEART_RATE", 50, "bpm", "oura"),
        ("20000-01-01T06:00", "RESTING_HEART_RATE", 50, "bpm", "oura"),
    )
    series = series_of(rows)
    assert known(series, "hrv_rmssd_ms") == {"2025-03-10": 45}
    assert known(series, "rhr_bpm") == {}
    assert series.dropped == {"not_finite": 2, "no_time": 1, "out_of_bounds": 2, "unknown_metric": 1}


def test_a_day_that_adds_up_to_the_impossible_is_unknown() -> None:
    rows = [(f"2025-03-10T{h:02}:30", "STEPS", v, "", "x") for h, v in enumerate([90_000.0, 40_000.0])]
    series = series_of(readings_of(*rows))
    assert known(series, "steps") == {}
    assert series.dropped == {"day_out_of_bounds": 1}
