"""One person's night: rows loaded once, every group computed from them, everything saved together or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import numpy as np
from sqlalchemy import Connection

from common.compute.nights import Night
from common.compute.outlook import METRICS
from common.compute.supply import measure_supply
from common.errors import HrvMethodUnsupported, InsufficientData
from common.inference.predict import Forecast
from common.services.features import feature_rows
from common.services.insights import HISTORY_DAYS, insight_rows, insights_for
from common.services.predictions import STORED_AS, compute_forecast, describe, prediction_row
from common.services.visit import Visit, open_visit
from common.settings import get_settings
from common.store.features import FeatureRow, save_features
from common.store.insights import InsightRow, upsert_insights
from common.store.outcomes import OutcomeRow, save_outcomes
from common.store.person import ListedPerson
from common.store.predictions import PredictionRow, save_predictions
from common.store.profiles import MLProfileRow, save_profile

LATE_DAYS = 14
"""Rows arrive this much later than what they tell of: so many closed days are computed again."""


@dataclass(frozen=True)
class Findings:
    """All rows of one person's night."""

    features: Sequence[FeatureRow]
    predictions: Sequence[PredictionRow]
    insights: Sequence[InsightRow]
    outcomes: Sequence[OutcomeRow]
    profile: MLProfileRow


def recompute_person(person: ListedPerson, night: Night) -> bool:
    """Whether the night was saved: False where the person's rows changed meanwhile.

    Raises NotFound where the person is gone, and Unavailable.
    """
    visit = open_visit(person.user_id, None, HISTORY_DAYS, night.instant.replace(tzinfo=UTC))
    findings = compute_findings(visit, night, tells=tells_on(night.day, person.insight_frequency))
    return visit.save(lambda connection: _save(connection, person.user_id, findings))


def tells_on(day: date, frequency: str) -> bool:
    """Whether insights are wanted on `day`: weekly on Mondays, monthly on the first, otherwise daily."""
    match frequency.strip().lower():
        case "weekly":
            return day.weekday() == 0
        case "monthly":
            return day.day == 1
        case _:
            return True


def compute_findings(visit: Visit, night: Night, *, tells: bool) -> Findings:
    closed_days = [night.day - timedelta(days=n) for n in range(LATE_DAYS, 0, -1)]
    forecasts = _forecast(visit) if visit.head.predictions_enabled else []
    return Findings(
        features=feature_rows(visit, closed_days),
        predictions=[prediction_row(describe(visit, made)) for made in forecasts],
        insights=insight_rows(insights_for(visit)) if tells and visit.head.insights_enabled else [],
        outcomes=_outcomes(visit, closed_days),
        profile=_profile(visit, forecasts),
    )


def _forecast(visit: Visit) -> list[Forecast]:
    forecasts = []
    for metric in METRICS:
        try:
            forecasts.append(compute_forecast(visit, metric))
        except (InsufficientData, HrvMethodUnsupported):
            continue
    return forecasts


def _outcomes(visit: Visit, days: Sequence[date]) -> list[OutcomeRow]:
    """What was measured in the nights that are over, labelled as every series is."""
    series = visit.series
    positions = np.searchsorted(series.days, np.array(days, "datetime64[D]"))
    return [
        OutcomeRow(STORED_AS[name], day, float(value))
        for name, metric in METRICS.items()
        for day, value in zip(days, series[metric.channel][positions], strict=True)
        if np.isfinite(value)
    ]


def _profile(visit: Visit, forecasts: Sequence[Forecast]) -> MLProfileRow:
    supply = measure_supply(visit.series, get_settings().min_data_points_for_ml)
    rows = visit.rows
    return MLProfileRow(
        total_data_points=len(rows.meals.name) + len(rows.readings.metric) + len(rows.workouts.kind),
        data_quality_score=supply.quality,
        has_minimum_nutrition_data=supply.nutrition,
        has_minimum_health_data=supply.health,
        has_minimum_activity_data=supply.activity,
        # the others answer from a rule: no model has enough to go by
        models_available=[made.model_id for made in forecasts if made.contributions],
    )


def _save(connection: Connection, user_id: str, findings: Findings) -> None:
    save_features(connection, user_id, findings.features)
    save_predictions(connection, user_id, findings.predictions)
    save_outcomes(connection, user_id, findings.outcomes)
    upsert_insights(connection, user_id, findings.insights)
    save_profile(connection, user_id, findings.profile)
