"""What a person was told before, out of stored rows and back into them. Knows no SQL.

Rows may be of an older or a newer build, or of another writer: nothing in one is an error. What a row of
another build says is kept as it is stored, and never worded anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from common.compute.insights import Insight, Remembered, Votes, vote
from common.compute.insights.facts import LIVES_DAYS
from common.compute.insights.trials import can_try
from common.compute.trials import EARLIER_LENGTH_DAYS, LENGTHS_DAYS, Trial
from common.schemas.insights import FactAnswer, KeptInsight, Wording
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
    """Return rows of another writer are left alone."""
    told: list[KeptInsight] = []
    remembered: dict[Identity, Remembered] = {}
    votes: dict[tuple[str, str], Votes] = {}
    for item in stored:
        kept = read_row(item)
        if kept is None:
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


_KEPT = ("version", "template", "subject", "direction", "since", "toldOn", "facts", "notes", "magnitude",
         "plotted", "plottedDays", "lagDays", "rankReason", "ranks", "foundOn")  # fmt: skip
NOT_OF_1_0_0 = frozenset({"supported", "usual_lately", "settled_level"})
"""Templates that build 1.0.0 would fail on; after a roll-back it passes over rows without `rankReason`."""
_FACT: TypeAdapter[FactAnswer] = TypeAdapter(FactAnswer)


def read_row(item: StoredInsight) -> KeptInsight | None:
    """None of a row whose template, type or priority cannot be told; what else is missing gets a default."""
    row, metadata = item.row, item.row.metadata
    if not isinstance(metadata, dict) or not isinstance(metadata.get("template"), str):
        return None
    found = {name: metadata[name] for name in _KEPT if name in metadata}
    words = metadata.get("words")
    behind = words if isinstance(words, dict) else {}
    fixed = {
        "id": row.id,
        "type": row.insight_type,
        "priority": row.priority,
        "data_points": row.data_points,
        "correlation": row.correlation,
        "confidence": row.confidence,
        "expires_at": _expiry(item),
        "viewed": item.viewed,
        "dismissed": item.dismissed,
        "helpful": item.helpful,
        "facts": _facts(found.pop("facts", None)),
        "words": {
            "title": row.title,
            "description": row.description,
            "recommendation": row.recommendation,
            "evidence": str(behind.get("evidence", "")),
            "caveat": str(behind.get("caveat", "")),
        },
        "stored": metadata,
    }
    day = item.created_at.date()
    usual = {
        "version": "", "subject": "", "direction": "", "since": day, "toldOn": day, "foundOn": day,
        "notes": [], "magnitude": 0.0, "plotted": [], "plottedDays": 1, "lagDays": 0, "rankReason": "",
        "ranks": [],
    }  # fmt: skip
    try:
        return KeptInsight.model_validate(usual | found | fixed)
    except ValidationError as error:
        wrong = {str(fault["loc"][0]) for fault in error.errors(include_url=False, include_input=False)}
    try:
        return KeptInsight.model_validate(usual | {k: v for k, v in found.items() if k not in wrong} | fixed)
    except ValidationError:
        return None


def _expiry(item: StoredInsight) -> datetime:
    if item.row.expires_at is not None:
        return item.row.expires_at.replace(tzinfo=UTC)
    lives = LIVES_DAYS.get(item.row.insight_type, 1)
    return item.created_at.replace(tzinfo=UTC) + timedelta(days=lives)


def _facts(stored: object) -> dict[str, FactAnswer]:
    """Those that are a value with a unit."""
    facts: dict[str, FactAnswer] = {}
    for name, fact in stored.items() if isinstance(stored, dict) else ():
        try:
            facts[name] = _FACT.validate_python(fact)
        except ValidationError:
            continue
    return facts


def trials_of(memory: Memory, user_id: str) -> list[Trial]:
    """Return trials the person started that this build can follow, the latest first."""
    started = (_trial(told, user_id) for told in memory.told if told.template == "trial_running")
    return [trial for trial in started if trial is not None]


def _trial(told: KeptInsight, user_id: str) -> Trial | None:
    try:
        feature, metric, start, days = (told.facts[name].value for name in ("tip", "metric", "start", "days"))
        if days not in {EARLIER_LENGTH_DAYS, *LENGTHS_DAYS} or not can_try(str(feature), str(metric)):
            return None
        began = date.fromisoformat(str(start))
        return Trial.drawn_for(user_id, str(feature), str(metric), began, int(days))
    except (KeyError, ValueError):
        return None


def as_row(insight: KeptInsight) -> InsightRow:
    """Return the row of an insight, in English and metric units; what was read from a row is as it was
    there.
    """
    words = insight.words
    if words is None:
        raise ValueError("an insight without words is none to store")
    metadata = insight.stored
    if metadata is None:
        told: dict[str, Any] = insight.model_dump(mode="json")
        metadata = {name: told[name] for name in _KEPT} | {"words": _behind(words)}
        if insight.template in NOT_OF_1_0_0:
            del metadata["rankReason"]
    return InsightRow(
        id=insight.id,
        insight_type=insight.type,
        priority=insight.priority,
        title=words.title,
        description=words.description,
        recommendation=words.recommendation,
        confidence=insight.confidence,
        data_points=insight.data_points,
        correlation=insight.correlation,
        metadata=metadata,
        expires_at=insight.expires_at.replace(tzinfo=None),
    )


def _behind(words: Wording) -> dict[str, str]:
    """Return the sentences that have no column of their own."""
    return {"evidence": words.evidence, "caveat": words.caveat}
