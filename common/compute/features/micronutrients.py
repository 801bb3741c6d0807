"""Features of minerals and vitamins.

A day's sum counts the meals that state the nutrient, so it is a lower bound.
"""

from common.compute.features import formulas
from common.compute.features.families import Family, as_logged, mean_7d, same_day
from common.compute.features.feature import Feature
from common.compute.features.rules import complete, formula

MICRO = "micronutrients"

# feature stem, channel, wording, and how much more or less of it a day could hold, in mg
MINERALS = (
    ("sodium", "sodium_mg", "sodium eaten", 1000),
    ("potassium", "potassium_mg", "potassium eaten", 1000),
    ("calcium", "calcium_mg", "calcium eaten", 300),
    ("iron", "iron_mg", "iron eaten", 5),
    ("magnesium", "magnesium_mg", "magnesium eaten", 100),
    ("zinc", "zinc_mg", "zinc eaten", 5),
)
VITAMINS = (
    ("vitamin_a", "vitamin A eaten"),
    ("vitamin_c", "vitamin C eaten"),
    ("vitamin_d", "vitamin D eaten"),
    ("vitamin_e", "vitamin E eaten"),
    ("vitamin_k", "vitamin K eaten"),
    ("vitamin_b6", "vitamin B6 eaten"),
    ("vitamin_b12", "vitamin B12 eaten"),
    ("folate", "folate eaten"),
    ("thiamin", "thiamin eaten"),
    ("riboflavin", "riboflavin eaten"),
    ("niacin", "niacin eaten"),
)
REFERENCED_MINERALS = ("calcium_mg", "iron_mg", "magnesium_mg", "zinc_mg", "potassium_mg")


def amount(stem: str, unit: str, what: str, channel: str, step: float | None = None) -> Feature:
    eaten = as_logged(f"{stem}_daily", unit, MICRO, f"{what[0].upper()}{what[1:]}, as logged,", channel)
    return eaten.for_correlations(step)


FEATURES: list[Feature] = [
    *(amount(stem, "mg", what, channel, step) for stem, channel, what, step in MINERALS),
    amount("phosphorus", "mg", "phosphorus eaten", "phosphorus_mg", 300),
    amount("cholesterol", "mg", "cholesterol eaten", "cholesterol_mg", 200),
    *(amount(channel, "as logged", what, channel) for channel, what in VITAMINS),
    *(Family(stem, "mg", MICRO, what, complete(channel)).avg_7d() for stem, channel, what, _ in MINERALS),
    same_day(
        "sodium_potassium_ratio", "mg/mg", MICRO, "Sodium / potassium, on a complete food-log day.",
        formulas.ratio, "sodium_mg", "potassium_mg",
    ),
    same_day(
        "sodium_density", "mg/1000 kcal", MICRO, "1000 x sodium / energy eaten, on a complete food-log day.",
        formulas.per_1000_kcal, "sodium_mg", "energy_kcal",
    ),
    Feature(
        "mineral_adequacy_7d", "%", MICRO,
        "Mean over calcium, iron, magnesium, zinc and potassium of 7-day mean intake / reference intake "
        "(1000, 18, 420, 11, 3400 mg), each at most 1, x 100 (mean adequacy ratio, Guthrie and Scheer 1981, "
        "J Am Diet Assoc 78:240; reference intakes of the US National Academies 2019).",
        formula(
            formulas.mineral_adequacy,
            *(mean_7d(complete(channel)) for channel in REFERENCED_MINERALS),
        ),
    ),
]  # fmt: skip
