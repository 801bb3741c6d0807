"""Feature values: equal to the obvious reference, of finite memory, and honest about what is unknown."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.features import CATALOGUE, LOOKBACK_DAYS, REASONS, Reason, build_features
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS
from common.compute.series.rows import Profile
from tests.unit.feature_series import make_series
from tests.unit.features_reference import reference

seeds = st.integers(0, 10_000)


def blank(n: int, *, first: date = date(2024, 3, 4), profile: Profile | None = None) -> DailySeries:
    """A series that starts on a Monday and knows nothing."""
    days = np.datetime64(first, "D") + np.arange(n)
    return DailySeries(profile or Profile("u"), True, days, np.full((len(CHANNELS), n), np.nan))


def fill(series: DailySeries, **channels: object) -> DailySeries:
    for name, values in channels.items():
        series.values[CHANNEL_INDEX[name]] = np.array(values, dtype=float)
    return series


def at_end(series: DailySeries, name: str) -> float:
    return float(build_features(series)[name][-1])


def reason_at_end(series: DailySeries, name: str) -> str:
    table = build_features(series)
    return REASONS[int(table.reasons[table.names.index(name), -1])]


@pytest.mark.parametrize(("seed", "n", "gaps"), [(0, 70, 0.15), (1, 40, 0.3), (2, 60, 0.0), (3, 64, 0.05)])
def test_every_feature_equals_the_obvious_reference(seed: int, n: int, gaps: float) -> None:
    series = make_series(seed, n, gaps=gaps)
    table = build_features(series)
    for day in range(n - 1, -1, -9):
        expected = reference(series, day)
        for name, value in table.row(series.days[day].astype(object)).items():
            right = expected[name]
            if value is None or right is None:
                close = value is right
            else:
                close = math.isclose(value, right, rel_tol=1e-9, abs_tol=1e-9)
            assert close, (name, day, value, right)


@given(seeds, st.integers(0, 30))
@settings(max_examples=20)
def test_a_day_alone_equals_the_same_day_among_many_to_the_last_bit(seed: int, extra: int) -> None:
    series = make_series(seed, LOOKBACK_DAYS + 31)
    last = LOOKBACK_DAYS + extra
    alone = replace(
        series,
        days=series.days[last - LOOKBACK_DAYS + 1 : last + 1],
        values=series.values[:, last - LOOKBACK_DAYS + 1 : last + 1],
    )
    among, only = build_features(series), build_features(alone)
    assert np.array_equal(among.values[:, last], only.values[:, -1], equal_nan=True)
    assert np.array_equal(among.reasons[:, last], only.reasons[:, -1])


@given(seeds, st.integers(LOOKBACK_DAYS, 59), seeds)
@settings(max_examples=20)
def test_no_feature_sees_the_future_or_the_far_past(seed: int, day: int, other_seed: int) -> None:
    series, other = make_series(seed, 60), make_series(other_seed + 20_000, 60)
    elsewhere = np.ones(60, bool)
    elsewhere[day - LOOKBACK_DAYS + 1 : day + 1] = False
    changed = replace(series, values=np.where(elsewhere, other.values, series.values))
    before, after = build_features(series), build_features(changed)
    assert np.array_equal(before.values[:, day], after.values[:, day], equal_nan=True)
    assert np.array_equal(before.reasons[:, day], after.reasons[:, day])


@given(seeds, st.floats(0.0, 1.0), st.integers(1, 40))
@settings(max_examples=25)
def test_values_are_finite_or_null_and_every_null_has_a_reason(seed: int, gaps: float, n: int) -> None:
    table = build_features(make_series(seed, n, gaps=gaps))
    assert not np.isinf(table.values).any()
    assert np.array_equal(np.isnan(table.values), table.reasons != Reason.KNOWN)
    last = table.days[-1].astype(object)
    json.dumps(table.row(last), allow_nan=False)
    assert sum(table.missing_counts(last).values()) == np.isnan(table.values[:, -1]).sum()


def test_building_leaves_the_series_as_it_was() -> None:
    series = make_series(4, 40)
    values = series.values.copy()
    build_features(series)
    assert np.array_equal(series.values, values, equal_nan=True)


# food


def eaten(energy: Sequence[float], complete: Sequence[float]) -> DailySeries:
    series = blank(len(energy))
    meals = np.where(np.isnan(energy), np.nan, 3.0)
    return fill(series, energy_kcal=energy, protein_g=energy, meal_count=meals, food_log_complete=complete)


def test_a_day_without_meals_is_unknown_not_zero() -> None:
    series = eaten([2000.0, 2200.0, 2100.0, math.nan], [1, 1, 1, math.nan])
    assert math.isnan(at_end(series, "calories_daily"))
    assert reason_at_end(series, "calories_daily") == "not_logged"
    assert at_end(series, "calories_7d_avg") == pytest.approx(2100.0)


def test_an_incomplete_day_shows_its_total_but_enters_no_average() -> None:
    series = eaten([2000.0, 2200.0, 2100.0, 300.0], [1, 1, 1, 0])
    assert at_end(series, "calories_daily") == 300.0
    assert at_end(series, "calories_7d_avg") == pytest.approx(2100.0)
    assert math.isnan(at_end(series, "calories_goal_diff"))
    assert reason_at_end(series, "calories_goal_diff") == "incomplete_log"


def test_three_incomplete_days_make_no_average() -> None:
    series = eaten([2000.0, 2200.0, 2100.0, 1900.0], [0, 0, 0, 1])
    assert math.isnan(at_end(series, "protein_7d_avg"))
    assert reason_at_end(series, "protein_7d_avg") == "too_few_days"


def test_unlogged_weekends_produce_no_weekday_effect() -> None:
    energy = np.full(56, 2000.0)
    energy[np.arange(56) % 7 >= 5] = math.nan
    table = build_features(eaten(energy.tolist(), np.where(np.isnan(energy), np.nan, 1.0).tolist()))
    settled = table.between(table.days[28].astype(object), table.days[-1].astype(object))
    assert np.ptp(settled["calories_7d_avg"]) == 0.0
    assert np.all(settled["calories_7d_sd"] == 0.0)
    assert np.all(settled["calories_28d_trend"] == 0.0)
    known = settled["calories_daily"][~np.isnan(settled["calories_daily"])]
    assert np.ptp(known) == 0.0


def test_a_weeks_total_needs_the_whole_week() -> None:
    assert at_end(eaten([2000.0] * 7, [1] * 7), "calories_7d_total") == pytest.approx(14_000.0)
    assert math.isnan(at_end(eaten([2000.0] * 7, [1] * 6 + [0]), "calories_7d_total"))


def test_a_breakfast_so_far_today_is_shown_and_compared_with_nothing() -> None:
    series = replace(eaten([2000.0] * 6 + [400.0], [1] * 6 + [0]), open_day=6)
    assert at_end(series, "calories_daily") == 400.0
    assert reason_at_end(series, "calories_goal_diff") == "day_open"
    assert at_end(series, "calories_7d_avg") == pytest.approx(2000.0)


def test_an_open_day_does_not_pull_averages_down() -> None:
    days = np.array([9_000.0] * 27 + [500.0])
    nights = np.array([60.0] * 27 + [67.0])
    series = replace(fill(blank(28), steps=days, workout_minutes=days / 100, rhr_bpm=nights), open_day=27)
    assert (at_end(series, "steps_daily"), at_end(series, "steps_7d_avg")) == (500.0, 9_000.0)
    assert at_end(series, "steps_28d_trend") == 0.0
    assert at_end(series, "workout_minutes_7d_total") == 6 * 90 + 5
    assert at_end(series, "rhr_7d_avg") == 61.0


def test_an_open_day_s_log_is_no_complete_day_of_the_averages() -> None:
    series = eaten([2000.0] * 6 + [1300.0], [1] * 7)
    assert at_end(series, "calories_7d_avg") == pytest.approx(1900.0)
    assert at_end(replace(series, open_day=6), "calories_7d_avg") == 2000.0


def test_overnight_fast_runs_from_last_nights_last_meal() -> None:
    series = fill(
        blank(2),
        meal_count=[3, 3],
        food_log_complete=[1, 1],
        first_meal_hour=[8, 7.5],
        last_meal_hour=[20, 19],
    )
    assert at_end(series, "overnight_fast") == pytest.approx(11.5)


# activity


def trained(load: list[float]) -> DailySeries:
    return fill(blank(len(load)), training_load=load, workout_minutes=np.array(load) / 2)


def test_fosters_monotony_and_strain_count_rest_days_as_zero() -> None:
    week = [100.0, 0.0, 200.0, 0.0, 150.0, 0.0, 50.0]
    monotony = np.mean(week) / np.std(week, ddof=1)
    assert at_end(trained(week), "training_monotony") == pytest.approx(monotony)
    assert at_end(trained(week), "training_strain") == pytest.approx(500.0 * monotony)


def test_training_the_same_every_day_has_no_monotony_rather_than_an_infinite_one() -> None:
    series = trained([100.1] * 7)
    assert math.isnan(at_end(series, "training_monotony"))
    assert reason_at_end(series, "training_monotony") == "no_variation"


def test_the_acute_chronic_ratio_is_one_when_nothing_changes_and_null_without_training() -> None:
    assert at_end(trained([80.0] * 28), "acute_chronic_ratio") == pytest.approx(1.0)
    assert at_end(trained([50.0] * 21 + [100.0] * 7), "acute_chronic_ratio") == pytest.approx(100 / 62.5)
    assert reason_at_end(trained([0.0] * 28), "acute_chronic_ratio") == "not_applicable"


def test_recovery_time_runs_from_the_end_of_the_last_hard_session() -> None:
    nan = math.nan
    series = fill(blank(4), hard_minutes=[0, 40, 0, 0], last_hard_end_hour=[nan, 18.5, nan, nan])
    assert at_end(series, "recovery_time") == pytest.approx(5.5 + 48)


def test_recovery_time_is_never_negative_after_a_session_past_midnight() -> None:
    nan = math.nan
    series = fill(blank(2), hard_minutes=[0, 60], last_hard_end_hour=[nan, 24.5])
    assert at_end(series, "recovery_time") == 0.0


def test_recovery_time_is_null_where_a_hard_session_may_have_been_missed() -> None:
    nan = math.nan
    series = fill(blank(4), hard_minutes=[0, 40, nan, 0], last_hard_end_hour=[nan, 18.5, nan, nan])
    assert math.isnan(at_end(series, "recovery_time"))
    assert reason_at_end(series, "recovery_time") == "no_reading"


def test_recovery_time_is_capped_for_who_never_trains_hard() -> None:
    assert at_end(fill(blank(40), hard_minutes=np.zeros(40)), "recovery_time") == 672.0


# health


def test_a_single_reading_is_a_value_with_null_statistics() -> None:
    table = build_features(fill(blank(1), rhr_bpm=[58.0]))
    row = table.row(date(2024, 3, 4))
    assert row["rhr"] == 58.0
    assert [row[name] for name in ("rhr_7d_avg", "rhr_7d_sd", "rhr_zscore", "rhr_trend")] == [None] * 4
    json.dumps(row, allow_nan=False)


def test_a_day_is_not_part_of_the_baseline_it_is_held_against() -> None:
    rhr = np.array([58.0, 60.0] * 14 + [80.0])
    z = (80.0 - 59.0) / np.std(rhr[:-1], ddof=1)
    assert at_end(fill(blank(29), rhr_bpm=rhr), "rhr_zscore") == pytest.approx(z)


def test_a_flat_baseline_gives_no_zscore() -> None:
    series = fill(blank(29), rhr_bpm=[58.3] * 28 + [61.0])
    assert math.isnan(at_end(series, "rhr_zscore"))
    assert reason_at_end(series, "rhr_zscore") == "no_variation"


def test_the_weekly_trend_survives_a_glitch() -> None:
    rhr = [50.0, 51, 52, 127, 54, 55, 56]
    assert at_end(fill(blank(7), rhr_bpm=rhr), "rhr_trend") == pytest.approx(1.0)


def test_sleep_debt_is_never_negative_and_counts_the_week() -> None:
    short = [480.0] * 28 + [420.0] * 7
    long = [480.0] * 28 + [560.0] * 7
    assert at_end(fill(blank(35), sleep_minutes=long), "sleep_debt_7d") == 0.0
    before = np.array(short[6:34])  # the 28 nights before the last one
    need = before.mean() + before.std(ddof=1)
    debt = at_end(fill(blank(35), sleep_minutes=short), "sleep_debt_7d")
    assert debt == pytest.approx(7 * (need - 420.0))


# profile, calendar, interaction


def test_without_a_body_weight_nothing_is_told_per_kg() -> None:
    series = eaten([2000.0] * 7, [1] * 7)
    assert math.isnan(at_end(series, "protein_per_kg"))
    assert reason_at_end(series, "protein_per_kg") == "no_profile_value"


def test_a_body_weight_of_zero_is_no_body_weight() -> None:
    series = replace(eaten([2000.0] * 7, [1] * 7), profile=Profile("u", weight_kg=0.0))
    assert reason_at_end(series, "protein_per_kg") == "no_profile_value"


def test_energy_availability_is_per_kg_of_fat_free_mass() -> None:
    series = eaten([2400.0], [1])
    fill(series, workout_kcal=[400.0], body_fat_pct=[20.0])
    series = replace(series, profile=Profile("u", weight_kg=62.5))
    assert at_end(series, "energy_availability") == pytest.approx(40.0)


def test_a_rest_day_has_no_carbohydrate_per_active_minute() -> None:
    series = fill(eaten([2000.0], [1]), carbs_g=[250.0], workout_minutes=[0.0])
    assert reason_at_end(series, "carbs_per_active_minute") == "not_applicable"


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
@settings(max_examples=50)
def test_the_calendar_agrees_with_the_standard_library(day: date) -> None:
    row = build_features(blank(1, first=day)).row(day)
    assert row["day_of_week"] == day.weekday()
    assert row["is_weekend"] == (day.weekday() >= 5)
    assert row["month"] == day.month
    angle = 2 * math.pi * day.timetuple().tm_yday / 365.25
    assert row["day_of_year_sin"] == pytest.approx(math.sin(angle), abs=1e-12)


# the table


def test_between_keeps_both_ends_and_no_more() -> None:
    table = build_features(make_series(5, 40))
    part = table.between(date(2024, 2, 20), date(2024, 2, 22))
    assert part.days.astype(str).tolist() == ["2024-02-20", "2024-02-21", "2024-02-22"]
    assert part.values.shape == part.reasons.shape == (len(CATALOGUE), 3)


def test_a_day_outside_the_table_is_an_error_not_another_day() -> None:
    with pytest.raises(KeyError):
        build_features(make_series(5, 10)).row(date(2030, 1, 1))


def test_the_table_is_in_the_catalogues_order() -> None:
    assert build_features(make_series(5, 3)).names == tuple(CATALOGUE)
