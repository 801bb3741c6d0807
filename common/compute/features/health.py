"""Features of nights and of the body: last values, averages, personal baselines, z-scores, trends.

Night features labelled D describe the night that ended on the morning of D. RMSSD and SDNN never meet in one
feature. HRV averages and trends are of the natural logarithm, whose spread is even across its range (Plews et
al. 2013, Sports Med 43:773).
"""

from common.compute.features import formulas
from common.compute.features.families import (
    Family,
    as_logged,
    baseline,
    baseline_sd,
    mean_7d,
    measured,
    sd_7d,
)
from common.compute.features.feature import Feature
from common.compute.features.rules import Formula, Input, calendar, formula, last, logged, mean, trend
from common.compute.measures import REGISTER, Taken

HEALTH = "health"

RHR, SLEEP = logged("rhr_bpm"), logged("sleep_minutes")
LN_RMSSD = formula(formulas.log, logged("hrv_rmssd_ms"))
LN_SDNN = formula(formulas.log, logged("hrv_sdnn_ms"))
DEEP_SHARE = formula(formulas.percent, logged("deep_minutes"), SLEEP)
REM_SHARE = formula(formulas.percent, logged("rem_minutes"), SLEEP)
TEMPERATURE = logged("skin_temperature_c")
SYSTOLIC = logged("blood_pressure_systolic_mmhg")
DAY_OF_WEEK = calendar("day_of_week")

LAST_DAYS = 28
BODY_FAT_LAST = last(logged("body_fat_pct"), LAST_DAYS)

RHR_FAMILY = Family("rhr", "bpm", HEALTH, "resting heart rate", RHR)
LN_RMSSD_FAMILY = Family("ln_rmssd", "ln ms", HEALTH, "ln RMSSD", LN_RMSSD)
LN_SDNN_FAMILY = Family("ln_sdnn", "ln ms", HEALTH, "ln SDNN", LN_SDNN)
SLEEP_FAMILY = Family("sleep_duration", "min", HEALTH, "minutes asleep", SLEEP)
EFFICIENCY_FAMILY = Family(
    "sleep_efficiency", "%", HEALTH, "sleep efficiency", logged("sleep_efficiency_pct")
)
RECOVERY_FAMILY = Family("recovery_score", "score", HEALTH, "the recovery score", logged("recovery_score"))
BREATHING_FAMILY = Family(
    "respiratory_rate", "breaths/min", HEALTH, "respiratory rate", logged("respiratory_rate_brpm")
)


def weekly_trend(name: str, unit: str, what: str, source: Input | Formula) -> Feature:
    return Feature(
        name, f"{unit}/day", HEALTH,
        f"Median slope of {what} over all pairs of known days within 7 days (Theil-Sen slope; Sen 1968).",
        trend(source, 7, 4),
    )  # fmt: skip


def fortnight_trend(name: str, unit: str, what: str, source: Input | Formula) -> Feature:
    return Feature(
        name, f"{unit}/day", HEALTH,
        f"Median slope of {what} over the pairs of known days at least 7 apart within 14 days (Theil-Sen "
        f"slope "
        "on its long pairs).",
        trend(source, 14, 8),
    )  # fmt: skip


def newest(name: str, channel: str, unit: str, what: str) -> Feature:
    return Feature(
        f"{name}_last", unit, HEALTH, f"Newest {what} of 28 days.", last(logged(channel), LAST_DAYS)
    )


