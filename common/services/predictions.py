"""Forecasts of one person's next night: load -> compute -> save. Knows no HTTP and no SQL."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from common.compute.forecasts.input_features import shown_features
from common.compute.forecasts.model_inputs import HISTORY_DAYS, INPUTS_VERSION, METRICS
from common.compute.measures import EVERY_NAME
from common.errors import (
    HrvMethodUnsupported,
    InsufficientData,
    InvalidInput,
    NutriError,
    Problem,
    Unavailable,
)
from common.inference.predict import DAYS_SHOWN, NAMES, Forecast, forecast
from common.inference.sessions import Model
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
from common.services.models import model_of_version, served_model
from common.services.quality import describe_quality
from common.services.snapshot import Opened, Snapshot, open_snapshot, recent_days
from common.settings import get_settings
from common.store.predictions import PredictionRow, save_predictions
from common.telemetry import count

LOOKBACK_DAYS: Final = HISTORY_DAYS - 1
STORED_AS: Final = {name: EVERY_NAME[name].stored_as for name in METRICS}
FEATURES_SHOWN: Final = "features shown to models"
"""What a snapshot calls them; all features of its days will do as well."""
ANSWER_VERSION: Final = "2"
"""Changes whenever the same forecast is answered in another form."""
WHY_PROVISIONAL: Final = {
    "day_open": "today is not over, so its food, training and movement are not used yet",
    "few_days": "there are only a few days of this measure so far",
    "few_recent_days": "only a few of the last four weeks' nights have this measure",
    "no_recent_days": "the device most of this measure comes from has not recorded it in the last days",
}


def predict(
    user_id: str, metric: str, target: date | None, version: str | None = None, *, now: datetime
) -> Answer:
    """The forecast for the night that ends on `target` (default: the person's tomorrow).

    A target in the past is forecast from what was known before that night. Only forecasts issued before their
    night by the model that serves are stored; `version` asks any published one. Raises NotFound,
    DisabledByUser, InvalidInput (after tomorrow, an unknown version), InsufficientData, HrvMethodUnsupported,
    and Unavailable where PostgreSQL or the model is away and nothing is cached.
    """
    try:
        return forecast_for(open_night(user_id, target, now), metric, version)
    except Unavailable as away:
        return last_forecast(user_id, metric, target, version, away, now=now)


def last_forecast(
    user_id: str, metric: str, target: date | None, version: str | None, away: Unavailable, *, now: datetime
) -> Answer:
    """The one in the cache, marked stale. Raises `away` where there is none, or the database is not away."""
    nights = [target or known + timedelta(days=1) for known in recent_days(target, now)]
    keys = [_key(user_id, metric, night, version) for night in nights]
    return stale_answer(user_id, keys, _parameters(), away)


def read_predictions(user_id: str, target: date, *, now: datetime) -> Answer:
    """Every metric's forecast for that night; `unavailable` says why one is missing.

    Raises what `predict` raises; a metric's own refusal only where no metric can be forecast.
    """
    try:
        snapshot = open_night(user_id, target, now, field="/date")
        return _each_metric(user_id, target, lambda metric: forecast_for(snapshot, metric))
    except Unavailable as away:
        gone = away
    return _each_metric(
        user_id,
        target,
        lambda metric: stale_answer(user_id, [_key(user_id, metric, target)], _parameters(), gone),
        (Unavailable,),
    )


def forecast_for(opened: Opened, metric: str, version: str | None = None) -> Answer:
    """The answer for the night after the as-of day. What is opened must reach back LOOKBACK_DAYS."""
    model = model_of_version(metric, version) if version else served_model(metric, opened.user_id)

    def save(connection: Connection, made: PredictionAnswer) -> None:
        if opened.loaded.as_of.open:  # in the zone the person lives in by now
            save_predictions(connection, made.user_id, [prediction_row(made)])

    return answer_question(
        opened,
        _question(opened, metric, model.manifest.id, model.manifest.version, asked=version),
        lambda snapshot: describe(snapshot, forecast_with(model, snapshot)),
        save=save if opened.as_of.open and version is None else None,
    )


def prepare_forecast(snapshot: Snapshot, made: Forecast) -> Prepared:
    """A served forecast as it will be asked for. The snapshot looks back LOOKBACK_DAYS."""
    return prepare_answer(
        snapshot,
        _question(snapshot, made.metric, made.model_id, made.model_version),
        describe(snapshot, made),
    )


def _question(
    opened: Opened, metric: str, model_id: str, model_version: str, asked: str | None = None
) -> Question:
    return Question(
        key=_key(opened.user_id, metric, opened.as_of.date + timedelta(days=1), asked),
        parameters=_parameters(),
        engine_version=f"{model_id}/{model_version}/{INPUTS_VERSION}/{ANSWER_VERSION}",
        ttl_seconds=get_settings().cache_ttl_predictions,
    )


def compute_forecast(snapshot: Snapshot, metric: str) -> Forecast:
    return forecast_with(served_model(metric, snapshot.user_id), snapshot)


def forecast_with(model: Model, snapshot: Snapshot) -> Forecast:
    manifest = model.manifest

    def make() -> Forecast:
        table = snapshot.once(FEATURES_SHOWN, lambda: shown_features(snapshot.series, DAYS_SHOWN))
        min_days = get_settings().min_data_points_for_ml
        made = forecast(model, snapshot.series, min_days=min_days, table=table)
        count("nutri_forecasts_total", metric=made.metric, model=manifest.id, version=manifest.version)
        return made

    return snapshot.once(f"forecast by {manifest.id} {manifest.version}", make)


def _each_metric(
    user_id: str,
    target: date,
    answer: Callable[[str], Answer],
    left_out: tuple[type[NutriError], ...] = (InsufficientData, HrvMethodUnsupported),
) -> Answer:
    answers: list[Answer] = []
    refusals: list[tuple[str, NutriError]] = []
    for metric in METRICS:
        try:
            answers.append(answer(metric))
        except left_out as refusal:
            refusals.append((metric, refusal))
    if not answers:
        raise refusals[0][1]
    return _combine(user_id, target, answers, refusals)


def describe(snapshot: Snapshot, made: Forecast) -> PredictionAnswer:
    metric = METRICS[made.metric]
    likely = made.intervals[80]
    return PredictionAnswer(
        user_id=snapshot.user_id,
        metric=made.metric,
        target_date=made.target_day,
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
            f"The {NAMES[made.metric]} of the night to {made.target_day} is forecast at about "
            f"{made.value:.0f} {metric.unit}; 8 in 10 such forecasts land between {likely.lower:.0f} and "
            f"{likely.upper:.0f}."
        ),
        model_id=made.model_id,
        model_version=made.model_version,
        feature_version=INPUTS_VERSION,
        data_quality=describe_quality(snapshot),
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def open_night(user_id: str, target: date | None, now: datetime, field: str = "/targetDate") -> Opened:
    """A person as of the day before the night that ends on `target`.

    Raises NotFound, DisabledByUser, InvalidInput (after the person's tomorrow), Unavailable.
    """
    day = None if target is None else target - timedelta(days=1)
    try:
        opened = open_snapshot(user_id, day, LOOKBACK_DAYS, now)
    except InvalidInput as refusal:
        raise InvalidInput(
            "A night can be forecast from the day before it, not earlier.",
            [Problem(field, refusal.code, "must not be after the person's local tomorrow")],
            code=refusal.code,
        ) from None
    require_enabled(user_id, opened.head.predictions_enabled, "prediction")
    return opened


def _interval(lower: float, upper: float) -> Interval:
    return Interval(lower=round(lower, 2), upper=round(upper, 2))


def prediction_row(made: PredictionAnswer) -> PredictionRow:
    return PredictionRow(
        metric=STORED_AS[made.metric],
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


def _key(user_id: str, metric: str, target: date, version: str | None = None) -> str:
    return f"prediction:{user_id}:{metric}:{target}" + (f":{version}" if version else "")
