"""One person's night: rows loaded once, every group computed from them, everything saved together or not."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from common.compute.correlations import Report
from common.compute.features import FEATURE_VERSION
from common.compute.insights import INSIGHTS_VERSION
from common.compute.nights import Night
from common.compute.outlook import METRICS, OUTLOOK_VERSION
from common.compute.supply import measure_supply
from common.errors import HrvMethodUnsupported, InsufficientData
from common.inference.predict import Forecast
from common.schemas.insights import Feed
from common.services import insights
from common.services.correlations import USUAL_REPORT, digest_look, history_days, report_for
from common.services.features import feature_rows
from common.services.insights import insight_rows, insights_for
from common.services.models import shadow_model
from common.services.nightly.ahead import NARROWER, keep_answers
from common.services.nightly.bins import INPUT_BINS
from common.services.predictions import (
    FEATURES_SHOWN,
    STORED_AS,
    compute_forecast,
    describe,
    forecast_with,
    prediction_row,
)
from common.services.registry import get_registry
from common.services.visit import Visit, load_visit, row_window
from common.settings import get_settings
from common.store.engine import reading, transaction
from common.store.looks import LookRow, lock_and_read
from common.store.nights import Mark, NightRows, Sleeper, save_night
from common.store.outcomes import OutcomeRow
from common.store.person import read_head
from common.store.profiles import MLProfileRow
from common.store.trials import TrialRow
from common.version import CORRELATION_VERSION

HISTORY_DAYS: Final = max(insights.HISTORY_DAYS, history_days())
LATE_DAYS = 14
"""Rows arrive this much later than what they tell of: so many closed days are computed again."""
RETENTION_DAYS_MAX = 36_500
NEW_DAYS_MAX = 90
"""After a longer absence, as many days are computed; the others when they are asked for."""

REPORT: Final = TypeAdapter(Report)


@dataclass(frozen=True)
class Told:
    """What the night found out: as rows to save, and as what answers are made of."""

    rows: NightRows
    forecasts: Sequence[Forecast]
    feed: Feed | None
    """None: it is not the day for insights, or they are switched off."""


class Outcome(StrEnum):
    COMPUTED = "computed"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    """A later day's night is there already."""


def engine_version() -> str:
    """Changes with anything that would make the same rows give other results. Raises Unavailable."""
    models = get_registry().versions()
    return "/".join((FEATURE_VERSION, CORRELATION_VERSION, OUTLOOK_VERSION, INSIGHTS_VERSION, *models))


def compute_person(sleeper: Sleeper, night: Night, engine: str) -> Outcome:
    """Brings everything stored about one person up to the night.

    Raises NotFound where the person is gone, and Unavailable.
    """
    if sleeper.mark is not None and sleeper.mark.day > night.day:
        return Outcome.SUPERSEDED
    if _is_unchanged(sleeper, night, engine):
        return Outcome.UNCHANGED
    with transaction() as connection:
        # held while computing, so that no one else's older or newer rows can be saved in between
        kept = lock_and_read(connection, sleeper.user_id)
        visit = load_visit(sleeper.user_id, HISTORY_DAYS, night.instant.replace(tzinfo=UTC), NARROWER)
        told = compute_night(visit, sleeper, kept)
        mark = Mark(night.day, visit.head.version, engine)
        saved = save_night(connection, sleeper.user_id, mark, told.rows)
    if not saved:
        return Outcome.SUPERSEDED
    keep_answers(visit, told.forecasts, told.feed)
    return Outcome.COMPUTED


def _is_unchanged(sleeper: Sleeper, night: Night, engine: str) -> bool:
    mark = sleeper.mark
    if mark is None or mark.day != night.day or mark.engine_version != engine:
        return False
    window = row_window(None, HISTORY_DAYS, night.instant)
    with reading() as connection:
        head = read_head(connection, sleeper.user_id, *window)
    return head is not None and head.version == mark.data_version


def new_days(sleeper: Sleeper, day: date) -> list[date]:
    """The closed days to compute on `day`: those since the mark, and those whose rows may have come late."""
    since = 0 if sleeper.mark is None else (day - sleeper.mark.day).days
    reach = min(max(LATE_DAYS, since), NEW_DAYS_MAX, max(sleeper.retention_days, 0))
    return [day - timedelta(days=n) for n in range(reach, 0, -1)]


def tells_on(day: date, frequency: str) -> bool:
    """Whether insights are wanted on `day`: weekly on Mondays, monthly on the first, otherwise daily."""
    match frequency.strip().lower():
        case "weekly":
            return day.weekday() == 0
        case "monthly":
            return day.day == 1
        case _:
            return True


def recall_look(visit: Visit, kept: LookRow | None) -> LookRow:
    """The report of the last look, from what is kept if that is still it: looks are a week apart."""
    digest = digest_look(visit)
    if kept is not None and kept.digest == digest:
        with suppress(ValueError):  # written by another version
            report = REPORT.validate_json(kept.report)
            visit.once(USUAL_REPORT, lambda: report)
            return kept
    return LookRow(digest, REPORT.dump_json(report_for(visit)).decode())


def compute_night(visit: Visit, sleeper: Sleeper, kept: LookRow | None) -> Told:
    """Features of the new days, and what the groups say as of the visit. Saves nothing."""
    today = visit.as_of.date
    days = new_days(sleeper, today)
    visit.once(FEATURES_SHOWN, lambda: visit.features)
    forecasts = _forecast(visit) if visit.head.predictions_enabled else []
    tells = visit.head.insights_enabled and tells_on(today, sleeper.insight_frequency)
    look = recall_look(visit, kept)
    feed = insights_for(visit) if tells else None
    rows = NightRows(
        features=feature_rows(visit, days),
        predictions=[prediction_row(describe(visit, made)) for made in forecasts],
        issued=visit.now.replace(tzinfo=None),
        insights=[] if feed is None else insight_rows(feed),
        outcomes=_outcomes(visit, days),
        trials=_trials(visit, forecasts),
        oldest_day=today - timedelta(days=min(max(sleeper.retention_days, 0), RETENTION_DAYS_MAX)),
        look=look,
        profile=_profile(visit, forecasts),
    )
    return Told(rows, forecasts, feed)


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


def _trials(visit: Visit, shown: Sequence[Forecast]) -> list[TrialRow]:
    """What is shown, and what the other of two models that are compared would have said."""
    rows = [_trial(visit, made, shown=True) for made in shown]
    for made in shown:
        if (other := shadow_model(made.metric, visit.user_id)) is not None:
            rows.append(_trial(visit, forecast_with(other, visit), shown=False))
    return rows


def _trial(visit: Visit, made: Forecast, *, shown: bool) -> TrialRow:
    yesterday = {channel: float(visit.series[channel][-2]) for channel in INPUT_BINS}
    return TrialRow(
        metric=STORED_AS[made.metric],
        target_date=made.target_day,
        model_id=made.model_id,
        model_version=made.model_version,
        device=made.device_family,
        value=made.value,
        baseline=made.baseline.value,
        lower=made.intervals[80].lower,
        upper=made.intervals[80].upper,
        shown=shown,
        inputs={channel: round(value, 1) for channel, value in yesterday.items() if np.isfinite(value)},
    )


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
