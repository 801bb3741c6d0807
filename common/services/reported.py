"""What a person was told before, out of stored rows and back into them. Knows no SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from common.compute.insights import Fact, Insight, Remembered, Sayable, Votes, tell, vote
from common.compute.trials import Trial
from common.schemas.insights import KeptInsight
from common.store.feedback import Feedback
from common.store.insights import InsightRow, StoredInsight

Identity = tuple[str, str, str]
"""Type, subject and direction."""


@dataclass(frozen=True)
class Memory:
    told: Sequence[KeptInsight]
    """Everything told before that this service wrote, each once."""
    remembered: Mapping[Identity, Remembered]
    feedback: Mapping[str, Feedback]
    """By insight id."""
    votes: Mapping[tuple[str, str], Votes] = field(default_factory=dict)
    """By type and template."""

    @classmethod
    def empty(cls) -> "Memory":
        return cls((), {}, {})

    def of(self, insight: Insight) -> Remembered | None:
        return self.remembered.get(insight.identity)

    def knows(self, insight: Insight) -> bool:
        return self.of(insight) is not None


def remember(stored: Sequence[StoredInsight]) -> Memory:
    """Rows of another writer, or of an older version of this one, are left alone."""
    told: list[KeptInsight] = []
    remembered: dict[Identity, Remembered] = {}
    votes: dict[tuple[str, str], Votes] = {}
    for item in stored:
        try:
            kept = _from_row(item)
        except (KeyError, ValueError):
            continue
        told.append(kept)
        key = (kept.type.value, kept.template)
        votes[key] = votes.get(key, Votes()) + vote(helpful=item.helpful, dismissed=item.dismissed)
        identity = (kept.type.value, kept.subject, kept.direction)
        before = remembered.get(identity)
        if before is None or before.found_on < kept.found_on:
            remembered[identity] = Remembered(
                since=kept.since,
                told_on=kept.told_on,
                found_on=kept.found_on,
                magnitude=kept.magnitude,
                dismissed=item.dismissed,
                viewed=item.viewed,
            )
    feedback = {item.row.id: Feedback(item.viewed, item.dismissed, item.helpful) for item in stored}
    return Memory(told, remembered, feedback, votes)


_KEPT = ("template", "subject", "direction", "since", "toldOn", "facts", "notes", "magnitude", "plotted",
         "plottedDays", "lagDays", "rankReason", "foundOn")  # fmt: skip


def _from_row(item: StoredInsight) -> KeptInsight:
    metadata = dict(item.row.metadata or {})
    row = item.row
    if row.expires_at is None:
        raise ValueError("no expiry")
    return KeptInsight.model_validate(
        {name: metadata[name] for name in _KEPT}
        | {
            "id": row.id,
            "type": row.insight_type,
            "priority": row.priority,
            "dataPoints": row.data_points,
            "correlation": row.correlation,
            "confidence": row.confidence,
            "expiresAt": row.expires_at.replace(tzinfo=UTC),
            "viewed": item.viewed,
            "dismissed": item.dismissed,
            "helpful": item.helpful,
        }
    )


def trials_of(memory: Memory, user_id: str) -> list[Trial]:
    """Trials the person started, the latest first."""
    started = [told for told in memory.told if told.template == "trial_running"]
    return [
        Trial.drawn_for(
            user_id,
            str(told.facts["tip"].value),
            str(told.facts["metric"].value),
            date.fromisoformat(str(told.facts["start"].value)),
        )
        for told in started
    ]


@dataclass(frozen=True)
class _Sayable:
    template: str
    facts: Mapping[str, Fact]
    notes: Sequence[str]


def sayable(insight: KeptInsight) -> Sayable:
    facts = {name: Fact(fact.value, fact.unit) for name, fact in insight.facts.items()}
    return _Sayable(insight.template, facts, insight.notes)


def as_row(insight: KeptInsight) -> InsightRow:
    """The row of an insight, in English and metric units."""
    said = tell(sayable(insight))
    told: dict[str, Any] = insight.model_dump(mode="json")
    metadata = {name: told[name] for name in _KEPT}
    return InsightRow(
        id=insight.id,
        insight_type=insight.type,
        priority=insight.priority,
        title=said.title,
        description=said.description,
        recommendation=said.recommendation,
        confidence=insight.confidence,
        data_points=insight.data_points,
        correlation=insight.correlation,
        metadata=metadata,
        expires_at=insight.expires_at.replace(tzinfo=None),
    )
