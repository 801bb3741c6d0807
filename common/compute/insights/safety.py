"""The one gate between what was worded and the person: no text leaves that could do this person harm.

It judges what an insight is about, by its template and its facts, and the words themselves, in every
language. `RULES` is all of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from common.compute.insights.cautions import FRAGILE, Caution
from common.compute.insights.facts import Fact, Insight
from common.compute.insights.findings import TRAINING
from common.compute.insights.language import LOCALES, render
from common.compute.insights.trials import TRIAL_TEMPLATES
from common.compute.measures import REGISTER


class Topic(StrEnum):
    EAT_LESS = "eat_less"
    """Smaller portions, less of something, eating earlier or swapping, or a finding that speaks for it."""
    OWN_GOAL = "own_goal"
    """What the person ate against the goals in their profile."""
    PRAISE = "praise"
    """"Keep doing what you do"."""
    WEIGHT = "weight"
    LOSE_WEIGHT = "lose_weight"
    MOVE_MORE = "move_more"
    ALCOHOL = "alcohol"
    UNKNOWN = "unknown"
    """Of another build: nobody here knows what it says."""


@dataclass(frozen=True, slots=True)
class Rule:
    topic: Topic
    refused_for: frozenset[Caution]
    source: str


RULES = (
    Rule(
        Topic.EAT_LESS, FRAGILE,
        "WHO 2000 (underweight below 18.5); AAP 2016, Golden et al. (no dieting talk with adolescents); "
        "ACOG 2013 (pregnancy needs weight gain); NICE NG69 (eating disorders: no talk of dieting)",
    ),
    Rule(
        Topic.PRAISE, FRAGILE - {Caution.GAINING},
        "NICE NG69: praise for little food or low weight confirms an eating disorder",
    ),
    Rule(
        Topic.OWN_GOAL, frozenset({Caution.NO_GOALS}),
        "The backend's contract: all four defaults mean that no goal was set",
    ),
    Rule(
        Topic.WEIGHT, FRAGILE - {Caution.UNDERWEIGHT, Caution.GAINING} | {Caution.WEIGHT_UNCLEAR},
        "AAP 2016; ACOG 2013; NICE NG69; without height and weight nobody knows which weight is healthy",
    ),
    Rule(Topic.LOSE_WEIGHT, FRAGILE, "WHO 2000; AAP 2016; ACOG 2013; NICE NG69"),
    Rule(
        Topic.MOVE_MORE, frozenset({Caution.UNDERWEIGHT, Caution.DISORDERED_EATING}),
        "NICE NG69: driven exercise is a sign of eating disorders; RED-S, Mountjoy et al. 2018 (IOC)",
    ),
    Rule(
        Topic.ALCOHOL, frozenset({Caution.MINOR, Caution.PREGNANT}),
        "WHO 2014 and UK CMOs 2016: none in pregnancy; no advice on drinking to who should not drink",
    ),
    Rule(Topic.UNKNOWN, FRAGILE, "What nobody here can judge is not told to who may be harmed by it"),
)  # fmt: skip

_NOTHING: frozenset[Topic] = frozenset()
_ABOUT_A_HABIT = TRIAL_TEMPLATES | {
    *("correlation", "correlation_same_night", "supported", "early_signal"),
    *("try", "try_more"),
}
TOPICS: Mapping[str, frozenset[Topic]] = {
    **dict.fromkeys(_ABOUT_A_HABIT, _NOTHING),  # told by their facts
    **dict.fromkeys(
        ("forecast_worse", "forecast_better", "nights_off", "nights_off_long", "usual_range", "usual_lately",
         "month_shift", "settled_level",
         "weekend_sleep", "weekend_meals", "irregular_sleep", "short_sleep", "little_fiber", "same_training",
         "energy_low"),
        _NOTHING,
    ),
    "goal_on_track": frozenset({Topic.OWN_GOAL, Topic.PRAISE}),
    "goal_protein_below": frozenset({Topic.OWN_GOAL}),
    "goal_energy_below": frozenset({Topic.OWN_GOAL}),
    "goal_energy_above": frozenset({Topic.OWN_GOAL, Topic.EAT_LESS}),
    "goal_below": frozenset({Topic.OWN_GOAL}),
    "goal_above": frozenset({Topic.OWN_GOAL, Topic.EAT_LESS}),
    "energy_goal_low": frozenset({Topic.OWN_GOAL}),
    "weight_goal": frozenset({Topic.WEIGHT}),
    "late_eating": frozenset({Topic.EAT_LESS}),
    "few_steps": frozenset({Topic.MOVE_MORE}),
}  # fmt: skip
"""What each template is about. One that is not here is unknown."""

_ADVISED: Mapping[str, Topic] = {
    "protein_swap": Topic.EAT_LESS,
    "shift_steps_more": Topic.MOVE_MORE,
    "shift_steps_less": Topic.MOVE_MORE,
}
_MOVING = frozenset({"steps_daily", "exercise_minutes_daily", "standing_hours_daily"})
_NOT_FOOD = (
    frozenset(measure.feature for measure in REGISTER)
    | frozenset(measure.name for measure in REGISTER)
    | TRAINING
    | {"evening_training_minutes", "alcohol_drinks_daily", "alcohol"}
)
_MORE_FOOD = frozenset({"fiber_daily", "protein_daily", "breakfast_skipped"})
"""Advised only as eating more, or at all."""


def is_permitted(
    template: str, facts: Mapping[str, Fact], texts: Iterable[str], cautions: frozenset[Caution]
) -> bool:
    """Whether the insight may be told, worded as `texts` in whatever languages."""
    topics = topics_of(template, facts)
    if cautions & FRAGILE:
        topics |= topics_in(texts)
    return not any(rule.topic in topics and rule.refused_for & cautions for rule in RULES)


def keep_permitted(insights: Iterable[Insight], cautions: frozenset[Caution]) -> list[Insight]:
    """Those that may be told in every language there is."""
    return [
        insight
        for insight in insights
        if is_permitted(insight.template, insight.facts, _texts(insight), cautions)
    ]


def _texts(insight: Insight) -> Iterator[str]:
    for locale in LOCALES:
        said = render(insight, locale)
        yield f"{said.title}\n{said.description}\n{said.recommendation}"


def topics_of(template: str, facts: Mapping[str, Fact]) -> frozenset[Topic]:
    if template not in TOPICS:
        return frozenset({Topic.UNKNOWN})
    named = {fact.unit: str(fact.value) for fact in facts.values() if isinstance(fact.value, str)}
    found = set(TOPICS[template])
    if (advised := _ADVISED.get(named.get("advice", ""))) is not None:
        found.add(advised)
    if template in _ABOUT_A_HABIT:
        found |= _topics_of_habit(template, named.get("condition") or named.get("tip", ""))
    if template == "weight_goal" and _loses(facts):
        found.add(Topic.LOSE_WEIGHT)
    return frozenset(found)


def _topics_of_habit(template: str, feature: str) -> set[Topic]:
    if feature in {"alcohol_drinks_daily", "alcohol"}:
        return {Topic.ALCOHOL}
    if feature in _MOVING:
        return {Topic.MOVE_MORE}
    advised = template in {"try", "try_more"} or template.startswith("trial")
    if feature in _NOT_FOOD or (advised and feature in _MORE_FOOD):
        return set()
    return {Topic.EAT_LESS}


def _loses(facts: Mapping[str, Fact]) -> bool:
    weight, goal = facts.get("weight"), facts.get("goal")
    return weight is None or goal is None or float(weight.value) > float(goal.value)


def topics_in(texts: Iterable[str]) -> frozenset[Topic]:
    """By the words alone: also of what another build stored."""
    if any(pattern.search(text) for text in texts for pattern in _less_food()):
        return frozenset({Topic.EAT_LESS})
    return _NOTHING


@lru_cache(maxsize=1)
def _less_food() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(words.less_food, re.IGNORECASE) for words in LOCALES.values())
