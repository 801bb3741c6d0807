"""Asks the services about one person, as the API would be asked. A group's refusal is a part of the story."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import numpy as np

from common.compute.correlations import DEFAULT_LOOKBACK_DAYS
from common.compute.features import CATALOGUE, FEATURE_VERSION, FeatureTable, build_features
from common.compute.insights.findings import period_of
from common.compute.series.build import closed, complete_only
from common.errors import NotFound, NutriError
from common.schemas.back_tests import BackTestAnswer
from common.schemas.correlations import CorrelationsAnswer
from common.schemas.experiments import ExperimentsAnswer
from common.schemas.insights import InsightsAnswer
from common.schemas.model import ApiModel
from common.schemas.predictions import PredictionsAnswer
from common.schemas.quality import DataQuality
from common.services.answers import Answer
from common.services.back_tests import back_test
from common.services.correlations import read_correlations
from common.services.insights import read_insights
from common.services.predictions import read_predictions
from common.services.presenting import View
from common.services.snapshot import open_snapshot
from common.services.trials import list_trials

SHOWN_DAYS = 28
SEASON_DAYS = 90
USUAL_DAYS = 28
"""What is usual on a day is told by so many days before it."""
BACK_TEST_NIGHTS = 60
KNOWN_DAYS_MIN = 14
"""With fewer days nothing is unusual yet."""
UNUSUAL_SPREADS = 2.0
NOTABLE_AT_MOST = 5
NORMAL_MAD = 1.4826  # the spread of a normal distribution, per median absolute deviation

A = TypeVar("A", BackTestAnswer, CorrelationsAnswer, InsightsAnswer, PredictionsAnswer)


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
    feature_version: str
    today: date
    days: FeatureTable
    """The last SHOWN_DAYS; what is not over, and food of days not logged to their end, is unknown."""
    season: FeatureTable
    """The last SEASON_DAYS likewise, and the USUAL_DAYS before them."""
    period_days: int
    """What findings truly looked back over."""
    notable: list[Notable]
    correlations: CorrelationsAnswer | NutriError
    predictions: PredictionsAnswer | NutriError
    insights: InsightsAnswer | NutriError
    trials: ExperimentsAnswer | NutriError
    back_tests: dict[str, BackTestAnswer]
    """By measure; without those of which too little is known."""

    @property
    def quality(self) -> DataQuality | None:
        """What the rows behind the findings were like; None where nothing could be asked of them."""
        return None if isinstance(self.correlations, NutriError) else self.correlations.data_quality

    def tells(self, name: str) -> bool:
        """Whether any day of the season knows a feature, and no other one tells the same better.

        Drinks that are none whenever they are known give way to the days that somebody says had any.
        """
        drinks, said = self.season["alcohol_drinks_daily"], self.season["alcohol"]
        gives_way = {
            "alcohol_drinks_daily": not (drinks > 0).any() and not np.isnan(said).all(),
            "alcohol": bool((drinks > 0).any()),
        }
        return not np.isnan(self.season[name]).all() and not gives_way.get(name, False)

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
            "backTests": {metric: _plain(made) for metric, made in self.back_tests.items()},
        }


def read_report(user_id: str, *, now: datetime, locale: str = "en", nights: int = BACK_TEST_NIGHTS) -> Story:
    """Ask for everything of one person, insights and trials worded in a locale; back-test so many nights.

    Raise NotFound, DeletedByUser, and Unavailable where PostgreSQL is away.
    """
    snapshot = open_snapshot(user_id, None, DEFAULT_LOOKBACK_DAYS, now).loaded
    today = snapshot.as_of.date
    series = complete_only(closed(snapshot.series))
    known = build_features(series)
    days = known.between(today - timedelta(days=SHOWN_DAYS - 1), today)
    predictions = _ask(
        PredictionsAnswer, lambda: read_predictions(user_id, today + timedelta(days=1), now=now)
    )
    return Story(
        user_id=user_id,
        zone=snapshot.zone_name,
        zone_known=series.zone_known,
        feature_version=FEATURE_VERSION,
        today=today,
        days=days,
        season=known.between(today - timedelta(days=SEASON_DAYS + USUAL_DAYS - 1), today),
        period_days=period_of(snapshot.series, DEFAULT_LOOKBACK_DAYS),
        notable=find_notable(days),
        correlations=_ask(CorrelationsAnswer, lambda: read_correlations(user_id, None, None, None, now=now)),
        predictions=predictions,
        insights=_ask(InsightsAnswer, lambda: read_insights(user_id, None, View(locale=locale), now=now)),
        trials=_list_trials(user_id, locale, now),
        back_tests=_back_test(predictions, user_id, today, nights, now),
    )


def _back_test(
    told: PredictionsAnswer | NutriError, user_id: str, today: date, nights: int, now: datetime
) -> dict[str, BackTestAnswer]:
    """Of every measure that is forecast."""
    made = [] if isinstance(told, NutriError) else told.predictions
    first = today - timedelta(days=nights - 1)
    tested = {
        one.metric: _ask(
            BackTestAnswer, partial(back_test, user_id, one.metric, first, today, horizon=1, now=now)
        )
        for one in made
    }
    return {metric: answer for metric, answer in tested.items() if isinstance(answer, BackTestAnswer)}


def _list_trials(user_id: str, locale: str, now: datetime) -> ExperimentsAnswer | NutriError:
    try:
        return list_trials(user_id, locale, now=now)
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


def _plain(answer: ApiModel | NutriError) -> Any:
    if isinstance(answer, NutriError):
        return {"code": answer.code, "detail": answer.detail}
    return json.loads(answer.model_dump_json(by_alias=True))
