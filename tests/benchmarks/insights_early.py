"""`python -m tests.benchmarks.insights_early [--data DIR] [--print]`: what they hear by day 14.

Real people's nights (their heart rate, HRV and sleep) with meals and workouts of made-up habits beside them.
An insight counts as useful where all of this holds:

1. it names something to do or to decide (RULE_ACTION); what is only good to know does not count;
2. its figure is the person's own and agrees with the rows, added up here by plain loops;
3. it is true of the person, not of one week: the habit the meals were drawn from, or the person's own nights
   after day 14, lies on the same side of what the figure is held against;
4. it is no trifle: the figure lies a tenth or more from that, late meals are four in ten;
5. a goal it is held against is one the person set, not one the app starts with.

Habits are drawn about published means: energy and fibre NHANES 2017-2018 (2,090 kcal, 16 g), protein 16% of
energy; half of the people never touched the goals the app starts with. Seeded.
"""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from common.compute.insights import Candidate, Insight, choose, decide_telling, gather, render
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Meals,
    PersonRows,
    Profile,
    Workouts,
)
from common.inference.forest import load_forest
from common.settings import get_settings
from model_export.data.rows import to_person_rows
from model_export.data.tidy import TidyPerson, read_tidy

DAYS, LEAST_NIGHTS = 14, 10
RULE_ACTION = 0.65
"""Least actionability of an insight whose recommendation is a thing to do."""
TRIFLE = 0.1
KCAL_A_GRAM = {"protein": 4.0, "carbs": 4.0, "fat": 9.0}


def people(folder: Path) -> Iterable[TidyPerson]:
    for path in sorted(folder.glob("*.csv")):
        yield from read_tidy(path).people


def nights_of(person: TidyPerson, measure: str = "rhr") -> dict[date, float]:
    values = person.values.get(measure, [])
    return {day: v for day, v in zip(person.days, values, strict=False) if np.isfinite(v)}


def series_until(rows: PersonRows, last: date, days: int) -> DailySeries:
    zone, _ = resolve_zone(rows.profile.timezone)
    as_of = resolve_as_of(zone, last, datetime(2100, 1, 1, tzinfo=UTC))
    return build_series(rows, last - timedelta(days=days), last, as_of)


@dataclass(frozen=True)
class Habit:
    """How a made-up person eats, logs and trains."""

    energy_kcal: float
    shares: dict[str, float]
    """Of energy, by macronutrient."""
    fiber_g: float
    dinner_hour: float
    logged_share: float
    trained_share: float
    profile: Profile

    def of(self, nutrient: str) -> float:
        """Daily mean, kcal or g."""
        if nutrient == "energy":
            return self.energy_kcal
        return self.energy_kcal * self.shares[nutrient] / KCAL_A_GRAM[nutrient]

    @classmethod
    def drawn_by(cls, rng: np.random.Generator) -> "Habit":
        weight = float(np.clip(rng.normal(75, 14), 48, 120))
        energy = float(np.clip(rng.normal(2090, 450), 1400, 3400))
        protein, fat = float(np.clip(rng.normal(0.16, 0.03), 0.1, 0.26)), float(rng.normal(0.36, 0.04))
        profile = Profile("early", "UTC", weight_kg=round(weight, 1))
        if rng.random() < 0.5:
            profile = replace(
                profile,
                goal_calories_kcal=float(round(rng.normal(2000, 300), -2)),
                goal_protein_g=float(round(weight * rng.uniform(1.0, 1.8), -1)),
            )
        return cls(
            energy, {"protein": protein, "fat": fat, "carbs": 1 - protein - fat},
            float(np.clip(rng.normal(16, 6), 6, 40)), float(rng.normal(19.3, 1.2)),
            float(rng.uniform(0.6, 0.95)), float(rng.uniform(0.0, 0.7)), profile,
        )  # fmt: skip


