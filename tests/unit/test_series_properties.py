"""What holds for every daily series, whatever the rows, zone, sources and gaps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.series.build import TRAILING_DAYS, DailySeries, build_series, closed, complete_only
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_as_of, resolve_zone
from common.compute.series.channels import CHANNEL_OF_METRIC, CHANNELS
from common.compute.series.rows import NUTRIENTS, Meals, PersonRows, Profile, Readings, Workouts
from tests.people import LAST_DAY, joined, make_person, take_readings

ZONES = sorted(available_timezones())
SOURCES = ["oura", "Fitbit", "apple_health", "manual", ""]
METRICS = [*CHANNEL_OF_METRIC, "SOMETHING_NEW"]
UNITS = ["", "bpm", "ms", "min", "hours", "%", "kJ", "s", "F", "lb", "furlongs"]
NUMBERS = st.floats() | st.sampled_from([0.0, 1.0, 255.0, 60.0, 7.5, 0.97, 8000.0, -1.0])

zones = st.sampled_from(ZONES)
instants = (
    st.datetimes(datetime(2025, 4, 1), datetime(2025, 8, 1)).map(lambda moment: np.datetime64(moment, "ms"))  # noqa: DTZ001
) | st.sampled_from(
    [np.datetime64(t, "ms") for t in ("NaT", "20000-01-01", "0001-01-01", "2025-06-01", "2025-06-30")]
)


@st.composite
def rows_of_any_kind(draw: st.DrawFn) -> PersonRows:
    """Rows as a broken backend might hold them."""

    def column(values: st.SearchStrategy[object], length: int) -> list[object]:
        return draw(st.lists(values, min_size=length, max_size=length))

    def at(length: int) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        return np.array(column(instants, length), "datetime64[ms]")

    def text(choices: list[str], length: int) -> list[str]:
        return [str(choice) for choice in column(st.sampled_from(choices), length)]

    meals, readings, workouts = (draw(st.integers(0, n)) for n in (6, 25, 6))
    nutrients = np.full((meals, len(NUTRIENTS)), np.nan)
    nutrients[:, :5] = np.array(column(NUMBERS, meals * 5), float).reshape(meals, 5)
    return PersonRows(
        Profile("p", draw(zones), goal_calories_kcal=draw(st.floats())),
        Meals(at(meals), text(["beer", "soup", ""], meals), text(["breakfast", "?"], meals), nutrients),
        Readings(
            at(readings),
            text(METRICS, readings),
            np.array(column(NUMBERS, readings), float),
            text(UNITS, readings),
            text(SOURCES, readings),
        ),
        Workouts(
            at(workouts),
            at(workouts),
            ["RUNNING"] * workouts,
            text(["LOW", "HIGH", "?"], workouts),
            text(SOURCES, workouts),
            np.array(column(NUMBERS, workouts * 6), float).reshape(workouts, 6),
        ),
    )


def as_of_end(day: date, zone: str | None) -> AsOf:
    return AsOf(day, day_bounds_utc(resolve_zone(zone)[0], day)[1], open=False)


def assert_same(a: DailySeries, b: DailySeries, days: slice = slice(None)) -> None:
    for channel, row, other in zip(CHANNELS, a.values[:, days], b.values[:, days], strict=True):
        assert np.array_equal(row, other, equal_nan=True), channel
    names = [
        [series.source_names[code] if code >= 0 else None for code in series.source_codes[:, days].ravel()]
        for series in (a, b)
    ]
    assert names[0] == names[1]


def after(rows: PersonRows, moment: datetime) -> PersonRows:
    """The rows moved so that none has happened before `moment`, and none is a date stamp."""
    first = np.datetime64(moment, "ms")

    def moved(
        at: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    ) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        later = np.where(at < first, first + np.abs(at - first) % np.timedelta64(2, "D"), at)
        stamped = ~np.isnat(later) & (later == later.astype("datetime64[D]"))
        return np.where(stamped, later + np.timedelta64(1, "ms"), later)

    return PersonRows(
        rows.profile,
        replace(rows.meals, at=moved(rows.meals.at)),
        replace(rows.readings, at=moved(rows.readings.at)),
        replace(rows.workouts, started_at=moved(rows.workouts.started_at)),
    )


@given(rows=rows_of_any_kind(), length=st.integers(1, 60))
@settings(max_examples=60)
def test_no_rows_break_a_series_and_every_value_is_possible_or_unknown(rows: PersonRows, length: int) -> None:
    first = LAST_DAY - timedelta(days=length - 1)
    series = build_series(rows, first, LAST_DAY, as_of_end(LAST_DAY, rows.profile.timezone))
    assert series.values.shape == (len(CHANNELS), length)
    for channel in CHANNELS.values():
        known = series[channel.name][~np.isnan(series[channel.name])]
        assert ((known >= channel.low) & (known <= channel.high)).all(), channel.name
    assert all(count > 0 for count in series.dropped.values())


@given(
    seed=st.integers(0, 50),
    zone=zones,
    noise=rows_of_any_kind(),
    future=rows_of_any_kind(),
    asked=st.none() | st.just(date(2025, 6, 5)),
)
@settings(max_examples=30)
def test_a_future_row_changes_nothing(
    seed: int, zone: str, noise: PersonRows, future: PersonRows, asked: date | None
) -> None:
    rows = joined(make_person(seed, 40, zone, date(2025, 6, 10), sources=("oura", "fitbit")), noise)
    now = datetime(2025, 6, 8, seed % 24, tzinfo=UTC)
    local_zone = resolve_zone(zone)[0]
    as_of = resolve_as_of(local_zone, asked, now)
    first = as_of.date - timedelta(days=35)
    before = build_series(rows, first, as_of.date, as_of)
    future = after(future, as_of.cut_off)
    future_broken = np.isnat(future.readings.at).sum() + np.isnat(future.meals.at).sum()
    future_broken += np.isnat(future.workouts.started_at).sum()
    later = build_series(joined(rows, future), first, as_of.date, as_of)
    assert_same(before, later)
    assert before.sources == later.sources
    assert before.dropped.get("no_time", 0) + future_broken == later.dropped.get("no_time", 0)
    assert before.dropped | {"no_time": 0} == later.dropped | {"no_time": 0}


@given(seed=st.integers(0, 50), zone=zones, noise=rows_of_any_kind(), back=st.integers(1, 40))
@settings(max_examples=30)
def test_a_past_day_is_the_same_seen_on_that_day_and_later(
    seed: int, zone: str, noise: PersonRows, back: int
) -> None:
    rows = joined(make_person(seed, 70, zone, sources=("oura", "fitbit"), worn_share=0.6), noise)
    day, first = LAST_DAY - timedelta(days=back), LAST_DAY - timedelta(days=69)
    then = build_series(rows, first, day, as_of_end(day, zone))
    now = build_series(rows, first, LAST_DAY, as_of_end(LAST_DAY, zone))
    assert_same(then, replace(now, values=now.values[:, :-back], source_codes=now.source_codes[:, :-back]))


@given(seed=st.integers(0, 50), zone=zones, noise=rows_of_any_kind(), length=st.integers(1, 30))
@settings(max_examples=30)
def test_a_day_is_the_same_in_a_short_and_a_long_series(
    seed: int, zone: str, noise: PersonRows, length: int
) -> None:
    rows = joined(make_person(seed, 90, zone, sources=("oura", "fitbit"), worn_share=0.6), noise)
    as_of = as_of_end(LAST_DAY, zone)
    long = build_series(rows, LAST_DAY - timedelta(days=89), LAST_DAY, as_of)
    short = build_series(rows, LAST_DAY - timedelta(days=TRAILING_DAYS + length - 1), LAST_DAY, as_of)
    assert_same(
        replace(long, values=long.values[:, -length:], source_codes=long.source_codes[:, -length:]),
        replace(short, values=short.values[:, -length:], source_codes=short.source_codes[:, -length:]),
    )


@given(seed=st.integers(0, 50), zone=zones, order=st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_rows_does_not_matter(seed: int, zone: str, order: object) -> None:
    rows = make_person(seed, 40, zone, sources=("oura", "fitbit"))
    rng = np.random.default_rng(seed)
    meals, readings, workouts = (
        rng.permutation(len(at)) for at in (rows.meals.at, rows.readings.at, rows.workouts.started_at)
    )
    shuffled = PersonRows(
        rows.profile,
        Meals(
            rows.meals.at[meals],
            [rows.meals.name[i] for i in meals],
            [rows.meals.meal_type[i] for i in meals],
            rows.meals.nutrients[meals],
        ),
        take_readings(rows.readings, readings),
        Workouts(
            rows.workouts.started_at[workouts],
            rows.workouts.ended_at[workouts],
            [rows.workouts.kind[i] for i in workouts],
            [rows.workouts.intensity[i] for i in workouts],
            [rows.workouts.source[i] for i in workouts],
            rows.workouts.measures[workouts],
        ),
    )
    first, as_of = LAST_DAY - timedelta(days=39), as_of_end(LAST_DAY, zone)
    a, b = (build_series(person, first, LAST_DAY, as_of) for person in (rows, shuffled))
    np.testing.assert_allclose(a.values, b.values, rtol=1e-12)
    assert a.dropped == b.dropped


@given(seed=st.integers(0, 50), zone=zones)
@settings(max_examples=20)
def test_a_row_counts_for_no_day_further_than_two_from_its_utc_date(seed: int, zone: str) -> None:
    """So whoever loads rows for some days, without knowing the zone, needs two more on either side."""
    rows = make_person(seed, 60, zone)
    first, as_of = LAST_DAY - timedelta(days=20), as_of_end(LAST_DAY, zone)
    read = rows.readings
    start = np.datetime64(first - timedelta(days=2), "ms")
    inside = np.flatnonzero(
        (read.at >= start) & (read.at < np.datetime64(LAST_DAY + timedelta(days=2), "ms"))
    )
    loaded = replace(rows, readings=take_readings(read, inside))
    assert_same(build_series(rows, first, LAST_DAY, as_of), build_series(loaded, first, LAST_DAY, as_of))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Apia", "America/St_Johns", None])
def test_a_regular_person_is_read_back_as_made(zone: str | None) -> None:
    rows = make_person(3, 400, zone, logged_share=1, worn_share=1)
    series = build_series(rows, LAST_DAY - timedelta(days=399), LAST_DAY, as_of_end(LAST_DAY, zone))
    heart = [i for i, metric in enumerate(rows.readings.metric) if metric == "RESTING_HEART_RATE"]
    assert series["rhr_bpm"].tolist() == rows.readings.value[heart].tolist()
    assert series["meal_count"].tolist() == (4 + (series["alcohol_drinks"] > 0)).tolist()
    assert series.sources["rhr_bpm"] == ("oura",)
    assert series["energy_kcal"].sum() == pytest.approx(rows.meals.nutrients[:, 0].sum())


def test_a_skipped_date_stays_in_the_series_as_an_unknown_day() -> None:
    rows = make_person(1, 10, "Pacific/Apia", date(2012, 1, 3), logged_share=1, worn_share=1)
    last = date(2012, 1, 3)
    series = build_series(rows, date(2011, 12, 25), last, as_of_end(last, "Pacific/Apia"))
    skipped = int(np.flatnonzero(series.days == np.datetime64("2011-12-30"))[0])
    assert np.isnan(series.values[:, skipped]).all()
    assert not np.isnan(series["rhr_bpm"][skipped + 1])


def test_days_after_the_as_of_day_are_unknown() -> None:
    rows = make_person(1, 20, "UTC")
    past = LAST_DAY - timedelta(days=5)
    series = build_series(rows, LAST_DAY - timedelta(days=19), LAST_DAY, as_of_end(past, "UTC"))
    assert np.isnan(series.values[:, -5:]).all()
    assert not np.isnan(series["rhr_bpm"][:-5]).all()
    assert series.open_day is None
    assert closed(series) is series


def test_what_happens_later_on_the_open_day_does_not_count_yet() -> None:
    rows = make_person(1, 3, "UTC", logged_share=1, worn_share=1, workout_share=1, alcohol_share=0)
    noon = AsOf(LAST_DAY, datetime(2025, 6, 30, 12), open=True)  # noqa: DTZ001
    series = build_series(rows, LAST_DAY - timedelta(days=2), LAST_DAY, noon)
    assert series["meal_count"].tolist() == [4, 4, 1]
    assert series["workout_minutes"][:2].all()
    assert np.isnan(series["workout_minutes"][2])
    assert np.isnan(series["steps"][2])
    assert not np.isnan(series["rhr_bpm"][2])


def test_a_series_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first"):
        build_series(make_person(1, 2), LAST_DAY, LAST_DAY - timedelta(days=1), as_of_end(LAST_DAY, None))


def test_complete_only_keeps_what_does_not_depend_on_a_complete_log() -> None:
    rows = make_person(2, 60, logged_share=0.5)
    series = build_series(rows, LAST_DAY - timedelta(days=59), LAST_DAY, as_of_end(LAST_DAY, "Europe/Berlin"))
    masked = complete_only(series)
    for kept in ("rhr_bpm", "steps", "training_load", "food_log_complete", "alcohol_drinks"):
        assert np.array_equal(masked[kept], series[kept], equal_nan=True)
    assert np.array_equal(np.isnan(masked["energy_kcal"]), series["food_log_complete"] != 1)
    with pytest.raises(KeyError):
        series["rhr"]
