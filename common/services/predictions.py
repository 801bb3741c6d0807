"""Forecasts of one person's next night: load -> compute -> save. Knows no HTTP and no SQL."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from common.compute.forecasts.model_inputs import HISTORY_DAYS, INPUTS_VERSION, METRICS
from common.compute.forecasts.targets import METRICS_ANSWERED, find_answered
from common.errors import InsufficientData, InvalidInput, NutriError, Problem, Unavailable
from common.inference.forecast import Forecast
from common.schemas.predictions import (
    Baseline,
    Contribution,
    Interval,
    PredictionAnswer,
    PredictionsAnswer,
    Unpredicted,
)
from common.services.answers import Answer, Prepared, Question, answer_question, prepare_answer, stale_answer
from common.services.blocklist import require_enabled
from common.services.forecasting import Forecaster, find_forecaster
from common.services.quality import describe_quality
from common.services.snapshot import Opened, Snapshot, open_snapshot, recent_days
from common.settings import get_settings
from common.store.predictions import PredictionRow, save_predictions

LOOKBACK_DAYS: Final = HISTORY_DAYS - 1
ANSWER_VERSION: Final = "3"
"""Changes whenever the same forecast is answered in another form."""
ALWAYS_EXPLAINED: Final = tuple(METRICS)
"""Where one of these cannot be forecast it is said why; of the others, a person's sources may give none."""
FOLLOWED_LEVEL: Final = " It follows the level of the nights before; no learned model moves it."
WHY_PROVISIONAL: Final = {
    "day_open": "today is not over, so its food, training and movement are not used yet",
    "few_days": "there are only a few days of this measure so far",
    "few_recent_days": "only a few of the last four weeks' nights have this measure",
    "no_recent_days": "the device most of this measure comes from has not recorded it in the last days",
}


def predict(
    user_id: str,
    metric: str,
    target: date | None,
    version: str | None = None,
    *,
    horizon: int = 1,
    now: datetime,
) -> Answer:
    """Return the forecast for the night that ends on `target` (default: `horizon` days after the person's
    today).

    It is made `horizon` days before, from what was known then. Only forecasts issued on the eve of their
    night by the model that serves are stored; `version` asks any published one. Raises NotFound,
    DisabledByUser, InvalidInput (later than `horizon` days ahead, an unknown version), InsufficientData, and
    Unavailable where PostgreSQL or the model is away and nothing is cached.
    """
    try:
        return forecast_for(open_night(user_id, target, now, horizon=horizon), metric, version, horizon)
    except Unavailable as away:
        return last_forecast(user_id, metric, target, version, away, horizon=horizon, now=now)


def last_forecast(
    user_id: str,
    metric: str,
    target: date | None,
    version: str | None,
    away: Unavailable,
    *,
    horizon: int = 1,
    now: datetime,
) -> Answer:
    """Return the one in the cache, marked stale. Raises `away` where there is none, or the database is not
    away.
    """
    nights = [target or known + timedelta(days=horizon) for known in recent_days(target, now)]
    keys = [_key(user_id, metric, night, version, horizon) for night in nights]
    return stale_answer(user_id, keys, _parameters(), away)


def read_predictions(user_id: str, target: date, *, horizon: int = 1, now: datetime) -> Answer:
    """Every metric's forecast for that night; `unavailable` says why one is missing.

    Raises what `predict` raises; a metric's own refusal only where no metric can be forecast.
    """
    try:
        snapshot = open_night(user_id, target, now, field="/date", horizon=horizon)
        return _each_metric(user_id, target, lambda metric: forecast_for(snapshot, metric, horizon=horizon))
    except Unavailable as away:
        gone = away
    return _each_metric(
        user_id,
        target,
        lambda metric: stale_answer(
            user_id, [_key(user_id, metric, target, horizon=horizon)], _parameters(), gone
        ),
        (Unavailable,),
    )


def forecast_for(opened: Opened, metric: str, version: str | None = None, horizon: int = 1) -> Answer:
    """Return the answer for the night `horizon` days after the as-of day.

    What is opened must reach back LOOKBACK_DAYS.
    """
    forecaster = find_forecaster(metric, opened.user_id, horizon, version)

    def save(connection: Connection, made: PredictionAnswer) -> None:
        if opened.loaded.as_of.open:  # in the zone the person lives in by now
            save_predictions(connection, made.user_id, [prediction_row(made)])

    stored = opened.as_of.open and version is None and horizon == 1
    return answer_question(
        opened,
        _question(opened, forecaster, asked=version),
        lambda snapshot: describe(snapshot, forecaster.forecast(snapshot)),
        save=save if stored else None,
    )


def prepare_forecast(snapshot: Snapshot, made: Forecast) -> Prepared:
    """Return a served forecast as it will be asked for. The snapshot looks back LOOKBACK_DAYS."""
    forecaster = find_forecaster(made.metric, snapshot.user_id, made.horizon)
    return prepare_answer(snapshot, _question(snapshot, forecaster), describe(snapshot, made))


def _question(opened: Opened, forecaster: Forecaster, asked: str | None = None) -> Question:
    night = opened.as_of.date + timedelta(days=forecaster.horizon)
    return Question(
        key=_key(opened.user_id, forecaster.metric, night, asked, forecaster.horizon),
        parameters=_parameters(),
        engine_version=f"{forecaster.version}/{INPUTS_VERSION}/{ANSWER_VERSION}",
        ttl_seconds=get_settings().cache_ttl_predictions,
    )


