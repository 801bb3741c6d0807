"""One person's night: rows loaded once, every group computed from them, everything saved together or not."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from common.compute.correlations import Report
from common.compute.features import FEATURE_VERSION
from common.compute.forecasts.model_inputs import INPUTS_VERSION
from common.compute.forecasts.targets import METRICS_ANSWERED, TARGETS, device_of
from common.compute.insights import INSIGHTS_VERSION
from common.compute.series.sufficiency import measure_supply
from common.errors import InsufficientData
from common.inference.forecast import Forecast
from common.schemas.insights import Feed
from common.services import insights
from common.services.correlations import USUAL_REPORT, digest_look, history_days, report_for
from common.services.due import Night
from common.services.features import feature_rows
from common.services.forecasting import FEATURES_SHOWN, compute_forecast, forecast_with
from common.services.insights import insight_rows, insights_for
from common.services.models import shadow_model
from common.services.nightly.ahead import NARROWER, keep_answers
from common.services.nightly.bins import INPUT_BINS
from common.services.predictions import describe, prediction_row
from common.services.registry import get_registry
from common.services.snapshot import Snapshot, load_snapshot, row_window
from common.settings import get_settings
from common.store.engine import reading, transaction
from common.store.forecast_log import LoggedForecast
from common.store.looks import LookRow, lock_and_read
from common.store.nights import DueUser, Mark, NightRows, begin_attempt, save_night
from common.store.outcomes import OutcomeRow
from common.store.person import read_version
from common.store.profiles import MLProfileRow
from common.store.tallies import Watch
from common.version import CORRELATION_VERSION

HISTORY_DAYS: Final = max(insights.HISTORY_DAYS, history_days())
LATE_DAYS = 14
"""Rows arrive this much later than what they tell of: so many closed days are computed again."""
RETENTION_DAYS_MAX = 36_500
NEW_DAYS_MAX = 90
"""After a longer absence, as many days are computed; the others when they are asked for."""

REPORT: Final = TypeAdapter(Report)


@dataclass(frozen=True)
class NightResult:
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
    """Return the versions that decide what the same rows give. Raises Unavailable."""
    models = get_registry().versions()
    return "/".join((FEATURE_VERSION, CORRELATION_VERSION, INPUTS_VERSION, INSIGHTS_VERSION, *models))


def compute_person(due_user: DueUser, night: Night, engine: str, watched: Sequence[Watch] = ()) -> Outcome:
    """Bring everything stored about one person up to the night.

    That it was begun is written first: should this process die of it, the next knows of whom.

    Raises NotFound where the person is gone, and Unavailable.
    """
    if due_user.mark is not None and due_user.mark.day > night.day:
        return Outcome.SUPERSEDED
    if _is_unchanged(due_user, night, engine):
        return Outcome.UNCHANGED
    with transaction() as connection:
        begin_attempt(connection, due_user.user_id, night.day, engine)
    with transaction() as connection:
        # held while computing, so that no one else's older or newer rows can be saved in between
        kept = lock_and_read(connection, due_user.user_id)
        snapshot = load_snapshot(due_user.user_id, HISTORY_DAYS, night.instant.replace(tzinfo=UTC), NARROWER)
        told = compute_night(snapshot, due_user, kept)
        mark = Mark(night.day, snapshot.head.version, engine)
        saved = save_night(connection, due_user.user_id, mark, replace(told.rows, watched=watched))
    if not saved:
        return Outcome.SUPERSEDED
    keep_answers(snapshot, told.forecasts, told.feed)
    return Outcome.COMPUTED


def _is_unchanged(due_user: DueUser, night: Night, engine: str) -> bool:
    mark = due_user.mark
    if mark is None or mark.day != night.day or mark.engine_version != engine:
        return False
    window = row_window(None, HISTORY_DAYS, night.instant)
    with reading() as connection:
        head = read_version(connection, due_user.user_id, *window)
    return head is not None and head.version == mark.data_version


def new_days(due_user: DueUser, day: date) -> list[date]:
    """Return the closed days to compute on `day`: those since the mark, and those whose rows may have come
    late.
    """
    since = 0 if due_user.mark is None else (day - due_user.mark.day).days
    reach = min(max(LATE_DAYS, since), NEW_DAYS_MAX, _feature_days(due_user))
    return [day - timedelta(days=n) for n in range(reach, 0, -1)]


def _feature_days(due_user: DueUser) -> int:
    return min(max(due_user.retention_days, 0), get_settings().feature_retention_days)


def tells_on(day: date, frequency: str) -> bool:
    """Whether insights are wanted on `day`: weekly on Mondays, monthly on the first, otherwise daily."""
    match frequency.strip().lower():
        case "weekly":
            return day.weekday() == 0
        case "monthly":
            return day.day == 1
        case _:
            return True


def recall_look(snapshot: Snapshot, kept: LookRow | None) -> LookRow:
    """Return the report of the last look, from what is kept if that is still it: looks are a week apart."""
    digest = digest_look(snapshot)
    if kept is not None and kept.digest == digest:
        with suppress(ValueError):  # written by another version
            report = REPORT.validate_json(kept.report)
            snapshot.once(USUAL_REPORT, lambda: report)
            return kept
    return LookRow(digest, REPORT.dump_json(report_for(snapshot)).decode())


def compute_night(snapshot: Snapshot, due_user: DueUser, kept: LookRow | None) -> NightResult:
    """Return features of the new days, and what the groups say as of the snapshot. Saves nothing."""
    today = snapshot.as_of.date
    days = new_days(due_user, today)
    snapshot.once(FEATURES_SHOWN, lambda: snapshot.features)
    forecasts = _forecast(snapshot) if snapshot.head.predictions_enabled else []
    tells = snapshot.head.insights_enabled and tells_on(today, due_user.insight_frequency)
    look = recall_look(snapshot, kept)
    feed = insights_for(snapshot) if tells else None
    rows = NightRows(
        features=feature_rows(snapshot, days),
        predictions=[prediction_row(describe(snapshot, made)) for made in forecasts],
        issued=snapshot.now.replace(tzinfo=None),
        insights=[] if feed is None else insight_rows(feed),
        outcomes=_outcomes(snapshot, days),
        trials=_trials(snapshot, forecasts),
        feature_days=_feature_days(due_user),
        retention_days=min(max(due_user.retention_days, 0), RETENTION_DAYS_MAX),
        look=look,
        profile=_profile(snapshot, forecasts),
    )
    return NightResult(rows, forecasts, feed)


def _forecast(snapshot: Snapshot) -> list[Forecast]:
    forecasts = []
    for metric in METRICS_ANSWERED:
        with suppress(InsufficientData):
            forecasts.append(compute_forecast(snapshot, metric))
    return forecasts


def _outcomes(snapshot: Snapshot, days: Sequence[date]) -> list[OutcomeRow]:
    """Return what was measured in the nights that are over, labelled as every series is."""
    series = snapshot.series
    positions = np.searchsorted(series.days, np.array(days, "datetime64[D]"))
    return [
        OutcomeRow(target.stored_as, day, float(value))
        for target in TARGETS.values()
        for day, value in zip(days, series[target.channel][positions], strict=True)
        if np.isfinite(value)
    ]


def _trials(snapshot: Snapshot, shown: Sequence[Forecast]) -> list[LoggedForecast]:
    """Return what is shown, and what the other of two models that are compared would have said."""
    rows = [_trial(snapshot, made, shown=True) for made in shown]
    for made in shown:
        if not made.by_rule and (other := shadow_model(made.metric, snapshot.user_id)) is not None:
            rows.append(_trial(snapshot, forecast_with(other, snapshot), shown=False))
    return rows


def _trial(snapshot: Snapshot, made: Forecast, *, shown: bool) -> LoggedForecast:
    yesterday = {channel: float(snapshot.series[channel][-2]) for channel in INPUT_BINS}
    return LoggedForecast(
        metric=made.target.stored_as,
        target_date=made.target_day,
        model_id=made.model_id,
        model_version=made.model_version,
        device=device_of(snapshot.series, made.target.channel),
        value=made.value,
        baseline=made.baseline.value,
        lower=made.intervals[80].lower,
        upper=made.intervals[80].upper,
        shown=shown,
        inputs={channel: round(value, 1) for channel, value in yesterday.items() if np.isfinite(value)},
    )


def _profile(snapshot: Snapshot, forecasts: Sequence[Forecast]) -> MLProfileRow:
    supply = measure_supply(snapshot.series, get_settings().min_data_points_for_ml)
    rows = snapshot.rows
    return MLProfileRow(
        total_data_points=len(rows.meals.name) + len(rows.readings.metric) + len(rows.workouts.kind),
        data_quality_score=supply.quality,
        has_minimum_nutrition_data=supply.nutrition,
        has_minimum_health_data=supply.health,
        has_minimum_activity_data=supply.activity,
        # the others answer from a rule: no model has enough to go by
        models_available=[made.model_id for made in forecasts if made.contributions],
    )
