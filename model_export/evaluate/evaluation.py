"""What an evaluation found, as a file beside the model: everything a card and its plots show of it."""

from pathlib import Path

from pydantic import BaseModel

from common.inference.manifest import Horizon, Score, Strict
from model_export.evaluate.answers import PeopleAre


class Skill(BaseModel):
    """Percent of the other's mean error that is saved, and its 90% bootstrap interval clustered by person."""

    model_config = Strict

    percent: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        return self.low > 0

    @property
    def is_worse(self) -> bool:
        return self.high < 0


class Spread(BaseModel):
    """Of one figure over people: a tenth of them lie below `low`, a tenth above `high`."""

    model_config = Strict

    low: float
    median: float
    high: float


class IntervalScore(BaseModel):
    """One level. Scores are Winkler's, in the metric's unit."""

    model_config = Strict

    coverage: float
    width: float
    score: float
    rule_score: float
    """Of the best rule, made conformal from the same nights."""
    skill: Skill


class PersonScore(BaseModel):
    """One person's nights; who it is stays out of what is published."""

    model_config = Strict

    nights: int
    mae: float
    rmse: float
    rule_mae: float
    """Of the group's best rule."""
    coverage: float
    """Of the 80% interval."""

    @property
    def skill_percent(self) -> float:
        return 100 * (1 - self.mae / self.rule_mae)


class Long(BaseModel):
    """People with many scored nights, for whom coverage is a figure of their own."""

    model_config = Strict

    people: int
    covered: int
    """For whom the 80% interval held at least 70% of their nights."""
    coverage: Spread


class GroupScore(BaseModel):
    """One group of nights; errors are in the metric's unit."""

    model_config = Strict

    people_are: PeopleAre
    by: str
    group: str
    horizon: Horizon
    people: int
    nights: int
    best_rule: str
    """In hindsight: of all rules the one with the lowest mean absolute error on these nights."""
    mae: dict[str, float]
    """Of "model", of every rule, of every member."""
    rmse: dict[str, float]
    mase: dict[str, float]
    r2: dict[str, float]
    """Within people."""
    pinball: dict[str, float]
    """Of "model" and the best rule."""
    skill: dict[str, Skill]
    """Over every rule."""
    people_better: int
    """For whom the model's mean error is below the best rule's."""
    mae_of_people: Spread
    rmse_of_people: Spread
    skill_of_people: Spread
    """Over the best rule, in percent."""
    intervals: dict[int, IntervalScore]
    long: Long | None
    persons: list[PersonScore]
    """Of device families only; those with most nights first."""

    @property
    def headline(self) -> Skill:
        return self.skill[self.best_rule]


class Evaluation(BaseModel):
    model_config = Strict

    sha256: str
    """Of the model file whose recipe answered."""
    fitted_rules: list[str]
    members: list[str]
    groups: list[GroupScore]

    def of(self, people_are: PeopleAre, by: str) -> list[GroupScore]:
        return [score for score in self.groups if (score.people_are, score.by) == (people_are, by)]


def read_evaluation(path: Path) -> Evaluation:
    """Raise FileNotFoundError, and pydantic's ValidationError where a field is missing or unknown."""
    return Evaluation.model_validate_json(path.read_bytes())


def short_scores(evaluation: Evaluation) -> list[Score]:
    """Return what a manifest carries of it: one line per data set and horizon."""
    return [
        Score(
            people_are=s.people_are,
            dataset=s.group,
            horizon=s.horizon,
            people=s.people,
            nights=s.nights,
            model=s.mae["model"],
            persistence=s.mae["persistence"],
            best_rule=s.best_rule,
            best_rule_error=s.mae[s.best_rule],
            skill_percent=s.headline.percent,
            skill_low=s.headline.low,
            skill_high=s.headline.high,
            members_percent={
                name: round(100 * (1 - s.mae[name] / s.mae[s.best_rule]), 2) for name in evaluation.members
            },
            coverage={level: found.coverage for level, found in s.intervals.items()},
            interval_skill_percent=s.intervals[80].skill.percent,
        )
        for s in evaluation.groups
        if s.by == "data set"
    ]
