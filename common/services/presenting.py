"""A feed put into words for one caller: language, units, filters, and what the person did with each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from common.compute.insights import INSIGHTS_VERSION, LOCALES, explain_rank
from common.compute.insights.cautions import FRAGILE
from common.errors import InvalidInput, Problem
from common.schemas.insights import (
    Feed,
    FeedTotals,
    InsightAnswer,
    InsightsAnswer,
    InsightType,
    KeptInsight,
    Priority,
    UnitSystem,
    Wording,
)
from common.services.answers import Answer
from common.services.wording import may_be_shown, word
from common.store.feedback import Feedback

DEFAULT_LOCALE = "en"


@dataclass(frozen=True)
class View:
    types: tuple[InsightType, ...] = ()
    """None: all of them; so with `priorities`."""
    priorities: tuple[Priority, ...] = ()
    since: date | None = None
    """Only what was told on this day or later."""
    viewed: bool | None = None
    """Only what was seen, or only what was not; None: both."""
    limit: int | None = None
    cursor: str | None = None
    """`nextCursor` of the page before."""
    include_dismissed: bool = False
    locale: str = DEFAULT_LOCALE
    units: UnitSystem = UnitSystem.METRIC


def present(answer: Answer, feed: Feed, view: View, feedback: Mapping[str, Feedback]) -> Answer:
    """Raise InvalidInput for a cursor that names no insight of the feed."""
    locale = choose_locale(view.locale)
    shown = _shown(feed, view, feedback)
    listed = [insight for insight in shown if _is_asked_for(insight, view)]
    page, following = _page(listed, view)
    body = InsightsAnswer(
        **feed.model_dump(include=_SHARED),
        explanation=LOCALES[locale].statuses[feed.status.value],
        locale=locale,
        units=view.units,
        insights=[
            say_insight(insight, words, locale)
            for insight in page
            if (words := word(insight, locale, view.units)) is not None
            and (not answer.stale or _passes(insight, words))
        ],
        new=[insight.id for insight in listed if insight.told_on == feed.date],
        expired=[insight.id for insight in feed.withdrawn],
        needed=feed.needed,
        totals=_count(shown, listed),
        next_cursor=following,
    )
    told = repr((view, sorted((i.id, i.viewed, i.dismissed, i.helpful) for i in shown)))
    etag = f'{answer.etag[:-1]}-{blake2b(told.encode(), digest_size=6).hexdigest()}"'
    return Answer(body.model_dump_json().encode(), etag, answer.cached, answer.stale)


def _passes(insight: KeptInsight, words: Wording) -> bool:
    """Whether a stale insight went through this build's gate, or could harm nobody.

    Who the person is, is not known while their rows are away.
    """
    return insight.version == INSIGHTS_VERSION or may_be_shown(insight, words, FRAGILE)


def choose_locale(wanted: str) -> str:
    """Return the shipped language nearest to the one wanted; English where there is none."""
    language = wanted.replace("_", "-").partition("-")[0].lower()
    return language if language in LOCALES else DEFAULT_LOCALE


def _shown(feed: Feed, view: View, feedback: Mapping[str, Feedback]) -> list[KeptInsight]:
    standing = [
        *feed.insights,
        *(i for i in (*feed.quiet, *feed.foreign) if i.expires_at > feed.computed_at),
    ]
    shown = []
    for insight in standing:
        if (done := feedback.get(insight.id)) is not None:
            insight = insight.model_copy(  # noqa: PLW2901
                update={"viewed": done.viewed, "dismissed": done.dismissed, "helpful": done.helpful}
            )
        if view.include_dismissed or not insight.dismissed:
            shown.append(insight)
    return shown


def _is_asked_for(insight: KeptInsight, view: View) -> bool:
    return (
        (not view.types or insight.type in view.types)
        and (not view.priorities or insight.priority in view.priorities)
        and (view.since is None or insight.told_on >= view.since)
        and (view.viewed is None or insight.viewed is view.viewed)
    )


def _count(shown: list[KeptInsight], listed: list[KeptInsight]) -> FeedTotals:
    return FeedTotals(
        shown=len(shown),
        unviewed=sum(not insight.viewed for insight in shown),
        matching=len(listed),
        by_type=Counter(insight.type for insight in shown),
        by_priority=Counter(insight.priority for insight in shown),
    )


def _page(listed: list[KeptInsight], view: View) -> tuple[list[KeptInsight], str | None]:
    start = 0
    if view.cursor is not None:
        ids = [insight.id for insight in listed]
        if view.cursor not in ids:
            problem = Problem("/cursor", "invalid_cursor", "must be the nextCursor of an earlier answer")
            raise InvalidInput("The cursor names no insight of this feed.", [problem], code="invalid_cursor")
        start = ids.index(view.cursor) + 1
    stop = len(listed) if view.limit is None else start + view.limit
    page = listed[start:stop]
    return page, page[-1].id if page and stop < len(listed) else None


def say_insight(insight: KeptInsight, words: Wording, locale: str) -> InsightAnswer:
    state = insight.model_dump(include=_STATE)
    if insight.version == INSIGHTS_VERSION:
        state["rankReason"] = explain_rank(insight.ranks, locale)
    return InsightAnswer(
        **state,
        **words.model_dump(exclude={"evidence"}),
        evidence={name: fact.value for name, fact in insight.facts.items()},
        evidence_units={name: fact.unit for name, fact in insight.facts.items()},
    )


_SHARED = (set(Feed.model_fields) & set(InsightsAnswer.model_fields)) - {"insights", "needed"}
_STATE = set(KeptInsight.model_fields) & set(InsightAnswer.model_fields)
