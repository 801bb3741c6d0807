"""Meals as daily nutrition: not logged is never none."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest

from common.compute.series.build import DailySeries, build_series, complete_only
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.channels import CHANNELS, Origin
from common.compute.series.rows import PersonRows, Profile
from tests.people import meals_of

FIRST, LAST = date(2025, 3, 1), date(2025, 4, 30)
NAN = float("nan")

Meal = tuple[str, str, Mapping[str, float]]


def series_of(*meals: Meal, timezone: str = "UTC", goal_kcal: float = 2000.0) -> DailySeries:
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone(timezone)[0], LAST)[1], open=False)
    profile = Profile("p", timezone, goal_calories_kcal=goal_kcal)
    return build_series(PersonRows(profile, meals=meals_of(*meals)), FIRST, LAST, as_of)


def meal(day: int, hour: float, kcal: float, name: str = "dish", **nutrients: float) -> Meal:
    at = np.datetime64(FIRST, "ms") + np.timedelta64(round((day * 24 + hour) * 3_600_000), "ms")
    return str(at), name, {"calories": kcal, "protein": 0, "carbs": 0, "fat": 0} | nutrients


def full_day(day: int, kcal: float = 2000) -> list[Meal]:
    return [meal(day, hour, kcal / 4) for hour in (7, 12, 16, 19)]


def test_a_day_without_meals_is_unknown_not_zero() -> None:
    series = series_of(*full_day(3))
    for channel in CHANNELS.values():
        if channel.origin in {Origin.NUTRITION, Origin.TIMING}:
            assert np.isnan(series[channel.name][4]), channel.name
    assert series["energy_kcal"][3] == 2000


def test_a_lone_breakfast_is_logged_but_not_a_complete_day() -> None:
    series = series_of(meal(0, 8, 400))
    assert series["energy_kcal"][0] == 400
    assert series["food_log_complete"][0] == 0
    assert np.isnan(series["alcohol_drinks"][0])
    masked = complete_only(series)
    assert np.isnan(masked["energy_kcal"][0])
    assert masked["food_log_complete"][0] == 0


@pytest.mark.parametrize(
    ("meals", "complete"),
    [
        ([meal(0, 8, 500), meal(0, 19, 600)], 0),  # below 60% of the goal
        ([meal(0, 8, 600), meal(0, 19, 650)], 1),
        ([meal(0, 19, 1500)], 0),  # a lone dinner must reach 80%
        ([meal(0, 19, 1700)], 1),
    ],
)
def test_completeness_without_history_is_judged_by_the_goal(meals: list[Meal], complete: float) -> None:
    assert series_of(*meals)["food_log_complete"][0] == complete


def test_completeness_is_judged_by_what_the_person_usually_logs() -> None:
    history = [row for day in range(10) for row in full_day(day, 3400)]
    assert series_of(*history, *full_day(10, 1900))["food_log_complete"][10] == 0
    assert series_of(*history, *full_day(10, 2100))["food_log_complete"][10] == 1


def test_days_logged_in_part_do_not_lower_what_is_usual() -> None:
    history = [row for day in range(0, 12, 2) for row in full_day(day, 3400)]
    history += [meal(day, 8, 300) for day in range(1, 12, 2)]
    assert series_of(*history, *full_day(12, 1900))["food_log_complete"][12] == 0


def test_habitual_breakfast_only_logs_never_become_complete() -> None:
    rows = [meal(day, 8, 450) for day in range(40)]
    assert np.nanmax(series_of(*rows)["food_log_complete"]) == 0


def test_day_totals_in_one_row_are_complete_and_say_nothing_of_meal_times() -> None:
    rows = [meal(day, 12, 2000) for day in range(10)] + [meal(10, 12, 1300)]
    series = series_of(*rows)
    assert series["food_log_complete"][10] == 1
    assert np.isnan(series["first_meal_hour"][10])
    assert np.isnan(series["breakfast_skipped"][10])


def test_later_days_never_change_whether_a_day_was_complete() -> None:
    rows = full_day(0, 1300)
    later = [row for day in range(1, 30) for row in full_day(day, 4000)]
    assert series_of(*rows)["food_log_complete"][0] == series_of(*rows, *later)["food_log_complete"][0] == 1


def test_a_nutrient_is_known_only_where_most_of_the_energy_carries_it() -> None:
    most = series_of(meal(0, 8, 850, fiber=9), meal(0, 19, 150))
    half = series_of(meal(0, 8, 850), meal(0, 19, 850, fiber=9))
    assert most["fiber_g"][0] == 9
    assert np.isnan(half["fiber_g"][0])


def test_rows_without_energy_are_no_meal_but_bring_their_nutrients() -> None:
    series = series_of(*full_day(0), meal(0, 23, 0, "vitamin", vitaminC=80), meal(1, 9, 0, "alcoholic drink"))
    assert series["meal_count"][0] == 4
    assert series["last_meal_hour"][0] == 19
    assert np.isnan(series["energy_kcal"][1])
    assert np.isnan(series["food_log_complete"][1])
    assert series["alcohol_drinks"][1] == 1


def test_impossible_nutrients_are_unknown_and_make_the_days_energy_unknown() -> None:
    for broken in (float("inf"), -300.0, 1e9, NAN):
        series = series_of(*full_day(0), meal(0, 20, broken))
        assert np.isnan(series["energy_kcal"][0])
        assert series["food_log_complete"][0] == 0
        assert series["meal_count"][0] == 5


def test_a_day_that_adds_up_to_the_impossible_is_unknown() -> None:
    series = series_of(meal(0, 8, 9_000), meal(0, 12, 9_000))
    assert np.isnan(series["energy_kcal"][0])
    assert series.dropped == {"day_out_of_bounds": 1}


def test_energy_in_kilojoules_is_told_from_its_macros() -> None:
    in_kj = meal(0, 8, 2259, protein=30, carbs=60, fat=20)  # 540 kcal
    series = series_of(in_kj, meal(0, 19, 560, protein=30, carbs=60, fat=20))
    assert series["energy_kcal"][0] == pytest.approx(2259 / 4.184 + 560)
    assert series.corrected == {"meal_kj": 1}


def test_energy_far_above_the_macros_is_not_kilojoules_by_itself() -> None:
    only_protein_known = meal(0, 8, 500, protein=30)
    wine = meal(0, 20, 125, "red wine", protein=0.1, carbs=7.3)
    assert series_of(only_protein_known, wine)["energy_kcal"][0] == 625


def test_a_meal_written_twice_counts_once_and_a_second_portion_counts() -> None:
    dish = meal(0, 12, 700, "soup", fiber=3)
    other = meal(0, 12, 700, "bread", fiber=3)
    larger, again = meal(0, 12, 800, "soup", fiber=3), meal(0, 12.5, 700, "soup", fiber=3)
    series = series_of(dish, dish, other, larger, again)
    assert series["energy_kcal"][0] == 2900
    assert series.dropped == {"duplicate_meal": 1}


def test_meal_times_are_local() -> None:
    lunch = ("2025-03-11T19:30", "lunch", {"calories": 700.0})  # 12:30 in Los Angeles, in daylight time
    dinner = ("2025-03-12T03:00", "dinner", {"calories": 800.0})  # 20:00
    series = series_of(lunch, dinner, timezone="America/Los_Angeles")
    assert series["first_meal_hour"][10] == 12.5
    assert series["last_meal_hour"][10] == 20
    assert series["eating_window_hours"][10] == 7.5
    assert series["late_energy_kcal"][10] == 800
    assert series["breakfast_skipped"][10] == 1


def test_a_dinner_at_midnight_utc_is_a_dinner_not_a_date_stamp() -> None:
    dinner = ("2025-03-12T00:00", "dinner", {"calories": 800.0})  # 17:00 the day before
    assert series_of(dinner, timezone="America/Los_Angeles")["last_meal_hour"][10] == 17


def test_the_eating_window_is_time_passed_also_when_clocks_change() -> None:
    spring = date(2025, 3, 30)
    breakfast = (f"{spring}T02:30", "snack", {"calories": 500.0})  # 04:30
    dinner = (f"{spring}T18:00", "dinner", {"calories": 900.0})  # 20:00
    series = series_of(breakfast, dinner, timezone="Europe/Berlin")
    assert series["eating_window_hours"][29] == 15.5


def test_breakfast_is_skipped_only_where_the_log_is_complete() -> None:
    late = series_of(meal(0, 13, 900), meal(0, 19, 900))
    early = series_of(meal(0, 7, 900), meal(0, 19, 900))
    named = series_of(meal(0, 11, 900, "breakfast"), meal(0, 19, 900))
    partial = series_of(meal(0, 13, 300))
    found = [s["breakfast_skipped"][0] for s in (late, early, named, partial)]
    assert found == pytest.approx([1, 0, 0, NAN], nan_ok=True)


def test_no_drink_is_zero_only_on_a_complete_day() -> None:
    beer, wine = meal(1, 20, 150, "Beer"), meal(3, 21, 120, "vino tinto")
    series = series_of(*full_day(0), beer, meal(2, 8, 300), *full_day(3), wine)
    assert series["alcohol_drinks"][:5] == pytest.approx([0, 1, NAN, 1, NAN], nan_ok=True)


def test_a_name_in_doubt_makes_the_days_drinks_unknown() -> None:
    beer, punch = meal(0, 20, 150, "Beer"), meal(0, 22, 90, "Punch")
    series = series_of(*full_day(0), beer, punch, *full_day(1), meal(1, 20, 150, "Beer"))
    assert series["alcohol_drinks"][:2] == pytest.approx([NAN, 1], nan_ok=True)
    assert np.isnan(series["alcohol_g"][0])


def test_a_row_holds_no_more_ethanol_than_its_energy_allows() -> None:
    stated, unstated = meal(0, 20, 70, "Beer 0.5 l"), meal(1, 20, 0, "Beer 0.5 l")
    series = series_of(*full_day(0), stated, *full_day(1), unstated)
    assert series["alcohol_g"][:2] == pytest.approx([10, 19.7], abs=0.1)
    assert series["alcohol_drinks"][:2].tolist() == [1, 1]
