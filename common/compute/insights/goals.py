"""Insights of goals: what a person ate on fully logged days against the goals in their profile.

Days whose food log is not complete never enter; neither does the day that is not over.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from common.compute.insights.advice import PROTEIN_CEILING_G_PER_KG, energy_floor_kcal, low_energy_kcal
from common.compute.insights.cautions import FRAGILE, STARTING, Caution, is_underweight
from common.compute.insights.facts import Fact, Insight, Weight, bounded
from common.compute.series.build import DailySeries
from common.compute.series.rows import Profile

WEEK_DAYS, LEAST_DAYS = 7, 4
ENOUGH_PROTEIN_G_PER_KG = 1.2
ON_TRACK = 0.05
"""Share of a goal within which an average counts as on it."""


@dataclass(frozen=True, slots=True)
class Goal:
    nutrient: str
    channel: str
    feature: str
    unit: str
    profile_field: str
    off: float
    """Share of the goal from which being off is worth telling."""
    above_matters: bool

    def of(self, profile: Profile) -> float:
        return float(getattr(profile, self.profile_field))


GOALS = (
    Goal("energy", "energy_kcal", "calories_daily", "kcal", "goal_calories_kcal", 0.10, above_matters=True),
    Goal("protein", "protein_g", "protein_daily", "g", "goal_protein_g", 0.10, above_matters=False),
    Goal("carbs", "carbs_g", "carbs_daily", "g", "goal_carbs_g", 0.25, above_matters=True),
    Goal("fat", "fat_g", "fat_daily", "g", "goal_fat_g", 0.25, above_matters=True),
)


ENOUGH_PROTEIN_G = 75.0
"""A day, where the person's weight is not known."""


@dataclass(frozen=True, slots=True)
class Week:
    """One goal's average over the fully logged days of a week."""

    goal: Goal
    average: float
    days: int
    profile: Profile
    energy_kcal: float
    """The week's average, of the same days."""
    cautions: frozenset[Caution]

    @property
    def wanted(self) -> float:
        return self.goal.of(self.profile)

    @property
    def off(self) -> float:
        """Share of the goal by which the average lies above it (below: negative)."""
        return (self.average - self.wanted) / self.wanted


def tell_goals(series: DailySeries, cautions: frozenset[Caution] = frozenset()) -> list[Insight]:
    """`series` must be closed and masked to complete days."""
    profile = series.profile
    recent = {goal: series[goal.channel][-WEEK_DAYS:] for goal in GOALS}
    averages = {goal: _average(values) for goal, values in recent.items()}
    energy = averages[GOALS[0]]
    weeks = [
        Week(goal, averages[goal], int(np.isfinite(values).sum()), profile, energy, cautions)
        for goal, values in recent.items()
    ]
    enough = [week for week in weeks if week.days >= LEAST_DAYS]
    told = [insight for week in enough if week.wanted > 0 and (insight := _tell(week))]
    if GOALS[0] in {week.goal for week in enough} and not any(i.template.startswith("energy") for i in told):
        told += _tell_weight(energy, weeks[0].days, profile)
    return told


