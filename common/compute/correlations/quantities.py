"""What may be asked: the inputs with a natural step, the outcomes with a floor, the confounders. Data only.

Fixed beforehand and the same for everyone, so that nothing is chosen by looking at a person's days.
"""

from dataclasses import dataclass

from common.compute.measures import REGISTER, Family, Wear
from common.compute.series.channels import CHANNELS, Origin


@dataclass(frozen=True, slots=True)
class Outcome:
    metric: str
    """The name callers use and findings carry."""
    floor: float
    """The smallest change, in the channel's unit, that is worth telling a person."""


# What a person might change in a day, in the channel's unit. None: nobody's units are known, so the step is
# the person's own interquartile range.
STEPS: dict[str, float | None] = {
    "energy_kcal": 300, "protein_g": 30, "carbs_g": 50, "fat_g": 20, "fiber_g": 10, "sugar_g": 25,
    "saturated_fat_g": 10, "trans_fat_g": 1, "cholesterol_mg": 200, "sodium_mg": 1000, "potassium_mg": 1000,
    "calcium_mg": 300, "iron_mg": 5, "magnesium_mg": 100, "zinc_mg": 5, "phosphorus_mg": 300,
    "vitamin_a": None, "vitamin_c": None, "vitamin_d": None, "vitamin_e": None, "vitamin_k": None,
    "vitamin_b6": None, "vitamin_b12": None, "folate": None, "thiamin": None, "riboflavin": None, "niacin":
    None, "alcohol_drinks": 1, "first_meal_hour": 1, "last_meal_hour": 1, "eating_window_hours": 1,
    "late_energy_kcal": 300, "breakfast_skipped": 1, "workout_minutes": 30, "hard_minutes": 15,
    "training_load": 50, "evening_workout_minutes": 30, "workout_kcal": 300,
    "workout_distance_m": 5000, "steps": 3000, "active_kcal": 300, "total_kcal": 300, "exercise_minutes": 30,
    "standing_hours": 2, "strain_score": 3,
    "sleep_minutes": 60, "deep_minutes": 20, "rem_minutes": 20, "sleep_efficiency_pct": 5,
}  # fmt: skip

OUTCOMES: dict[str, Outcome] = {
    measure.channel: Outcome(measure.name, measure.smallest)
    for measure in REGISTER
    if measure.smallest is not None
}

USUAL_METRICS = ("rhr", "hrv_rmssd", "sleep_duration")

HEART_CHANNELS = frozenset(measure.channel for measure in REGISTER if measure.family is Family.HEART)
SLEEP_CHANNELS = frozenset(measure.channel for measure in REGISTER if measure.family is Family.SLEEP)
ACTIVITY_CHANNELS = frozenset(name for name in STEPS if CHANNELS[name].origin is Origin.ACTIVITY)

# A score and what its makers are known to compute it from (vendors' published descriptions).
MADE_OF: dict[str, frozenset[str]] = {
    "sleep_score": SLEEP_CHANNELS,
    "recovery_score": SLEEP_CHANNELS | HEART_CHANNELS | {"strain_score"},
    "readiness_score": SLEEP_CHANNELS | HEART_CHANNELS | ACTIVITY_CHANNELS,
    "stress_level": HEART_CHANNELS | ACTIVITY_CHANNELS,
}

# Wearables estimate the energy of a whole day, rest included, from the heart rate itself.
ESTIMATED_FROM: dict[str, frozenset[str]] = {"total_kcal": HEART_CHANNELS}

# Totals that grow with the hours a device is worn, against lengths that do too.
WORN_CHANNELS = frozenset(measure.channel for measure in REGISTER if measure.wear is Wear.GROWS)
WEAR_PRONE = frozenset(measure.channel for measure in REGISTER if measure.wear is Wear.PRONE)
WORN_OUTCOMES = frozenset(measure.channel for measure in REGISTER if measure.is_length_of_night)

CONFOUNDERS = (
    "training_load",
    "alcohol_drinks",
    *(measure.channel for measure in REGISTER if measure.confounder),
)
"""What moves habits and nights alike where it is known: load, drinks, short nights, stress, heat."""


def metrics_named(name: str) -> tuple[str, ...]:
    """The metrics a caller means by `rhr`, `hrv`, `sleep`, a metric or a "HealthMetricType"; () if none."""
    outcomes = [measure for measure in REGISTER if measure.channel in OUTCOMES]
    return tuple(
        measure.name
        for measure in outcomes
        if name in {measure.name, measure.channel, measure.stored_as, *measure.groups}
    )
