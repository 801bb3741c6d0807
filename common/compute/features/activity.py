"""Features of training and movement. Load is minutes x intensity (1 low .. 4 maximum), summed over the day.

A known day without a workout has load 0; a day nobody measured is unknown.
"""

from common.compute.features import formulas
from common.compute.features.families import Family, as_logged, mean_7d, mean_28d, measured
from common.compute.features.feature import Feature
from common.compute.features.rules import formula, last, logged, mean, sd, since, total
from common.compute.measures import REGISTER, Taken

ACTIVITY = "activity"

# name, channel, unit, wording, and how much more or less of it a day could hold
DAILY = (
    ("workout_minutes_daily", "workout_minutes", "min", "Minutes of workouts", 30),
    ("hard_minutes_daily", "hard_minutes", "min", "Minutes of workouts of high or maximum intensity", 15),
    ("training_load_daily", "training_load", "load units", "Training load, minutes x intensity,", 50),
    (
        "evening_training_minutes",
        "evening_workout_minutes",
        "min",
        "Minutes of workouts after 18:00 local time",
        30,
    ),
    ("workout_calories_daily", "workout_kcal", "kcal", "Energy spent in workouts", 300),
    ("workout_distance_daily", "workout_distance_m", "m", "Distance covered in workouts", 5000),
)

LOAD, MINUTES, STEPS = logged("training_load"), logged("workout_minutes"), logged("steps")
HARD = formula(formulas.is_positive, logged("hard_minutes"))
REST = formula(formulas.is_zero, MINUTES)
SINCE_DAYS = 28
HARD_END_HOUR = last(logged("last_hard_end_hour"), SINCE_DAYS)

LOAD_FAMILY = Family("training_load", "load units", ACTIVITY, "training load", LOAD)
ACTIVE_FAMILY = Family("active_calories", "kcal", ACTIVITY, "active energy spent", logged("active_kcal"))
EXERCISE_FAMILY = Family("exercise_minutes", "min", ACTIVITY, "exercise minutes", logged("exercise_minutes"))
STEPS_FAMILY = Family("steps", "steps", ACTIVITY, "steps", STEPS)
MONOTONY = formula(formulas.monotony, mean(LOAD, 7, 6), sd(LOAD, 7, 6))

FEATURES: list[Feature] = [
    *(
        as_logged(name, unit, ACTIVITY, what, channel).for_correlations(step)
        for name, channel, unit, what, step in DAILY
    ),
    *(measured(measure, ACTIVITY) for measure in REGISTER if measure.taken is Taken.DAY),
    Feature("rest_day", "0/1", ACTIVITY, "1 on a day without workout minutes.", REST),
    Feature(
        "evening_training_share", "%", ACTIVITY,
        "100 x minutes of workouts after 18:00 local time / minutes of workouts.",
        formula(formulas.percent, logged("evening_workout_minutes"), MINUTES),
    ),
    Feature(
        "training_intensity", "1..4", ACTIVITY,
        "Training load / minutes of workouts: the mean intensity by time.",
        formula(formulas.ratio, LOAD, MINUTES),
    ),
    Family("workout_minutes", "min", ACTIVITY, "minutes of workouts", MINUTES).total_7d(),
    Family("hard_minutes", "min", ACTIVITY, "hard minutes of workouts", logged("hard_minutes")).total_7d(),
    LOAD_FAMILY.avg_7d(),
    LOAD_FAMILY.avg_28d(),
    LOAD_FAMILY.sd_7d(),
    LOAD_FAMILY.total_7d(),
    LOAD_FAMILY.zscore(),
    Feature(
        "training_load_change", "load units", ACTIVITY,
        "Mean training load over 7 days minus that over the 7 days before them.",
        formula(formulas.difference, mean_7d(LOAD), mean(LOAD, 7, 3, lag=7)),
    ),
    Feature(
        "acute_chronic_ratio", "ratio", ACTIVITY,
        "Mean training load over 7 days / mean over 28 days, the 7 included (Gabbett 2016, Br J Sports Med "
        "50:273). Describes a change of load; it does not predict injury (Impellizzeri et al. 2020, Int "
        "J Sports "
        "Physiol Perform 15:907).",
        formula(formulas.ratio, mean_7d(LOAD), mean_28d(LOAD)),
    ),
    Feature(
        "training_monotony", "ratio", ACTIVITY,
        "Mean / sample standard deviation of the daily training load over 7 days, rest days as 0 "
        "(Foster 1998, Med Sci Sports Exerc 30:1164).",
        MONOTONY,
    ),
    Feature(
        "training_strain", "load units", ACTIVITY,
        "7 x mean daily training load over 7 days x training_monotony (Foster 1998, Med Sci Sports Exerc "
        "30:1164).",
        formula(formulas.product, formula(formulas.week, mean(LOAD, 7, 6)), MONOTONY),
    ),
    Feature(
        "training_7d_days", "days", ACTIVITY, "Days with a workout among 7, all of them known.",
        total(formula(formulas.is_positive, MINUTES), 7),
    ),
    Feature(
        "days_since_rest", "days", ACTIVITY,
        "Days since the last day without a workout, 0 on such a day, 28 where there was none in 28 days; "
        "null "
        "where an unknown day lies between.",
        since(REST, SINCE_DAYS),
    ),
    Feature(
        "recovery_time", "h", ACTIVITY,
        "Hours from the end of the last workout of high or maximum intensity to the end of the day, 0 where "
        "it went on past midnight, 672 where there was none in 28 days; null where an unknown day lies "
        "between.",
        formula(formulas.hours_since, since(HARD, SINCE_DAYS), HARD_END_HOUR),
    ),
    Feature(
        "evening_training_7d_share", "share", ACTIVITY,
        "Share of the known days among 7 with a workout after 18:00 local time.",
        mean_7d(formula(formulas.is_positive, logged("evening_workout_minutes"))),
    ),
    STEPS_FAMILY.avg_7d().for_models(),
    STEPS_FAMILY.avg_28d().for_models(),
    STEPS_FAMILY.zscore().for_models(),
    STEPS_FAMILY.trend_28d().for_models(),
    ACTIVE_FAMILY.avg_7d().for_models(),
    EXERCISE_FAMILY.total_7d().for_models(),
]  # fmt: skip
