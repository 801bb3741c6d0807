"""What else could make a habit and a night go together, as codes. Owns the table; words are the language's.

A pair names every reason that its own adjustment cannot have taken out: what is measured is adjusted for.
"""

from collections.abc import Collection

from common.compute.correlations.quantities import origin_of
from common.compute.series.channels import Origin

EVENING_OUT = "evening_out"  # company, late hours, another bed
LATE_NIGHT = "late_night"  # whatever kept one up, and the short night itself
STRESS = "stress"
ILLNESS = "illness"
HEAT = "heat"
TRAINING_BLOCK = "training_block"
BUSY_DAY = "busy_day"

_EVENINGS = frozenset(
    {"alcohol_drinks", "alcohol", "late_meal", "last_meal_hour", "late_energy_kcal", "eating_window_hours"}
)
_TRAINING = frozenset({
    "workout_minutes", "hard_minutes", "training_load", "evening_workout_minutes", "workout_kcal",
    "workout_distance_m", "strain_score",
})  # fmt: skip
_KNOWN_BY = {
    STRESS: frozenset({"stress_level", "stress"}),
    ILLNESS: frozenset({"illness"}),
    HEAT: frozenset({"skin_temperature_c"}),
    LATE_NIGHT: frozenset({"sleep_minutes"}),
}


def other_reasons(input_channel: str, known: Collection[str]) -> tuple[str, ...]:
    """Return codes, most plausible first; `known` are the channels of the person that are measured or
    said.
    """
    return tuple(
        reason for reason in _reasons(input_channel) if _KNOWN_BY.get(reason, frozenset()).isdisjoint(known)
    )


def _reasons(channel: str) -> tuple[str, ...]:
    if channel in _EVENINGS:
        return (EVENING_OUT, LATE_NIGHT, STRESS)
    if channel in _TRAINING:
        return (TRAINING_BLOCK, HEAT)
    match origin_of(channel):
        case Origin.NUTRITION | Origin.TIMING:
            return (EVENING_OUT, BUSY_DAY, STRESS)
        case Origin.ACTIVITY:
            return (ILLNESS, BUSY_DAY, HEAT)
        case _:
            return (STRESS, ILLNESS)