@dataclass
class Diary:
    """What was logged up to `last`, as plain records; a day is logged whole or not at all."""

    last: date
    meals: list[tuple[date, float, dict[str, float]]] = field(default_factory=list)
    workouts: list[tuple[date, int]] = field(default_factory=list)

    @classmethod
    def kept_by(cls, habit: Habit, rng: np.random.Generator, days: list[date]) -> "Diary":
        diary = cls(days[-1])
        for day in days:
            if rng.random() < habit.trained_share:
                diary.workouts.append((day, int(rng.integers(25, 80))))
            if rng.random() >= habit.logged_share:
                continue
            energy = habit.energy_kcal * float(np.clip(rng.normal(1, 0.2), 0.75, 1.6))
            # no less than would count as a full log
            energy = max(energy, 0.62 * habit.profile.goal_calories_kcal)
            hours = (8.0, 12.7, float(np.clip(habit.dinner_hour + rng.normal(0, 0.6), 16, 23.9)))
            for hour, share in zip(hours, (0.25, 0.35, 0.40), strict=True):
                kcal = energy * share
                eaten = {n: kcal * habit.shares[n] / KCAL_A_GRAM[n] for n in KCAL_A_GRAM}
                fiber = habit.fiber_g * share * energy / habit.energy_kcal
                diary.meals.append((day, hour, {"energy": kcal, "fiber": fiber, **eaten}))
        return diary

    def daily(self, nutrient: str, days: int) -> list[float]:
        totals: dict[date, float] = {}
        for day, _, eaten in self.meals:
            if self.last - day < timedelta(days=days):
                totals[day] = totals.get(day, 0.0) + eaten[nutrient]
        return list(totals.values())

    def beside(self, own: PersonRows, profile: Profile) -> PersonRows:
        """The rows of a person whose nights are `own` and who kept this diary."""
        nutrients = np.full((len(self.meals), len(NUTRIENTS)), np.nan)
        for row, (_, _, eaten) in zip(nutrients, self.meals, strict=True):
            row[:5] = [eaten[name] for name in ("energy", "protein", "carbs", "fat", "fiber")]
        measures = np.full((len(self.workouts), len(WORKOUT_MEASURES)), np.nan)
        measures[:, 0] = [minutes for _, minutes in self.workouts]
        begun = np.array([_moment(day, 17.0) for day, _ in self.workouts], "datetime64[ms]")
        return PersonRows(
            profile,
            Meals(
                np.array([_moment(day, hour) for day, hour, _ in self.meals], "datetime64[ms]"),
                ["food"] * len(self.meals), ["meal"] * len(self.meals), nutrients,
            ),
            own.readings,
            Workouts(
                begun, begun + (measures[:, 0] * 60_000).astype("timedelta64[ms]"),
                ["RUNNING"] * len(begun), ["MODERATE"] * len(begun), ["manual"] * len(begun), measures,
            ),
        )  # fmt: skip


def _moment(day: date, hour: float) -> datetime:
    return datetime.combine(day, time()) + timedelta(hours=hour)


@dataclass(frozen=True)
class Early:
    """One person on day 14."""

    name: str
    habit: Habit
    diary: Diary
    own: dict[str, tuple[list[float], list[float]]]
    """By measure, the person's own values up to day 14 and in the 60 days after."""
    shown: list[Candidate]

    def is_useful(self, insight: Insight) -> bool:
        judge = _JUDGES.get(insight.template)
        return insight.weight.actionability >= RULE_ACTION and judge is not None and judge(self, insight)


def meet_people(folder: Path, draw: int = 0) -> Iterable[Early]:
    """Everybody with enough nights; another `draw` gives them other habits."""
    rate_nights = load_forest(get_settings().models).rate
    for seed, person in enumerate(people(folder)):
        nights = sorted(nights_of(person) or nights_of(person, "hrv_rmssd"))
        if not nights:
            continue
        last = nights[0] + timedelta(days=DAYS - 1)
        if sum(day <= last for day in nights) < LEAST_NIGHTS:
            continue
        rng = np.random.default_rng([seed, draw])
        habit = Habit.drawn_by(rng)
        diary = Diary.kept_by(habit, rng, [last - timedelta(days=n) for n in range(DAYS - 1, -1, -1)])
        rows = diary.beside(to_person_rows(person), habit.profile)
        insights = gather(series_until(rows, last, DAYS - 1), [], [], rate_nights=rate_nights)
        shown = choose([Candidate(i, decide_telling(i, None, last), 1.0, 1.0) for i in insights])
        measures = {name: nights_of(person, name) for name in ("sleep_minutes", "steps")}
        worn = measures["sleep_minutes"]
        measures["steps"] = {day: v for day, v in measures["steps"].items() if day in worn}
        yield Early(
            f"{person.dataset}-{person.user}", habit, diary,
{
                name: (
                    [v for day, v in values.items() if 0 <= (last - day).days < DAYS],
                    [v for day, v in values.items() if 0 < (day - last).days <= 60],
                )
                for name, values in measures.items()
            },
            shown,
        )  # fmt: skip


