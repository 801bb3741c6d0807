"""Zones lived in: past days stay, days of travel are marked."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.features import build_features
from common.compute.series.build import DailySeries, build_series
from common.compute.series.places import as_of_in, places_of
from common.compute.series.rows import PersonRows, Profile
from tests.people import LAST_DAY, make_person

MOVED = datetime(2025, 6, 20, 15)  # noqa: DTZ001 - instants are UTC without zone
ALWAYS = datetime(1970, 1, 1)  # noqa: DTZ001
FIRST = LAST_DAY - timedelta(days=60)


def series_of(rows: PersonRows, profile: Profile, day: date = LAST_DAY) -> DailySeries:
    now = datetime(2025, 7, 3)  # noqa: DTZ001
    as_of = as_of_in(places_of(profile), profile, day, now)
    return build_series(PersonRows(profile, rows.meals, rows.readings, rows.workouts), FIRST, day, as_of)


def moved(before: str, after: str) -> Profile:
    return Profile("p", after, zones=((ALWAYS, before), (MOVED, after)))


@pytest.mark.parametrize("after", ["Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland", "America/New_York"])
def test_a_journey_moves_no_past_day(after: str) -> None:
    rows = make_person(4, 60, "America/Los_Angeles", logged_share=1, worn_share=1)
    stayed = series_of(rows, Profile("p", "America/Los_Angeles"))
    travelled = series_of(rows, moved("America/Los_Angeles", after))
    past = stayed.days < np.datetime64("2025-06-19")
    assert np.array_equal(stayed.values[:, past], travelled.values[:, past], equal_nan=True)
    assert not np.array_equal(stayed["last_meal_hour"], travelled["last_meal_hour"], equal_nan=True)


def test_a_day_of_travel_is_marked_and_has_no_meal_times() -> None:
    rows = make_person(4, 60, "America/New_York", logged_share=1, worn_share=1)
    series = series_of(rows, moved("America/New_York", "Europe/Berlin"))
    day = int(np.flatnonzero(series.days == np.datetime64("2025-06-20"))[0])
    assert series.travel_dates.tolist() == [date(2025, 6, 20)]
    assert np.isnan([series["first_meal_hour"][day], series["last_meal_hour"][day]]).all()
    assert np.isfinite(series["energy_kcal"][day])
    marked = build_features(series).only(("travel_day",)).values[0]
    assert marked.tolist() == [float(i == day) for i in range(len(series.days))]


def test_another_name_of_the_same_clock_is_no_journey() -> None:
    rows = make_person(4, 60, "Europe/Berlin", logged_share=1)
    series = series_of(rows, moved("Europe/Berlin", "Europe/Paris"))
    assert not series.travel_dates.size


def test_a_zone_on_record_that_does_not_exist_is_passed_over() -> None:
    places = places_of(Profile("p", "UTC", zones=((ALWAYS, "UTC"), (MOVED, "Mars/Olympus"))))
    assert [str(zone) for zone in places.zones] == ["UTC"]


zones = st.sampled_from(
    ["America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Honolulu"]
)


@given(before=zones, after=zones, back=st.integers(1, 20), seed=st.integers(0, 20))
@settings(max_examples=25)
def test_a_past_day_is_the_same_seen_on_it_and_after_a_journey(
    before: str, after: str, back: int, seed: int
) -> None:
    rows = make_person(seed, 60, before, worn_share=0.8)
    day = date(2025, 6, 19) - timedelta(days=back)
    then = series_of(rows, Profile("p", before), day)
    now = series_of(rows, moved(before, after))
    n = len(then.days)
    assert np.array_equal(then.values[:, :n], now.values[:, :n], equal_nan=True)
