"""Which few insights are shown, and in what order: benefit x confidence x actionability x novelty x taste.

Feedback moves the order only; whether a finding holds was decided before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common.compute.insights.facts import Insight
from common.compute.insights.memory import Telling
from common.compute.insights.trials import TRIAL_TEMPLATES

SHOWN_AT_MOST = 5
OF_ONE_KIND = 2
FURTHER_OFF = 0.15
"""Share of a goal by which a nutrient must be further off than energy is, to be news beside it."""
_URGENT = {"CRITICAL"}
EASY_TO_ACT_ON, NEWS, CLEAR_TASTE = 0.7, 0.8, 0.15


@dataclass(frozen=True, slots=True)
class Candidate:
    insight: Insight
    telling: Telling
    novelty: float
    taste: float
    """How helpful this person finds such insights, 1 being as everybody does."""
    dismissed: bool = False

    @property
    def score(self) -> float:
        weight = self.insight.weight
        worth = weight.benefit * weight.confidence * weight.actionability
        return worth * self.novelty * self.taste

    @property
    def ranks(self) -> tuple[str, ...]:
        """Keys of why it stands where it does, of what `score` is made of."""
        weight = self.insight.weight
        reasons = {
            "critical": self.insight.priority in _URGENT,
            _band(weight.benefit, ("little", 0.3), ("some", 0.6), "much"): True,
            _band(weight.confidence, ("tentative", 0.7), ("likely", 0.9), "sure"): True,
            "act": weight.actionability >= EASY_TO_ACT_ON,
            "new" if self.novelty > NEWS else "known": True,
            "liked": self.taste > 1 + CLEAR_TASTE,
            "disliked": self.taste < 1 - CLEAR_TASTE,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)


def _band(value: float, low: tuple[str, float], middle: tuple[str, float], high: str) -> str:
    name, limit = low
    if value < limit:
        return name
    name, limit = middle
    return name if value < limit else high


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the few worth showing; ties in a fixed order, so that equal data give equal answers."""
    shown: list[Candidate] = []
    kinds: dict[str, int] = {}
    topics: set[str] = set()
    for candidate in order(candidates):
        insight = candidate.insight
        if candidate.telling.silent or candidate.dismissed or len(shown) == SHOWN_AT_MOST:
            continue
        # a trial that answers nothing must not push out what the days say
        counted = "trial" if insight.template in TRIAL_TEMPLATES else insight.kind
        if kinds.get(counted, 0) == OF_ONE_KIND or _topic(insight) in topics:
            continue
        shown.append(candidate)
        kinds[counted] = kinds.get(counted, 0) + 1
        topics.add(_topic(insight))
    return shown


def order(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(
        candidates,
        key=lambda c: (
            c.insight.priority not in _URGENT,
            -c.score,
            c.insight.kind,
            c.insight.subject,
            c.insight.direction,
        ),
    )


def _topic(insight: Insight) -> str:
    """Return what is said at most once a day, in whatever figures."""
    if insight.template in {"usual_range", "usual_lately"}:
        return "a usual range"
    if insight.template == "goal_on_track":
        return insight.template
    if insight.kind == "GOAL_PROGRESS" and insight.subject in {"carbs", "fat"}:
        return "a lesser goal"
    return f"{insight.kind}:{insight.subject}:{insight.direction}"


def reconcile(insights: Sequence[Insight]) -> list[Insight]:
    """Without what contradicts something weightier: strained nights speak against effort and good news."""
    strained = any(insight.kind == "ANOMALY" for insight in insights)
    low_energy = any(insight.template in {"energy_low", "energy_goal_low"} for insight in insights)
    return [
        insight
        for insight in insights
        if not (strained and (insight.template == "forecast_better" or insight.subject in _EFFORT))
        and not (low_energy and insight.template in {"goal_on_track", "goal_above", "weight_goal"})
        and not (insight.template == "irregular_sleep" and _told(insights, "weekend_sleep"))
        and not _follows_from_energy(insight, insights)
    ]


_EFFORT = {"steps_daily", "exercise_minutes_daily", "standing_hours_daily", "few_steps", "same_training"}


def _follows_from_energy(insight: Insight, insights: Sequence[Insight]) -> bool:
    """Whether a nutrient is off its goal about as far, and on the same side, as all food together is."""
    if insight.template not in {"goal_protein_below", "goal_below", "goal_above"}:
        return False
    return any(
        energy.subject == "energy"
        and energy.direction == insight.direction
        and abs(insight.magnitude) < abs(energy.magnitude) + FURTHER_OFF
        for energy in insights
        if energy.kind == "GOAL_PROGRESS"
    )


def _told(insights: Sequence[Insight], template: str) -> bool:
    return any(insight.template == template for insight in insights)