def _each_metric(
    user_id: str,
    target: date,
    answer: Callable[[str], Answer],
    left_out: tuple[type[NutriError], ...] = (InsufficientData,),
) -> Answer:
    answers: list[Answer] = []
    refusals: list[tuple[str, NutriError]] = []
    for metric in METRICS_ANSWERED:
        try:
            answers.append(answer(metric))
        except left_out as refusal:
            refusals.append((metric, refusal))
    if not answers:
        raise refusals[0][1]
    told = [(metric, refusal) for metric, refusal in refusals if metric in ALWAYS_EXPLAINED]
    return _combine(user_id, target, answers, told)


def describe(snapshot: Snapshot, made: Forecast) -> PredictionAnswer:
    target = made.target
    likely = made.intervals[80]
    return PredictionAnswer(
        user_id=snapshot.user_id,
        metric=made.metric,
        method=target.method,
        target_date=made.target_day,
        horizon=made.horizon,
        value=round(made.value, 2),
        unit=made.unit,
        intervals={str(level): _interval(i.lower, i.upper) for level, i in made.intervals.items()},
        prediction_range=_interval(likely.lower, likely.upper),
        baseline=Baseline(
            rule=made.baseline.rule,
            value=round(made.baseline.value, 2),
            deviation=round(made.value - made.baseline.value, 2),
        ),
        contributions=[Contribution(group=c.group, change=round(c.change, 3)) for c in made.contributions],
        feature_importance={group: round(share, 4) for group, share in made.feature_importance.items()},
        percentile=round(made.percentile, 1),
        confidence=made.confidence,
        provisional=bool(made.provisional),
        provisional_reasons=[WHY_PROVISIONAL[reason] for reason in made.provisional],
        as_of=snapshot.as_of.cut_off.replace(tzinfo=UTC),
        explanation=(
            f"The {target.words} of the night to {made.target_day} is forecast at about "
            f"{made.value:.0f} {made.unit}; 8 in 10 such forecasts land between {likely.lower:.0f} and "
            f"{likely.upper:.0f}.{FOLLOWED_LEVEL if made.by_rule else ''}"
        ),
        answered_by="rule" if made.by_rule else "model",
        model_id=made.model_id,
        model_version=made.model_version,
        feature_version=INPUTS_VERSION,
        data_quality=describe_quality(snapshot),
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def open_night(
    user_id: str, target: date | None, now: datetime, field: str = "/targetDate", horizon: int = 1
) -> Opened:
    """Return a person as of `horizon` days before the night that ends on `target`.

    Raises NotFound, DisabledByUser, InvalidInput (further ahead than that), Unavailable.
    """
    day = None if target is None else target - timedelta(days=horizon)
    try:
        opened = open_snapshot(user_id, day, LOOKBACK_DAYS, now)
    except InvalidInput as refusal:
        raise InvalidInput(
            "That night is further ahead than the horizon says; it may be up to 7 days ahead.",
            [Problem(field, refusal.code, f"must not be more than {horizon} days after the person's today")],
            code=refusal.code,
        ) from None
    require_enabled(user_id, opened.head.predictions_enabled, "prediction")
    return opened


def _interval(lower: float, upper: float) -> Interval:
    return Interval(lower=round(lower, 2), upper=round(upper, 2))


def prediction_row(made: PredictionAnswer) -> PredictionRow:
    return PredictionRow(
        metric=find_answered(made.metric, made.method).stored_as,
        target_date=made.target_date,
        value=made.value,
        confidence=made.confidence,
        interval=(made.prediction_range.lower, made.prediction_range.upper),
        model_id=made.model_id,
        model_version=made.model_version,
        feature_importance=made.feature_importance,
    )


def refused(metric: str, refusal: NutriError) -> Unpredicted:
    return Unpredicted(
        metric=metric,
        code=refusal.code,
        detail=refusal.detail,
        have=getattr(refusal, "have", None),
        need=getattr(refusal, "need", None),
    )


def _combine(
    user_id: str, target: date, answers: list[Answer], refusals: list[tuple[str, NutriError]]
) -> Answer:
    """One body of several ready ones: each prediction as it would be answered alone."""
    combined = PredictionsAnswer(
        user_id=user_id,
        date=target,
        predictions=[],
        unavailable=[refused(metric, refusal) for metric, refusal in refusals],
        stale=any(answer.stale for answer in answers),
    )
    body = combined.model_dump(mode="json")
    body["predictions"] = [json.loads(answer.body) for answer in answers]
    etag = 'W/"' + "-".join(answer.etag[3:-1] for answer in answers) + '"'
    return Answer(json.dumps(body).encode(), etag, all(a.cached for a in answers), combined.stale)


def _parameters() -> str:
    return str(get_settings().min_data_points_for_ml)


def _key(user_id: str, metric: str, target: date, version: str | None = None, horizon: int = 1) -> str:
    ahead = f":{horizon}d" if horizon > 1 else ""
    return f"prediction:{user_id}:{metric}:{target}{ahead}" + (f":{version}" if version else "")
