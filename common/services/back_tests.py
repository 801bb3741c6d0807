"""What would have been forecast of a range of past nights, beside what was told then and what came."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from common.compute.forecasts.targets import ASKED, TARGETS, Target, find_target
from common.compute.series.build import DailySeries, until
from common.errors import InsufficientData, InvalidInput, Problem
from common.inference.forecast import Forecast
from common.schemas.back_tests import BackTestAnswer, BackTestedNight, BackTestScore, IssuedForecast
from common.schemas.predictions import Interval
from common.services.answers import Answer, Question, answer_question
from common.services.blocklist import require_enabled
from common.services.forecasting import Forecaster, find_forecaster
from common.services.predictions import LOOKBACK_DAYS
from common.services.quality import describe_quality
from common.services.snapshot import Snapshot, open_snapshot
from common.settings import get_settings
from common.store.engine import reading
from common.store.issued import Issued, read_issued

NIGHTS_MAX: Final = 120
USUAL_NIGHTS: Final = 90


def back_test(
    user_id: str, metric: str, first: date | None, last: date | None, *, horizon: int, now: datetime
) -> Answer:
    """Each night of `first`..`last` as asked for it `horizon` days before, in one answer.

    Default: the 90 nights up to `last`, which is the person's today. Raises NotFound, DisabledByUser,
    InvalidInput (`invalid_range`, a night to come), InsufficientData and Unavailable.
    """
    nights = USUAL_NIGHTS if first is None or last is None else (last - first).days + 1
    if not 1 <= nights <= NIGHTS_MAX:
        raise InvalidInput(
            "That is no range of nights to look back on.",
            [Problem("/from", "invalid_range", f"must be up to {NIGHTS_MAX} nights, and not after `to`")],
            code="invalid_range",
        )
    if last is None and first is not None:
        last = min(first + timedelta(days=USUAL_NIGHTS - 1), now.date())
    opened = open_snapshot(user_id, last, LOOKBACK_DAYS + nights + horizon, now)
    require_enabled(user_id, opened.head.predictions_enabled, "prediction")
    last = opened.as_of.date
    first = first or last - timedelta(days=nights - 1)
    forecaster = find_forecaster(metric, user_id, horizon)
    question = Question(
        key=f"prediction:{user_id}:{metric}:{first}..{last}:{horizon}d",
        parameters=str(get_settings().min_data_points_for_ml),
        engine_version=forecaster.version,
        ttl_seconds=get_settings().cache_ttl_predictions,
    )
    asked = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return answer_question(opened, question, lambda snapshot: _answer(snapshot, forecaster, asked))


def _answer(snapshot: Snapshot, forecaster: Forecaster, asked: Sequence[date]) -> BackTestAnswer:
    series = snapshot.series
    target = find_target(series, forecaster.metric)
    issued = _read_issued(snapshot, forecaster.metric, asked)
    nights, made_last = [], None
    for night in asked:
        made = _forecast(forecaster, series, night)
        made_last = made or made_last
        nights.append(
            _describe_night(night, made, target, series, issued.get((_method(made, target), night)))
        )
    if made_last is None:
        raise InsufficientData(
            f"Nothing is known of {target.words} before those nights.",
            have=0,
            need=1,
            unit=f"days of {target.channel}",
        )
    return BackTestAnswer(
        user_id=snapshot.user_id,
        metric=forecaster.metric,
        method=target.method,
        unit=target.unit,
        horizon=forecaster.horizon,
        nights=nights,
        score=_score([(n.actual, n.value, n.baseline, n.prediction_range) for n in nights]),
        issued_score=_score(
            [(n.actual, n.issued.value, n.baseline, n.issued.prediction_range) for n in nights if n.issued]
        ),
        model_id=made_last.model_id,
        model_version=made_last.model_version,
        data_quality=describe_quality(snapshot),
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _forecast(forecaster: Forecaster, series: DailySeries, night: date) -> Forecast | None:
    known = until(series, night - timedelta(days=forecaster.horizon))
    try:
        return forecaster.make(known)
    except InsufficientData:
        return None


def _method(made: Forecast | None, target: Target) -> str:
    """Return the value of "HealthMetricType" that was forecast."""
    return (made.target if made else target).stored_as


def _describe_night(
    night: date, made: Forecast | None, target: Target, series: DailySeries, issued: Issued | None
) -> BackTestedNight:
    channel = made.target.channel if made else target.channel
    actual = float(series[channel][int(np.searchsorted(series.days, np.datetime64(night, "D")))])
    return BackTestedNight(
        target_date=night,
        actual=round(actual, 2) if np.isfinite(actual) else None,
        value=made and round(made.value, 2),
        prediction_range=made and _range(made.intervals[80].lower, made.intervals[80].upper),
        baseline=made and round(made.baseline.value, 2),
        answered_by=None if made is None else "rule" if made.by_rule else "model",
        issued=issued and _describe_issued(issued),
    )


def _describe_issued(issued: Issued) -> IssuedForecast:
    known = issued.lower is not None and issued.upper is not None
    return IssuedForecast(
        value=round(issued.value, 2),
        prediction_range=_range(issued.lower or 0.0, issued.upper or 0.0) if known else None,
        model_id=issued.model_id,
        model_version=issued.model_version,
        made_at=issued.at.replace(tzinfo=UTC),
    )


def _range(lower: float, upper: float) -> Interval:
    return Interval(lower=round(lower, 2), upper=round(upper, 2))


Judged = tuple[float | None, float | None, float | None, Interval | None]
"""What came, what was forecast, what the simple rule said, and the interval."""


def _score(nights: Sequence[Judged]) -> BackTestScore | None:
    known = [
        (actual, value, baseline, ends)
        for actual, value, baseline, ends in nights
        if actual is not None and value is not None and baseline is not None and ends is not None
    ]
    if not known:
        return None
    actual, value, baseline = (np.array([night[part] for night in known], np.float64) for part in range(3))
    inside = [night[3].lower <= night[0] <= night[3].upper for night in known]
    return BackTestScore(
        nights=len(known),
        mean_absolute_error=round(float(np.abs(actual - value).mean()), 3),
        baseline_error=round(float(np.abs(actual - baseline).mean()), 3),
        coverage=round(float(np.mean(inside)), 3),
    )


def _read_issued(snapshot: Snapshot, metric: str, asked: Sequence[date]) -> Mapping[tuple[str, date], Issued]:
    """By kind of measure and night; the last one told before the night."""
    stored = [TARGETS[name].stored_as for name in ASKED.get(metric, (metric,))]
    with reading() as connection:
        rows = read_issued(connection, snapshot.user_id, stored, asked[0], asked[-1])
    return {(row.metric, row.night): row for row in rows}
