"""Food as apps write it: macros that were not known, energy in another unit, logs with a meal left out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.profiles import believable
from common.compute.series.rows import Meals, PersonRows, Profile
from tests.people import meals_of

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 31)

Meal = tuple[str, str, Mapping[str, float]]


def meal(day: int, hour: float, kcal: float, macros: tuple[float, float, float], name: str = "dish") -> Meal:
    at = np.datetime64(FIRST, "ms") + np.timedelta64(round((day * 24 + hour) * 3_600_000), "ms")
    return str(at), name, {"calories": kcal, **dict(zip(("protein", "carbs", "fat"), macros, strict=True))}


def dish(day: int, hour: float, kcal: float) -> Meal:
    return meal(day, hour, kcal, (kcal * 0.05, kcal * 0.11, kcal * 0.04))


def usual_day(day: int, *, without: str = "", kcal: float = 2050) -> list[Meal]:
    eaten = {"breakfast": (8, 0.24), "lunch": (13, 0.37), "dinner": (19, 0.39)}
    return [dish(day, hour, share * kcal) for name, (hour, share) in eaten.items() if name != without]


PERSON = Profile("p", "UTC")


def series_of(meals: Meals, profile: Profile = PERSON) -> DailySeries:
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone("UTC")[0], LAST)[1], open=False)
    return build_series(PersonRows(profile, meals=meals), FIRST, LAST, as_of)


def of_rows(*meals: Meal) -> DailySeries:
    return series_of(meals_of(*meals))


def test_macros_of_nothing_but_zeros_are_unknown() -> None:
    rows = [meal(day, hour, 700, (0, 0, 0)) for day in range(20) for hour in (8, 13, 19)]
    series = of_rows(*rows)
    for channel in ("protein_g", "carbs_g", "fat_g"):
        assert np.isnan(series[channel]).all()
    assert series["energy_kcal"][3] == 2100
    assert series.corrected == {"macro_not_given": 180}


def test_zeros_that_the_energy_contradicts_are_unknown_and_those_it_bears_out_are_none() -> None:
    protein_only = of_rows(meal(0, 12, 700, (30, 0, 0)), meal(0, 19, 700, (30, 0, 0)))
    assert protein_only["protein_g"][0] == 60
    assert np.isnan(protein_only["fat_g"][0])
    oil = of_rows(meal(0, 12, 180, (0, 0, 20), "olive oil"))
    assert [oil[channel][0] for channel in ("protein_g", "carbs_g", "fat_g")] == [0, 0, 20]
    vodka = of_rows(meal(0, 20, 97, (0, 0, 0), "vodka"))
    assert vodka["fat_g"][0] == 0


@pytest.mark.parametrize(
    ("kcal", "macros", "right"),
    [
        (740, (0, 0, 20), 740 / 4.184),  # oil
        (736, (1, 42, 0.4), 736 / 4.184),  # juice
        (1700, (0, 100, 0), 1700 / 4.184),  # sugar
        (180, (0, 0, 20), 180),
        (500, (30, 0, 0), 500),  # somebody who notes nothing but protein
        (700, (0, 42, 0), 700 / 4.184),
        (700, (0, 60, 0), 700),  # or nothing but carbohydrate
        (0, (93, 0, 11), np.nan),
        (0.47, (93, 0, 11), np.nan),  # small calories for large
        (0, (0, 10, 0), 0),  # sweetener
    ],
)
def test_energy_is_weighed_against_macros(
    kcal: float, macros: tuple[float, float, float], right: float
) -> None:
    series = of_rows(*usual_day(0), meal(0, 10, kcal, macros))
    assert series["energy_kcal"][0] == pytest.approx(2050 + right, nan_ok=True)


def test_a_day_whose_energy_is_wrong_is_not_complete_by_it() -> None:
    history = [row for day in range(10) for row in usual_day(day)]
    series = of_rows(*history, *usual_day(10, without="lunch"), meal(10, 13, 0, (93, 0, 11), "chicken"))
    assert series["food_log_complete"][10] == 0
    assert np.isnan(series["energy_kcal"][10])


def test_in_a_diary_of_kilojoules_rows_without_macros_are_kilojoules_too() -> None:
    rows = [
        meal(day, hour, 2500, (30, 75, 19)) for day in range(10) for hour in (8, 13, 19)
    ]  # 591 kcal, 2473 kJ
    series = of_rows(*rows, meal(9, 16, 500, (0, 0, 0), "cake"), meal(9, 20, 650, (1, 13, 0), "beer"))
    assert series["energy_kcal"][9] == pytest.approx((3 * 2500 + 500 + 650) / 4.184)


@pytest.mark.parametrize(("apart_s", "counted"), [(0, 1), (3, 1), (40, 2), (420, 2)])
def test_two_equal_rows_of_a_slot_are_two_servings_unless_written_at_once(apart_s: int, counted: int) -> None:
    row = meal(0, 20, 150, (1, 13, 0), "Beer")
    meals = meals_of(*usual_day(0), row, row)
    written = meals.at.copy()
    written[-1] += np.timedelta64(apart_s, "s")
    series = series_of(replace(meals, written=written))
    assert series["energy_kcal"][0] == pytest.approx(2050 + 150 * counted)
    assert series["alcohol_drinks"][0] == pytest.approx(counted, abs=0.35 * counted)


@pytest.mark.parametrize(
    ("left_out", "kcal", "complete"),
    [("dinner", 2050, 0), ("lunch", 2050, 0), ("breakfast", 2050, 0), ("", 2050, 1), ("", 1400, 1),
     ("breakfast", 2600, 1), ("dinner", 2200, 0)],
)  # fmt: skip
def test_a_day_is_complete_with_its_usual_occasions_or_nearly_its_usual_energy(
    left_out: str, kcal: float, complete: float
) -> None:
    history = [row for day in range(12) for row in usual_day(day)]
    series = of_rows(*history, *usual_day(12, without=left_out, kcal=kcal))
    assert series["food_log_complete"][12] == complete


def test_an_evenings_drinks_do_not_stand_for_its_dinner() -> None:
    history = [row for day in range(12) for row in usual_day(day)]
    beers = [meal(12, hour, 150, (1, 13, 0), "beer") for hour in (19, 20, 21)]
    series = of_rows(*history, *usual_day(12, without="dinner"), *beers)
    assert series["energy_kcal"][12] > 0.6 * 2050
    assert series["food_log_complete"][12] == 0


def test_somebody_who_never_eats_breakfast_is_held_to_no_breakfast() -> None:
    rows = [row for day in range(14) for row in usual_day(day, without="breakfast", kcal=2600)]
    assert (of_rows(*rows)["food_log_complete"][:14] == 1).all()


def test_what_is_eaten_after_midnight_is_no_first_meal() -> None:
    rows = [row for day in range(3) for row in usual_day(day)]
    series = of_rows(*rows, meal(1, 0.67, 600, (20, 70, 25), "pizza"))
    assert series["first_meal_hour"][1] == 8
    assert series["eating_window_hours"][1] == 11
    assert series["after_midnight_meal_hour"][1] == pytest.approx(0.67, abs=0.01)
    assert series["late_energy_kcal"][1] == 600
    assert np.isnan(series["after_midnight_meal_hour"][0])


@pytest.mark.parametrize("goal", [8_700.0, 0.0, 12.0, -5.0, float("nan"), float("inf")])
def test_a_goal_nobody_sets_is_none_and_days_are_judged_by_themselves(goal: float) -> None:
    profile = Profile("p", "UTC", goal_calories_kcal=goal)
    meals = meals_of(*(row for day in range(20) for row in usual_day(day)))
    series = series_of(meals, profile)
    assert np.isnan(series.profile.goal_calories_kcal)
    assert (series["food_log_complete"][:20] == 1).all()


@pytest.mark.parametrize(
    ("weight", "height", "right"),
    [(72, 176, (72, 176)), (7.2, 176, (None, 176)), (0, 0, (None, None)), (720, 1.76, (None, 176)),
     (float("nan"), 17, (None, None)), (None, None, (None, None))],
)  # fmt: skip
def test_a_body_nobody_has_is_unknown(
    weight: float | None, height: float | None, right: tuple[float | None, float | None]
) -> None:
    person = believable(Profile("p", weight_kg=weight, height_cm=height))
    assert (person.weight_kg, person.height_cm) == right