FEATURES: list[Feature] = [
    *(measured(measure, HEALTH) for measure in REGISTER if measure.taken is not Taken.DAY),
    as_logged("nap_minutes", "min", HEALTH, "Minutes asleep besides the main sleep", "nap_minutes"),
    as_logged(
        "sleep_periods", "periods", HEALTH,
        "Periods of sleep the device told apart, fragments of the night and naps,", "sleep_periods",
    ),
    Feature("ln_rmssd", "ln ms", HEALTH, "Natural logarithm of RMSSD.", LN_RMSSD).for_models(),
    Feature("ln_sdnn", "ln ms", HEALTH, "Natural logarithm of SDNN.", LN_SDNN),
    Feature("deep_sleep_share", "%", HEALTH, "100 x deep sleep / minutes asleep.", DEEP_SHARE).for_models(),
    Feature("rem_sleep_share", "%", HEALTH, "100 x REM sleep / minutes asleep.", REM_SHARE).for_models(),
    newest("rhr", "rhr_bpm", "bpm", "resting heart rate").for_models(),
    newest("hrv_rmssd", "hrv_rmssd_ms", "ms", "RMSSD").for_models(),
    newest("vo2_max", "vo2_max", "ml/kg/min", "maximal oxygen uptake").for_models(),
    Feature("body_fat_last", "%", HEALTH, "Newest body fat of 28 days.", BODY_FAT_LAST),
    RHR_FAMILY.avg_7d().for_models(),
    RHR_FAMILY.sd_7d().for_models(),
    RHR_FAMILY.baseline_28d().for_models(),
    RHR_FAMILY.baseline_sd_28d().for_models(),
    RHR_FAMILY.zscore().for_models(),
    weekly_trend("rhr_trend", "bpm", "resting heart rate", RHR).for_models(),
    fortnight_trend("rhr_14d_trend", "bpm", "resting heart rate", RHR).for_models(),
    RHR_FAMILY.trend_28d().for_models(),
    LN_RMSSD_FAMILY.avg_7d().for_models(),
    LN_RMSSD_FAMILY.sd_7d().for_models(),
    Feature(
        "ln_rmssd_7d_cv", "%", HEALTH,
        "100 x standard deviation / mean of ln RMSSD over 7 days (Plews et al. 2012, Eur J Appl Physiol "
        "112:3729).",
        formula(formulas.percent, sd_7d(LN_RMSSD), mean_7d(LN_RMSSD)),
    ).for_models(),
    LN_RMSSD_FAMILY.baseline_28d().for_models(),
    LN_RMSSD_FAMILY.baseline_sd_28d().for_models(),
    LN_RMSSD_FAMILY.zscore().for_models(),
    weekly_trend("ln_rmssd_trend", "ln ms", "ln RMSSD", LN_RMSSD).for_models(),
    fortnight_trend("ln_rmssd_14d_trend", "ln ms", "ln RMSSD", LN_RMSSD).for_models(),
    LN_RMSSD_FAMILY.trend_28d().for_models(),
    LN_SDNN_FAMILY.avg_7d(),
    LN_SDNN_FAMILY.baseline_28d(),
    LN_SDNN_FAMILY.zscore(),
    SLEEP_FAMILY.avg_7d().for_models(),
    SLEEP_FAMILY.sd_7d().for_models(),
    SLEEP_FAMILY.baseline_28d().for_models(),
    SLEEP_FAMILY.zscore().for_models(),
    weekly_trend("sleep_duration_trend", "min", "minutes asleep", SLEEP).for_models(),
    Feature(
        "sleep_debt_7d", "min", HEALTH,
        "7 x (need - mean minutes asleep over 7 days), at least 0. The need is the person's mean plus "
        "one standard "
        "deviation over the 28 days before, kept within 420 to 540 min (the 7 to 9 h recommended to adults; "
        "Hirshkowitz et al. 2015, Sleep Health 1:40).",
        formula(formulas.sleep_debt, mean(SLEEP, 7, 5), baseline(SLEEP), baseline_sd(SLEEP)),
    ).for_models(),
    Feature(
        "sleep_weekend_difference", "min", HEALTH,
        "Mean minutes asleep in nights that end on Saturday or Sunday minus that of other nights, over "
        "28 days.",
        formula(
            formulas.difference,
            mean(formula(formulas.on_weekend, SLEEP, DAY_OF_WEEK), 28, 3),
            mean(formula(formulas.on_weekdays, SLEEP, DAY_OF_WEEK), 28, 8),
        ),
    ).for_models(),
    Family("deep_sleep_share", "%", HEALTH, "the share of deep sleep", DEEP_SHARE).avg_7d().for_models(),
    Family("rem_sleep_share", "%", HEALTH, "the share of REM sleep", REM_SHARE).avg_7d().for_models(),
    EFFICIENCY_FAMILY.avg_7d().for_models(),
    RECOVERY_FAMILY.avg_7d().for_models(),
    BREATHING_FAMILY.avg_7d().for_models(),
    BREATHING_FAMILY.zscore().for_models(),
    Feature(
        "skin_temperature_deviation", "degC", HEALTH,
        "Skin temperature minus its mean over the 28 days before the day.",
        formula(formulas.difference, TEMPERATURE, baseline(TEMPERATURE)),
    ).for_models(),
    Family("blood_pressure_systolic", "mmHg", HEALTH, "systolic blood pressure", SYSTOLIC).avg_7d(),
    Family("body_fat", "%", HEALTH, "body fat", logged("body_fat_pct")).trend_28d(),
]  # fmt: skip
