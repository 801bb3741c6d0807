"""Features of when was eaten, in the person's local time. Hours are decimal: 19.5 is half past seven."""

from common.compute.features import formulas
from common.compute.features.families import Family, as_logged, mean_28d, same_day
from common.compute.features.feature import Feature
from common.compute.features.rules import calendar, complete, formula, mean

TIMING = "timing"
HOUR = "local hour"

FIRST, LAST = complete("first_meal_hour"), complete("last_meal_hour")
WINDOW = complete("eating_window_hours")
MIDPOINT = formula(formulas.midpoint, FIRST, LAST)
LATE_SHARE = formula(formulas.percent, complete("late_energy_kcal"), complete("energy_kcal"))
DAY_OF_WEEK = calendar("day_of_week")

FIRST_MEAL = Family("first_meal_time", HOUR, TIMING, "the hour of the first meal", FIRST)
LAST_MEAL = Family("last_meal_time", HOUR, TIMING, "the hour of the last meal", LAST)
EATING_WINDOW = Family("eating_window", "h", TIMING, "hours from first to last meal", WINDOW)

FEATURES: list[Feature] = [
    as_logged(
        "first_meal_time", HOUR, TIMING, "Local hour of the first meal, as logged,", "first_meal_hour"
    ).for_correlations(1),
    as_logged(
        "last_meal_time", HOUR, TIMING, "Local hour of the last meal, as logged,", "last_meal_hour"
    ).for_correlations(1),
    as_logged(
        "eating_window", "h", TIMING, "Hours between first and last meal,", "eating_window_hours"
    ).for_correlations(1),
    Feature(
        "eating_midpoint", HOUR, TIMING,
        "(Hour of the first meal + hour of the last meal) / 2, on a complete food-log day.", MIDPOINT,
    ),
    as_logged(
        "late_energy_daily", "kcal", TIMING,
        "Energy eaten after 20:00 or before 04:00 local time, as logged,", "late_energy_kcal",
    ).for_correlations(300),
    Feature(
        "late_energy_share", "% of energy", TIMING,
        "100 x energy eaten after 20:00 or before 04:00 / energy eaten, on a complete food-log day.",
        LATE_SHARE,
    ),
    same_day(
        "breakfast_skipped", "0/1", TIMING,
        "1 where a complete food log has no breakfast.", formulas.is_positive, "breakfast_skipped",
    ).for_correlations(1),
    Feature(
        "overnight_fast", "h", TIMING,
        "Hours from the last thing eaten to the first meal: 24 + hour of the first meal - hour of the "
        "previous day's last meal, or from what was eaten after midnight; both days complete.",
        formula(
            formulas.overnight_hours, FIRST, mean(LAST, 1, 1, lag=1), complete("after_midnight_meal_hour")
        ),
    ),
    FIRST_MEAL.avg_7d(),
    FIRST_MEAL.sd_7d(),
    LAST_MEAL.avg_7d(),
    LAST_MEAL.sd_7d(),
    LAST_MEAL.avg_28d(),
    EATING_WINDOW.avg_7d(),
    Family("eating_midpoint", "h", TIMING, "the eating midpoint", MIDPOINT).sd_7d(),
    Family("late_energy_share", "% of energy", TIMING, "the late share of energy", LATE_SHARE).avg_7d(),
    Feature(
        "breakfast_skipped_7d_share", "share", TIMING,
        "Share of the complete food-log days among 7 without a breakfast.",
        mean(complete("breakfast_skipped"), 7, 3),
    ),
    Feature(
        "last_meal_deviation", "h", TIMING,
        "Hour of the last meal minus its mean over 28 days, complete food-log days only.",
        formula(formulas.difference, LAST, mean_28d(LAST)),
    ),
    Feature(
        "eating_jetlag", "h", TIMING,
        "Mean eating midpoint on Saturdays and Sundays minus that on other days, over 28 days, complete "
        "food-log days only (Zeron-Rugerio et al. 2019, Nutrients 11:2980).",
        formula(
            formulas.difference,
            mean(formula(formulas.on_weekend, MIDPOINT, DAY_OF_WEEK), 28, 3),
            mean(formula(formulas.on_weekdays, MIDPOINT, DAY_OF_WEEK), 28, 8),
        ),
    ),
]  # fmt: skip
