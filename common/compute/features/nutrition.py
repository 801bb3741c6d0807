"""Features of what was eaten: amounts, energy shares, distance from goals, completeness of the log.

Daily amounts show what was logged. Whatever compares, averages or adds days takes complete days only.
"""

from common.compute.features import formulas
from common.compute.features.families import Family, as_logged, mean_7d, same_day, sd_7d
from common.compute.features.feature import Feature
from common.compute.features.rules import complete, formula, logged, profile, total

NUTRITION = "nutrition"

# feature stem, channel, unit, wording
CALORIES = ("calories", "energy_kcal", "kcal", "energy eaten")
PROTEIN = ("protein", "protein_g", "g", "protein eaten")
CARBS = ("carbs", "carbs_g", "g", "carbohydrate eaten")
FAT = ("fat", "fat_g", "g", "fat eaten")
FIBER = ("fiber", "fiber_g", "g", "fibre eaten")
GOALS = {
    "calories": "goal_calories_kcal",
    "protein": "goal_protein_g",
    "carbs": "goal_carbs_g",
    "fat": "goal_fat_g",
}

ENERGY = complete("energy_kcal")
LOG_COMPLETE = formula(formulas.is_one, logged("food_log_complete"))


def family(stem: str, channel: str, unit: str, what: str) -> Family:
    return Family(stem, unit, NUTRITION, what, complete(channel))


def amount(stem: str, channel: str, unit: str, what: str, *, step: float) -> Feature:
    eaten = as_logged(f"{stem}_daily", unit, NUTRITION, f"{what.capitalize()}, as logged,", channel)
    return eaten.for_correlations(step)


def goal(stem: str, channel: str, unit: str, what: str) -> list[Feature]:
    eaten, target = complete(channel), profile(GOALS[stem])
    return [
        Feature(
            f"{stem}_goal_diff", unit, NUTRITION,
            f"{what.capitalize()} minus the person's present goal, on a complete food-log day.",
            formula(formulas.difference, eaten, target),
        ),
        Feature(
            f"{stem}_7d_goal_diff", unit, NUTRITION,
            f"Mean of {what} over 7 days, complete food-log days only, minus the person's present goal.",
            formula(formulas.difference, mean_7d(eaten), target),
        ),
    ]  # fmt: skip


def energy_share(name: str, channel: str, grams: str, kcal_per_gram: int) -> Feature:
    function = formulas.share_of_energy_at_4 if kcal_per_gram == 4 else formulas.share_of_energy_at_9
    return same_day(
        f"{name}_energy_share", "% of energy", NUTRITION,
        f"100 x {kcal_per_gram} kcal/g x {grams} / energy eaten, on a complete food-log day.",
        function, channel, "energy_kcal",
    )  # fmt: skip


FEATURES: list[Feature] = [
    amount(*CALORIES, step=300),
    amount(*PROTEIN, step=30),
    amount(*CARBS, step=50),
    amount(*FAT, step=20),
    amount(*FIBER, step=10),
    amount("sugar", "sugar_g", "g", "sugar eaten", step=25),
    amount("saturated_fat", "saturated_fat_g", "g", "saturated fat eaten", step=10),
    amount("trans_fat", "trans_fat_g", "g", "trans fat eaten", step=1),
    *(family(*row).avg_7d() for row in (CALORIES, PROTEIN, CARBS, FAT, FIBER)),
    *(family(*row).total_7d() for row in (CALORIES, PROTEIN, CARBS, FAT)),
    *(family(*row).sd_7d() for row in (CALORIES, PROTEIN, CARBS)),
    *(family(*row).avg_28d() for row in (CALORIES, PROTEIN)),
    *(family(*row).trend_28d() for row in (CALORIES, PROTEIN)),
    energy_share("protein", "protein_g", "protein", 4),
    energy_share("carbs", "carbs_g", "carbohydrate", 4),
    energy_share("fat", "fat_g", "fat", 9),
    energy_share("sugar", "sugar_g", "sugar", 4),
    energy_share("saturated_fat", "saturated_fat_g", "saturated fat", 9),
    same_day(
        "fiber_density", "g/1000 kcal", NUTRITION,
        "1000 x fibre / energy eaten, on a complete food-log day.",
        formulas.per_1000_kcal, "fiber_g", "energy_kcal",
    ),
    same_day(
        "calories_per_meal", "kcal", NUTRITION,
        "Energy eaten / number of meals, on a complete food-log day.",
        formulas.ratio, "energy_kcal", "meal_count",
    ),
    Feature(
        "calories_7d_cv", "%", NUTRITION,
        "100 x standard deviation / mean of energy eaten over 7 days, complete food-log days only.",
        formula(formulas.percent, sd_7d(ENERGY), mean_7d(ENERGY)),
    ),
    *(feature for row in (CALORIES, PROTEIN, CARBS, FAT) for feature in goal(*row)),
    Feature(
        "calories_on_goal_7d_share", "share", NUTRITION,
        "Share of the complete food-log days among 7 with energy within 10% of the person's present goal.",
        mean_7d(formula(formulas.within_goal, ENERGY, profile("goal_calories_kcal"))),
    ),
    Feature(
        "protein_reached_7d_share", "share", NUTRITION,
        "Share of the complete food-log days among 7 with protein at or above the person's present goal.",
        mean_7d(formula(formulas.goal_reached, complete("protein_g"), profile("goal_protein_g"))),
    ),
    as_logged(
        "alcohol_drinks_daily", "drinks", NUTRITION, "Alcoholic drinks, told by meal names,", "alcohol_drinks"
    ).for_correlations(1),
    as_logged(
        "alcohol_grams_daily", "g", NUTRITION, "Ethanol in alcoholic drinks, told by meal names,", "alcohol_g"
    ),
    Feature(
        "alcohol_standard_drinks_daily", "standard drinks", NUTRITION,
        "Ethanol in alcoholic drinks, told by meal names, of the day / 10 g, a standard drink.",
        formula(formulas.standard_drinks, logged("alcohol_g")),
    ),
    family("alcohol_drinks", "alcohol_drinks", "drinks", "alcoholic drinks").total_7d(),
    as_logged("meals_daily", "meals", NUTRITION, "Meals logged", "meal_count"),
    Feature(
        "food_log_complete", "0/1", NUTRITION,
        "1 where the day's food log is complete, 0 where it is partial, null where no meal is logged.",
        logged("food_log_complete"),
    ),
    Feature(
        "complete_7d_days", "days", NUTRITION,
        "Days with a complete food log among 7.", total(LOG_COMPLETE, 7, 0),
    ),
    Feature(
        "complete_28d_days", "days", NUTRITION,
        "Days with a complete food log among 28.", total(LOG_COMPLETE, 28, 0),
    ),
    Feature(
        "logged_7d_days", "days", NUTRITION, "Days with any meal logged among 7.",
        total(formula(formulas.is_known, logged("meal_count")), 7, 0),
    ),
]  # fmt: skip