def _average(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _tell(week: Week) -> Insight | None:
    goal = week.goal
    # of carbohydrate and fat only a goal the person set is worth a word
    if goal.nutrient in {"carbs", "fat"} and week.wanted == goal.of(STARTING):
        return None
    if goal.nutrient == "energy" and min(week.average, week.wanted) < low_energy_kcal(week.profile):
        return _tell_low_energy(week)
    if abs(week.off) <= ON_TRACK:
        return _make(week, "goal_on_track", Weight(0.35 if goal.off < 0.2 else 0.15, 0.9, 0.4), "LOW")
    if abs(week.off) < goal.off or (week.off > 0 and not goal.above_matters):
        return None
    return _TELLERS.get(goal.nutrient, _tell_lesser)(week)


def _tell_low_energy(week: Week) -> Insight:
    facts = {"floor": Fact(low_energy_kcal(week.profile), "kcal")}
    if week.average < low_energy_kcal(week.profile):
        return _make(week, "energy_low", Weight(0.9, 0.8, 0.9), "HIGH", facts)
    return _make(week, "energy_goal_low", Weight(0.7, 0.9, 0.8), "MEDIUM", facts)


def _tell_energy(week: Week) -> Insight | None:
    if week.off > 0 and week.wanted < energy_floor_kcal(week.profile):
        return None
    template = "goal_energy_above" if week.off > 0 else "goal_energy_below"
    benefit = bounded(0.3 + abs(week.off))
    return _make(week, template, Weight(benefit, 0.9, 0.7), "MEDIUM")


def _tell_protein(week: Week) -> Insight | None:
    """Compare protein with its goal; a goal above the ceiling of advice is left alone."""
    weight = week.profile.weight_kg
    if weight is not None and week.wanted > PROTEIN_CEILING_G_PER_KG * weight:
        return None
    lacking = week.average < (ENOUGH_PROTEIN_G if weight is None else ENOUGH_PROTEIN_G_PER_KG * weight)
    # more food on top would contradict what is told of energy
    above = (
        not week.cautions & FRAGILE and week.energy_kcal > (1 + ON_TRACK) * week.profile.goal_calories_kcal
    )
    advice = {"advice": Fact("protein_swap" if above else "protein_add", "advice")}
    benefit = bounded(0.3 - week.off) * (1.0 if lacking else 0.5)
    return _make(week, "goal_protein_below", Weight(benefit, 0.9, 1.0), "MEDIUM", advice)


def _tell_lesser(week: Week) -> Insight:
    template = "goal_above" if week.off > 0 else "goal_below"
    return _make(week, template, Weight(0.4 * bounded(0.3 + abs(week.off)), 0.9, 0.7), "LOW")


_TELLERS = {"energy": _tell_energy, "protein": _tell_protein}


def _make(
    week: Week, template: str, weight: Weight, priority: str, facts: Mapping[str, Fact] | None = None
) -> Insight:
    goal = week.goal
    return Insight(
        kind="GOAL_PROGRESS",
        template=template,
        subject=goal.nutrient,
        direction="on" if abs(week.off) <= ON_TRACK else "above" if week.off > 0 else "below",
        priority=priority,
        facts={
            "nutrient": Fact(goal.nutrient, "nutrient"),
            "average": Fact(week.average, goal.unit),
            "goal": Fact(week.wanted, goal.unit),
            "gap": Fact(abs(week.average - week.wanted), goal.unit),
            "days": Fact(week.days, "days"),
            "period": Fact(WEEK_DAYS, "days"),
            **(facts or {}),
        },
        weight=weight,
        data_points=week.days,
        magnitude=week.off,
        tolerance=0.1,
        plotted=(goal.feature,),
        plotted_days=28,
    )


def _tell_weight(average: float, days: int, profile: Profile) -> list[Insight]:
    weight, goal = profile.weight_kg, profile.goal_weight_kg
    if weight is None or goal is None or abs(weight - goal) < 1 or is_underweight(goal, profile.height_cm):
        return []
    return [
        Insight(
            kind="GOAL_PROGRESS",
            template="weight_goal",
            subject="weight",
            direction="above" if weight > goal else "below",
            priority="LOW",
            facts={
                "gap": Fact(abs(round(weight, 1) - round(goal, 1)), "kg"),
                "weight": Fact(weight, "kg"),
                "goal": Fact(goal, "kg"),
                "average": Fact(average, "kcal"),
                "days": Fact(days, "days"),
                "period": Fact(WEEK_DAYS, "days"),
            },
            weight=Weight(0.3, 0.9, 0.5),
            data_points=days,
            magnitude=weight - goal,
            tolerance=1.0,
            plotted=("calories_daily",),
            plotted_days=28,
        )
    ]
