"""Workouts as daily training: zero only where the day was observed, one session once."""

from datetime import date

import numpy as np
import pytest

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.rows import WORKOUT_MEASURES, PersonRows, Profile, Readings
from tests.people import readings_of, workouts_of

FIRST, LAST = date(2025, 3, 1), date(2025, 4, 30)
NAN = float("nan")

Session = tuple[str, str, float, str, str]


def series_of(
    *sessions: Session, readings: Readings | None = None, timezone: str = "UTC", **measures: list[float]
) -> DailySeries:
    workouts = workouts_of(*sessions)
    for name, column in measures.items():
        workouts.measures[:, WORKOUT_MEASURES.index(name)] = column
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone(timezone)[0], LAST)[1], open=False)
    person = PersonRows(Profile("p", timezone), readings=readings or Readings(), workouts=workouts)
    return build_series(person, FIRST, LAST, as_of)


def session(start: str, end: str, minutes: float, intensity: str = "HIGH", source: str = "garmin") -> Session:
    return f"2025-03-{start}", f"2025-03-{end}", minutes, intensity, source


def test_a_day_without_workout_is_zero_only_where_the_day_was_observed() -> None:
    steps = readings_of(("2025-03-03T20:00", "STEPS", 900, "", "garmin"))
    heart = readings_of(("2025-03-03T06:00", "RESTING_HEART_RATE", 50, "", "garmin"))
    ran = session("01T17:00", "01T18:00", 60)
    assert series_of(ran, readings=steps)["workout_minutes"][:3] == pytest.approx([60, NAN, 0], nan_ok=True)
    assert series_of(ran, readings=heart)["workout_minutes"][:3] == pytest.approx([60, NAN, NAN], nan_ok=True)


def test_load_is_minutes_times_intensity() -> None:
    levels = ["LOW", "MODERATE", "HIGH", "MAXIMUM"]
    series = series_of(
        *(
            session(f"01T{8 + 2 * i:02}:00", f"01T{9 + 2 * i:02}:00", 60, level)
            for i, level in enumerate(levels)
        )
    )
    assert series["workout_minutes"][0] == 240
    assert series["training_load"][0] == 600
    assert series["hard_minutes"][0] == 120
    assert series["last_hard_end_hour"][0] == 15


def test_an_intensity_we_do_not_know_leaves_the_load_unknown_and_the_minutes_known() -> None:
    series = series_of(session("01T08:00", "01T09:00", 60, "LUDICROUS"))
    assert series["workout_minutes"][0] == 60
    assert np.isnan(
        [series["training_load"][0], series["hard_minutes"][0], series["last_hard_end_hour"][0]]
    ).all()


def test_a_day_without_hard_session_has_no_hour_of_one() -> None:
    assert np.isnan(series_of(session("01T08:00", "01T09:00", 60, "LOW"))["last_hard_end_hour"]).all()


def test_a_session_belongs_to_the_local_day_it_started_on() -> None:
    series = series_of(
        session("02T06:30", "02T08:30", 120), timezone="America/Los_Angeles"
    )  # 22:30 the day before
    assert series["workout_minutes"][:2] == pytest.approx([120, NAN], nan_ok=True)
    assert series["last_hard_end_hour"][0] == 24.5
    assert series["evening_workout_minutes"][0] == 120


def test_only_minutes_after_six_are_evening_minutes() -> None:
    assert series_of(session("01T17:15", "01T18:45", 90))["evening_workout_minutes"][0] == pytest.approx(45)


@pytest.mark.parametrize(
    ("end", "minutes", "counted"),
    [
        ("01T18:00", 50, 50),  # paused
        ("01T18:00", 3600, 60),  # seconds in a column of minutes
        ("01T18:00", NAN, 60),
        ("01T16:00", 45, 45),  # ended before it started
        ("04T17:00", 45, 45),  # never stopped
        ("01T17:00", 45, 45),
        ("01T16:00", 3600, 60),  # seconds, and no end to tell by
        ("01T16:00", 90_000, NAN),
        ("04T17:00", -3, NAN),
        ("01T18:00", float("inf"), 60),
    ],
)
def test_nonsense_durations_are_bounded(end: str, minutes: float, counted: float) -> None:
    series = series_of(session("01T17:00", end, minutes))
    assert series["workout_minutes"][0] == pytest.approx(counted, nan_ok=True)
    assert series.dropped == ({"workout_duration": 1} if np.isnan(counted) else {})


def test_one_session_from_watch_and_app_counts_once() -> None:
    series = series_of(
        session("01T17:00", "01T18:00", 60, source="garmin"),
        session("01T17:03", "01T18:01", 57, "LOW", source="app"),
        session("01T18:01", "01T18:31", 30, "LOW", source="app"),
    )
    assert series["workout_minutes"][0] == 90
    assert series["training_load"][0] == 210
    assert series.dropped == {"duplicate_workout": 1}


def test_of_two_records_that_start_together_the_fixed_order_of_sources_decides() -> None:
    watch, app = (
        session("01T17:00", "01T18:00", 60, "HIGH", "Garmin"),
        session("01T17:00", "01T18:00", 60, "LOW", "app"),
    )
    for rows in ((watch, app), (app, watch)):
        assert series_of(*rows)["training_load"][0] == 180


def test_a_later_record_of_a_session_never_replaces_an_earlier_one() -> None:
    first, second = (
        session("01T23:50", "02T00:50", 60, source="app"),
        session("02T00:01", "02T00:51", 50, source="oura"),
    )
    assert series_of(first)["workout_minutes"][0] == series_of(first, second)["workout_minutes"][0] == 60


def test_energy_is_known_where_every_session_has_it_and_distance_where_any_has() -> None:
    run, lift = session("01T08:00", "01T09:00", 60), session("01T17:00", "01T18:00", 60)
    series = series_of(run, lift, caloriesBurned=[600, NAN], distance=[10_000, NAN])
    assert np.isnan(series["workout_kcal"][0])
    assert series["workout_distance_m"][0] == 10_000
    assert np.isnan(series_of(lift)["workout_distance_m"][0])
    broken = series_of(run, lift, caloriesBurned=[600, -5], distance=[10_000, 1e9])
    assert broken.dropped == {"workout_caloriesBurned_out_of_bounds": 1, "workout_distance_out_of_bounds": 1}
