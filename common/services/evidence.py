"""The days behind an insight that was told: the series it was found in, as of the day it was found."""

from datetime import date, datetime, timedelta

import numpy as np

from common.compute.features import CATALOGUE, FeatureTable, build_features
from common.compute.features.own import YES_OR_NO, with_own_habits
from common.compute.series.build import closed, complete_only
from common.errors import NotFound
from common.schemas.evidence import EvidenceAnswer, Pair, PlottedSeries
from common.schemas.insights import KeptInsight, UnitSystem
from common.services.answers import Answer
from common.services.blocklist import require_enabled
from common.services.insights import HISTORY_DAYS
from common.services.lease import turn
from common.services.presenting import choose_locale, say_insight
from common.services.reported import remember
from common.services.snapshot import Snapshot, open_snapshot
from common.services.wording import cautions_for, may_be_shown, word
from common.store.engine import reading
from common.store.insights import list_told


def read_evidence(user_id: str, insight_id: str, locale: str, units: UnitSystem, *, now: datetime) -> Answer:
    """Raise NotFound for an insight this person was never told, DisabledByUser, RateLimited, Unavailable."""
    with reading() as connection:
        memory = remember(list_told(connection, user_id))
    insight = next((told for told in memory.told if told.id == insight_id), None)
    if insight is None:
        raise NotFound("no such insight")
    # a clock that was ahead must not make the day one that is yet to come
    day = min(insight.found_on, now.date())
    opened = open_snapshot(user_id, day, HISTORY_DAYS, now)
    require_enabled(user_id, opened.head.insights_enabled, "insights")
    with turn(user_id, "insights"):
        computed = _describe(opened.loaded, insight, choose_locale(locale), units)
    etag = f'W/"{insight.id[:12]}-{computed.data_version[:12]}-{locale}-{units.value}"'
    return Answer(computed.model_dump_json().encode(), etag)


def _describe(snapshot: Snapshot, insight: KeptInsight, locale: str, units: UnitSystem) -> EvidenceAnswer:
    whole = with_own_habits(build_features(complete_only(closed(snapshot.series))), snapshot.series)
    names = tuple(name for name in insight.plotted if name in whole.names)
    lag_days = min(max(insight.lag_days, 0), HISTORY_DAYS)
    count = min(max(insight.plotted_days + lag_days, 1), HISTORY_DAYS)
    last: date = whole.days[-1].item()
    table = whole.only(names).between(last - timedelta(days=count - 1), last)
    words = word(insight, locale, units)
    if words is None or not may_be_shown(insight, words, cautions_for(snapshot)):
        raise NotFound("no such insight")
    return EvidenceAnswer(
        user_id=snapshot.user_id,
        insight=say_insight(insight, words, locale),
        text=words.evidence or words.description,
        days=table.days.astype("datetime64[D]").tolist(),
        series=[PlottedSeries(name=name, unit=_unit(name), values=_listed(table[name])) for name in names],
        lag_days=lag_days,
        pairs=_pair(table, lag_days) if insight.correlation is not None and len(names) > 1 else [],
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _unit(name: str) -> str:
    return CATALOGUE[name].unit if name in CATALOGUE else YES_OR_NO


def _listed(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _pair(table: FeatureTable, lag_days: int) -> list[Pair]:
    days = table.days.astype("datetime64[D]").tolist()
    before, after = table[table.names[0]], table[table.names[1]]
    return [
        Pair(input_day=days[i], outcome_day=days[i + lag_days], input=before[i], outcome=after[i + lag_days])
        for i in range(len(days) - lag_days)
        if np.isfinite(before[i]) and np.isfinite(after[i + lag_days])
    ]
