"""Who a text must be careful with: what of a person makes words about food, weight or effort do harm.

Where something is not known it is doubt, not safety: without a height the weight alone decides.
"""

import re
from datetime import date
from enum import StrEnum

import numpy as np

from common.compute.insights.advice import RECENT_DAYS, low_energy_kcal
from common.compute.series.build import DailySeries, closed, complete_only
from common.compute.series.rows import Floats, Profile

UNDERWEIGHT_BMI = 18.5
"""WHO 2000, for adults."""
ASSUMED_HEIGHT_CM = 165.0
"""Of somebody whose height is not known: about the middle of adults, so that 50 kg counts as little."""
ADULT_YEARS = 18
STARVING_KCAL = 1000.0
"""NICE NG69 names severe restriction a warning sign; below this no adult's needs are met (NICE CG189)."""
LEAST_STARVED_DAYS = 7
PREGNANT_DAYS = 294
"""How long saying so stands without another answer: 42 weeks; what lasts longer is post-term (WHO)."""
GAINS = re.compile(r"gain|bulk|build|muscle|mass", re.IGNORECASE)
"""Primary goals of who eats to grow, as "MUSCLE_GAIN"."""
EXERCISING_MINUTES = 120.0
"""A day on average, beside little food: driven exercise is among the signs NICE NG69 lists."""


class Caution(StrEnum):
    UNDERWEIGHT = "underweight"
    GAINING = "gaining"
    MINOR = "minor"
    PREGNANT = "pregnant"
    DISORDERED_EATING = "disordered_eating"
    WEIGHT_UNCLEAR = "weight_unclear"
    """The body mass index is not known."""
    NO_GOALS = "no_goals"
    """The four goals are those the app starts with: nobody set them."""


FRAGILE = frozenset(Caution) - {Caution.WEIGHT_UNCLEAR, Caution.NO_GOALS}
"""For whom words that lead to eating less may do harm."""
STARTING = Profile("")
"""The goals of somebody who set none."""


def cautions_of(series: DailySeries) -> frozenset[Caution]:
    """Return what to be careful of as of the last day of `series`, its open day's journal included."""
    profile, today = series.profile, series.days[-1].astype("datetime64[D]").item()
    found = {
        Caution.UNDERWEIGHT: is_underweight(profile.weight_kg, profile.height_cm),
        Caution.GAINING: _wants_to_gain(profile),
        Caution.MINOR: _is_minor(profile, today),
        Caution.PREGNANT: _is_pregnant(series),
        Caution.DISORDERED_EATING: _eats_disordered(complete_only(closed(series))),
        Caution.WEIGHT_UNCLEAR: profile.weight_kg is None or profile.height_cm is None,
        Caution.NO_GOALS: has_no_goals(profile),
    }
    return frozenset(caution for caution, holds in found.items() if holds)


def is_underweight(weight_kg: float | None, height_cm: float | None) -> bool:
    return (
        weight_kg is not None and weight_kg < UNDERWEIGHT_BMI * ((height_cm or ASSUMED_HEIGHT_CM) / 100) ** 2
    )


def has_no_goals(profile: Profile) -> bool:
    return _goals(profile) == _goals(STARTING)


def _goals(profile: Profile) -> tuple[float, ...]:
    return profile.goal_calories_kcal, profile.goal_protein_g, profile.goal_carbs_g, profile.goal_fat_g


def _wants_to_gain(profile: Profile) -> bool:
    """By either of what they say: who may want to gain is not led to eat less."""
    if GAINS.search(profile.primary_goal or ""):
        return True
    weight, goal = profile.weight_kg, profile.goal_weight_kg
    return weight is not None and goal is not None and goal > weight


def _is_minor(profile: Profile, today: date) -> bool:
    born = profile.date_of_birth
    return born is not None and (
        today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    ) < (ADULT_YEARS)


def _is_pregnant(series: DailySeries) -> bool:
    """By the journal's latest answer, given today too."""
    answers = series["pregnancy"][-PREGNANT_DAYS:]
    given = answers[np.isfinite(answers)]
    return given.size > 0 and bool(given[-1] == 1)


def _eats_disordered(series: DailySeries) -> bool:
    profile = series.profile
    if is_underweight(profile.goal_weight_kg, profile.height_cm) and not _wants_to_gain(profile):
        return True
    if not has_no_goals(profile) and 0 < profile.goal_calories_kcal < STARVING_KCAL:
        return True
    energy = _known(series, "energy_kcal")
    if len(energy) < LEAST_STARVED_DAYS:
        return False
    exercise = _known(series, "workout_minutes")
    driven = exercise.size > 0 and float(exercise.mean()) >= EXERCISING_MINUTES
    eaten = float(energy.mean())
    return eaten < STARVING_KCAL or (driven and eaten < low_energy_kcal(profile))


def _known(series: DailySeries, channel: str) -> Floats:
    recent = series[channel][-RECENT_DAYS:]
    return recent[np.isfinite(recent)]
