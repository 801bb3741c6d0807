"""Features that join groups: food with body weight and training, training with sleep, heart rate with HRV.

Weight, height, age and sex are the profile's present ones, also for days long past.
"""

from common.compute.features import formulas
from common.compute.features.families import mean_7d, zscore
from common.compute.features.feature import Feature
from common.compute.features.health import BODY_FAT_LAST, LN_RMSSD, RHR, SLEEP
from common.compute.features.rules import complete, formula, logged, mean, profile

INTERACTION = "interaction"

WEIGHT = profile("weight_kg")
ENERGY, PROTEIN, CARBS = complete("energy_kcal"), complete("protein_g"), complete("carbs_g")
WORKOUT_KCAL, MINUTES, LOAD = logged("workout_kcal"), logged("workout_minutes"), logged("training_load")
SPENT = logged("total_kcal")

TRAINING_PROTEIN = mean(formula(formulas.where_positive, PROTEIN, MINUTES), 7, 2)
BALANCE = formula(formulas.difference, ENERGY, SPENT)
AVAILABILITY_TEXT = (
    "(Energy eaten - energy spent in workouts) / fat-free mass, fat-free mass being the profile's weight x "
    "(1 - newest body fat of 28 days / 100), on a complete food-log day (Loucks, Kiens and Wright 2011, "
    "J Sports Sci 29:S7)."
)
RESTING_KCAL = formula(
    formulas.resting_energy,
    WEIGHT, profile("height_cm"), profile("age_years", "date_of_birth"),
    profile("resting_energy_sex_term_kcal", "biological_sex"),
)  # fmt: skip


def per_kg(stem: str, unit: str, what: str, channel: str) -> list[Feature]:
    amount = complete(channel)
    return [
        Feature(
            f"{stem}_per_kg", unit, INTERACTION,
            f"{what} / the profile's body weight, on a complete food-log day.",
            formula(formulas.ratio, amount, WEIGHT),
        ),
        Feature(
            f"{stem}_per_kg_7d_avg", unit, INTERACTION,
            f"Mean over 7 days, complete food-log days only, of {what.lower()} / the profile's body weight.",
            formula(formulas.ratio, mean_7d(amount), WEIGHT),
        ),
    ]  # fmt: skip


FEATURES: list[Feature] = [
    *per_kg("calories", "kcal/kg", "Energy eaten", "energy_kcal"),
    *per_kg("protein", "g/kg", "Protein eaten", "protein_g"),
    *per_kg("carbs", "g/kg", "Carbohydrate eaten", "carbs_g"),
    *per_kg("fat", "g/kg", "Fat eaten", "fat_g"),
    Feature(
        "energy_balance", "kcal", INTERACTION,
        "Energy eaten - total energy spent, on a complete food-log day.", BALANCE,
    ),
    Feature(
        "energy_balance_7d_avg", "kcal", INTERACTION,
        "Mean of energy_balance over 7 days, complete food-log days only.", mean_7d(BALANCE),
    ),
    Feature(
        "energy_availability", "kcal/kg FFM", INTERACTION, AVAILABILITY_TEXT,
        formula(formulas.energy_availability, ENERGY, WORKOUT_KCAL, WEIGHT, BODY_FAT_LAST),
    ),
    Feature(
        "energy_availability_7d_avg", "kcal/kg FFM", INTERACTION,
        "The same of the 7-day means of energy eaten, complete food-log days only, and of "
        "energy spent "
        "in workouts.",
        formula(formulas.energy_availability, mean_7d(ENERGY), mean_7d(WORKOUT_KCAL), WEIGHT, BODY_FAT_LAST),
    ),
    Feature(
        "net_energy_per_kg", "kcal/kg", INTERACTION,
        "(Energy eaten - energy spent in workouts) / the profile's body weight, on a complete food-log "
        "day: a "
        "stand-in for energy availability where body fat is unknown.",
        formula(formulas.net_energy_per_kg, ENERGY, WORKOUT_KCAL, WEIGHT),
    ),
    Feature(
        "intake_to_resting_energy_7d", "ratio", INTERACTION,
        "Mean energy eaten over 7 days, complete food-log days only, / resting energy by Mifflin and St "
        "Jeor 1990 "
        "from the profile's weight, height, age and sex. Below 1.1 a log is rarely complete (Goldberg "
        "cut-off, "
        "Black 2000, Int J Obes 24:1119).",
        formula(formulas.ratio, mean_7d(ENERGY), RESTING_KCAL),
    ),
    Feature(
        "carbs_per_active_minute", "g/min", INTERACTION,
        "Carbohydrate eaten / minutes of workouts, on a complete food-log day with a workout.",
        formula(formulas.ratio, CARBS, MINUTES),
    ),
    Feature(
        "carbs_per_load_7d", "g/load unit", INTERACTION,
        "Mean carbohydrate eaten over 7 days, complete food-log days only, / mean training load over 7 days.",
        formula(formulas.ratio, mean_7d(CARBS), mean_7d(LOAD)),
    ),
    Feature(
        "protein_on_training_days_7d", "g", INTERACTION,
        "Mean protein eaten on days with a workout among 7, complete food-log days only; at least two "
        "such days.",
        TRAINING_PROTEIN,
    ),
    Feature(
        "load_per_sleep_hour_7d", "load units/h", INTERACTION,
        "Mean training load over 7 days / mean hours asleep over 7 days.",
        formula(formulas.per_hour, mean_7d(LOAD), mean_7d(SLEEP)),
    ),
    Feature(
        "ln_rmssd_rr_ratio", "ln ms/s", INTERACTION,
        "1000 x ln RMSSD / (60000 / resting heart rate), the ratio to the R-R interval in ms (Plews et "
        "al. 2012, "
        "Eur J Appl Physiol 112:3729).",
        formula(formulas.ln_rmssd_to_rr, LN_RMSSD, RHR),
    ),
    Feature(
        "night_strain", "sd", INTERACTION,
        "(rhr_zscore - ln_rmssd_zscore) / 2: how far the night's heart rate was up and its variability down "
        "together, against the 28 days before.",
        formula(formulas.night_strain, zscore(RHR), zscore(LN_RMSSD)),
    ),
]  # fmt: skip