STARTING = Profile("")


def _agrees(told: object, worked_out: float) -> bool:
    return abs(float(str(told)) - worked_out) <= 1e-6 * max(abs(worked_out), 1.0)


def _judge_goal(early: Early, insight: Insight) -> bool:
    days = early.diary.daily(insight.subject, 7)
    average, wanted = sum(days) / len(days), float(insight.facts["goal"].value)
    side = 1 if average > wanted else -1
    return (
        insight.subject in {"energy", "protein"}  # the goals the made-up people set
        and early.habit.profile.goal_protein_g != STARTING.goal_protein_g
        and _agrees(insight.facts["average"].value, average)
        and side * (average / wanted - 1) >= TRIFLE
        and side * (early.habit.of(insight.subject) / wanted - 1) > 0
    )


def _judge_fiber(early: Early, insight: Insight) -> bool:
    days = early.diary.daily("fiber", 28)
    average, advised = sum(days) / len(days), float(insight.facts["advised"].value)
    return (
        _agrees(insight.facts["average"].value, average)
        and average <= (1 - TRIFLE) * advised
        and early.habit.fiber_g < advised
    )


def _judge_late(early: Early, insight: Insight) -> bool:
    dinners = [hour for _, hour, _ in early.diary.meals[2::3]]
    late = sum(hour >= 21 for hour in dinners)
    return _agrees(insight.facts["late"].value, late) and late >= 0.4 * len(dinners)


def _judge_own(early: Early, insight: Insight) -> bool:
    now, later = early.own["steps" if insight.template == "few_steps" else "sleep_minutes"]
    average, advised = sum(now) / len(now), float(insight.facts["advised"].value)
    return (
        _agrees(insight.facts["average"].value, average)
        and average <= (1 - TRIFLE) * advised
        and bool(later)
        and sum(later) / len(later) < advised
    )


_JUDGES: dict[str, Callable[[Early, Insight], bool]] = {
    **dict.fromkeys(
        ("goal_protein_below", "goal_energy_below", "goal_energy_above", "goal_below", "goal_above"),
        _judge_goal,
    ),
    "little_fiber": _judge_fiber,
    "late_eating": _judge_late,
    "short_sleep": _judge_own,
    "few_steps": _judge_own,
}
"""Who works a figure out again; what is not listed counts as of no use."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"), required=False)
    parser.add_argument("--draws", type=int, default=5, help="of habits for each person")
    parser.add_argument("--print", action="store_true", help="what each person hears, and the verdict")
    arguments = parser.parse_args()
    told = useful = count = 0
    by_template: Counter[str] = Counter()
    of_use: Counter[str] = Counter()
    everybody = (e for draw in range(arguments.draws) for e in meet_people(Path(arguments.data), draw))
    for early in everybody:
        verdicts = [early.is_useful(c.insight) for c in early.shown]
        count, told, useful = count + 1, told + bool(early.shown), useful + any(verdicts)
        by_template.update(c.insight.template for c in early.shown)
        of_use.update(c.insight.template for c, good in zip(early.shown, verdicts, strict=True) if good)
        if arguments.print:
            print(f"\n## {early.name}\n")
            for candidate, good in zip(early.shown, verdicts, strict=True):
                said = render(candidate.insight)
                print(f"- [{'useful' if good else '-'}] **{said.title}** {said.description}")
                print(f"  *{said.recommendation}*")
    print(f"\npeople told something on day {DAYS}: {told} of {count} = {told / count:.2f}")
    print(f"people told something useful: {useful} of {count} = {useful / count:.2f} (goal >= .80)")
    for template, n in by_template.most_common():
        print(f"  {template}: told to {n / count:.0%}, useful to {of_use[template] / count:.0%}")


if __name__ == "__main__":
    main()
