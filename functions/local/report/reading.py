"""Asks the services about one person, as the API would be asked. A group's refusal is a part of the story."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np

from common.compute.features import CATALOGUE, FeatureTable, build_features
from common.compute.series.build import closed, complete_only
from common.errors import NotFound, NutriError
from common.schemas.correlations import CorrelationsAnswer
from common.schemas.experiments import ExperimentsAnswer
from common.schemas.insights import InsightsAnswer
from common.schemas.predictions import PredictionsAnswer
from common.schemas.quality import DataQuality
from common.services.answers import Answer
from common.services.correlations import read_correlations
from common.services.features import HISTORY_DAYS
from common.services.insights import read_insights
from common.services.predictions import read_predictions
from common.services.presenting import View
from common.services.snapshot import open_snapshot
from common.services.trials import list_trials

SHOWN_DAYS = 28
KNOWN_DAYS_MIN = 14
"""With fewer days nothing is unusual yet."""
UNUSUAL_SPREADS = 2.0
NOTABLE_AT_MOST = 5
NORMAL_MAD = 1.4826  # the spread of a normal distribution, per median absolute deviation

A = TypeVar("A", CorrelationsAnswer, InsightsAnswer, PredictionsAnswer)


@dataclass(frozen=True)
class Notable:
    """A feature whose latest value is far from the person's own median of the days before."""

    feature: str
    day: date
    value: float
    usual: float
    spreads: float


@dataclass(frozen=True)
class Story:
    user_id: str
    zone: str
    zone_known: bool
    today: date
    days: FeatureTable
    """The last SHOWN_DAYS; what is not over, and food of days not logged to their end, is unknown."""
    notable: list[Notable]
    correlations: CorrelationsAnswer | NutriError
    predictions: PredictionsAnswer | NutriError
    insights: InsightsAnswer | NutriError
    trials: ExperimentsAnswer | NutriError

    @property
    def quality(self) -> DataQuality | None:
        """What the rows behind the findings were like; None where nothing could be asked of them."""
        return None if isinstance(self.correlations, NutriError) else self.correlations.data_quality

    def to_json(self) -> dict[str, Any]:
        days = [str(day) for day in self.days.days]
        return {
            "userId": self.user_id,
            "timezone": self.zone,
            "date": str(self.today),
            "days": days,
            "features": {
                name: [None if np.isnan(value) else round(float(value), 6) for value in row]
                for name, row in zip(self.days.names, self.days.values, strict=True)
            },
            "notable": [{**vars(one), "day": str(one.day)} for one in self.notable],
            "correlations": _plain(self.correlations),
            "predictions": _plain(self.predictions),
            "insights": _plain(self.insights),
            "trials": _plain(self.trials),
        }


def read_report(user_id: str, *, now: datetime) -> Story:
    """Raise NotFound, DeletedByUser, and Unavailable where PostgreSQL is away."""
    snapshot = open_snapshot(user_id, None, HISTORY_DAYS + SHOWN_DAYS, now).loaded
    today = snapshot.as_of.date
    series = complete_only(closed(snapshot.series))
    days = build_features(series).between(today - timedelta(days=SHOWN_DAYS - 1), today)
    return Story(
        user_id=user_id,
        zone=snapshot.zone_name,
        zone_known=series.zone_known,
        today=today,
        days=days,
        notable=find_notable(days),
        correlations=_ask(CorrelationsAnswer, lambda: read_correlations(user_id, None, None, None, now=now)),
        predictions=_ask(
            PredictionsAnswer, lambda: read_predictions(user_id, today + timedelta(days=1), now=now)
        ),
        insights=_ask(InsightsAnswer, lambda: read_insights(user_id, None, View(), now=now)),
        trials=_list_trials(user_id, now),
    )


def _list_trials(user_id: str, now: datetime) -> ExperimentsAnswer | NutriError:
    try:
        return list_trials(user_id, now=now)
    except NutriError as error:
        return error


def find_notable(days: FeatureTable) -> list[Notable]:
    """Return features of a single day whose value of the last two days is unusual, the most unusual first.

    Unusual: further from the median of the days before than UNUSUAL_SPREADS times their scaled median
    absolute deviation. One of those computed from the same channels stands for all.
    """
    found: dict[tuple[str, ...], Notable] = {}
    for name, row in zip(days.names, days.values, strict=True):
        feature = CATALOGUE[name]
        (known,) = np.nonzero(~np.isnan(row))
        if feature.window_days > 1 or feature.category == "temporal" or feature.unit == "as logged":
            continue
        if len(known) <= KNOWN_DAYS_MIN or known[-1] < len(row) - 2:
            continue
        before = row[known[:-1]]
        usual = float(np.median(before))
        spread = NORMAL_MAD * float(np.median(np.abs(before - usual)))
        spreads = (float(row[known[-1]]) - usual) / spread if spread > 0 else 0.0
        same = found.get(feature.derived_from)
        if abs(spreads) >= UNUSUAL_SPREADS and (same is None or abs(spreads) > abs(same.spreads)):
            day = days.days[known[-1]].astype(date)
            found[feature.derived_from] = Notable(name, day, float(row[known[-1]]), usual, spreads)
    return sorted(found.values(), key=lambda one: -abs(one.spreads))[:NOTABLE_AT_MOST]


def _ask(model: type[A], question: Callable[[], Answer]) -> A | NutriError:
    try:
        return model.model_validate_json(question().body)
    except NotFound:
        raise
    except NutriError as refusal:
        return refusal


def _plain(
    answer: CorrelationsAnswer | ExperimentsAnswer | InsightsAnswer | PredictionsAnswer | NutriError,
) -> Any:
    if isinstance(answer, NutriError):
        return {"code": answer.code, "detail": answer.detail}
    return json.loads(answer.model_dump_json(by_alias=True))
