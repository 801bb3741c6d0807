"""What may be advised at all: which habits, in which direction, and within which bounds of the person's own.

A habit that is not listed is never advised, whatever was found of it: nothing on drugs, illness, glucose or
weight, no eating less as such, no more alcohol, no less sleep. Sources: energy floors NIH/NHLBI 2000 (The
Practical Guide, 1,200 kcal for women and 1,500 for men); protein EFSA 2012 (0.83 g/kg) and, as the ceiling of
advice, 2.0 g/kg; fibre EFSA 2010 (25 g); sleep Watson et al. 2015 (7 h or more, 9 h enough for most); steps
Paluch et al. 2021 (7,000 a day) and 2022.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from common.compute.series.build import DailySeries
from common.compute.series.rows import Profile

RECENT_DAYS = 28
ADVISED_SLEEP_MINUTES = 420.0
ADVISED_FIBER_G, ADVISED_STEPS = 25.0, 7_000.0
PROTEIN_CEILING_G_PER_KG = 2.0
WOMEN_KCAL, MEN_KCAL = 1200.0, 1500.0


@dataclass(frozen=True, slots=True)
class Advice:
    feature: str
    channel: str
    direction: int
    """-1: less (or earlier), +1: more. The other direction is never advised."""
    least: float = -np.inf
    most: float = np.inf
    """Where the person's usual must lie for the advice to make sense and do no harm."""
    never_otherwise: bool = False
    """A finding for the other direction is not even told."""
    eats_less: bool = False
    """True where following it may mean eating less: not for somebody who eats little already."""


_ADVICE = (
    Advice("alcohol_drinks_daily", "alcohol_drinks", -1, never_otherwise=True),
    Advice("alcohol", "alcohol", -1, never_otherwise=True),
    Advice("late_energy_daily", "late_energy_kcal", -1, eats_less=True),
    Advice("last_meal_time", "last_meal_hour", -1, least=19.0),
    Advice("evening_training_minutes", "evening_workout_minutes", -1),
    Advice("sugar_daily", "sugar_g", -1, least=30.0, eats_less=True),
    Advice("saturated_fat_daily", "saturated_fat_g", -1, least=15.0, eats_less=True),
    Advice("sodium_daily", "sodium_mg", -1, least=2000.0),
    Advice("breakfast_skipped", "breakfast_skipped", -1),
    Advice("fiber_daily", "fiber_g", +1, most=40.0),
    Advice("protein_daily", "protein_g", +1),
    Advice("steps_daily", "steps", +1, most=12_000.0),
    Advice("exercise_minutes_daily", "exercise_minutes", +1, most=60.0),
    Advice("standing_hours_daily", "standing_hours", +1, most=14.0),
    Advice("sleep_duration", "sleep_minutes", +1, most=510.0, never_otherwise=True),
)
ADVICE: Mapping[str, Advice] = {advice.feature: advice for advice in _ADVICE}


def energy_floor_kcal(profile: Profile) -> float:
    """Below this a day, less food is never suggested; the higher floor where the sex is not known."""
    return WOMEN_KCAL if profile.biological_sex == "FEMALE" else MEN_KCAL


def low_energy_kcal(profile: Profile) -> float:
    """Below this a day, food is surely little for most adults; the lower one where the sex is not known."""
    return MEN_KCAL if profile.biological_sex == "MALE" else WOMEN_KCAL


def usual(series: DailySeries, channel: str, days: int = RECENT_DAYS) -> float:
    """Median of the known values of the last days; NaN where there is none."""
    recent = series[channel][-days:]
    known = recent[np.isfinite(recent)]
    return float(np.median(known)) if known.size else float("nan")


def is_safe(advice: Advice, series: DailySeries) -> bool:
    """Whether the advice stays within bounds for this person; where their usual is unknown it does not."""
    now = usual(series, advice.channel)
    if not advice.least <= now <= advice.most:
        return False
    if advice.eats_less and not usual(series, "energy_kcal") >= energy_floor_kcal(series.profile) + 200:
        return False
    if advice.channel == "protein_g":
        weight = series.profile.weight_kg
        return weight is not None and now + 25 <= PROTEIN_CEILING_G_PER_KG * weight
    return True
