"""What could be told of a snapshot's person: the engines' answers as `compute.insights` takes them.

Loads scipy and onnxruntime, so it is imported only where something is computed. Knows no HTTP and no SQL.
"""

from collections.abc import Sequence

import numpy as np

from common.compute.correlations import DEFAULT_LOOKBACK_DAYS, Finding, Report, Tier
from common.compute.forecasts.model_inputs import METRICS
from common.compute.insights import FindingToTell, Forecasted, Insight, gather, period_of
from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats
from common.compute.trials import Trial
from common.errors import InsufficientData
from common.inference.forecast import Forecast
from common.inference.forest import load_forest
from common.services.correlations import report_for
from common.services.forecasting import compute_forecast
from common.services.snapshot import Snapshot
from common.settings import get_settings

NORMAL_DAYS = 28
FORECASTS_TOLD = tuple(METRICS)
"""Those a model is trained for."""
RECENT_NIGHTS, LEAST_RECENT = 3, 2


def gather_insights(snapshot: Snapshot, trials: Sequence[Trial]) -> tuple[list[Insight], Report]:
    """Everything that holds today, and what the correlation engine said of it."""
    report = report_for(snapshot)
    period = period_of(snapshot.series, DEFAULT_LOOKBACK_DAYS)
    findings = [as_told(finding, period) for finding in report.findings]
    forecasts = _forecasts(snapshot) if snapshot.head.predictions_enabled else []
    rate_nights = load_forest(get_settings().models).rate
    return gather(snapshot.series, findings, forecasts, trials, rate_nights=rate_nights), report


def as_told(finding: Finding, period_days: int) -> FindingToTell:
    return FindingToTell(
        feature=finding.feature,
        metric=finding.metric,
        lag_days=finding.lag_days,
        published=finding.tier is Tier.PUBLISHED,
        n=finding.n,
        spearman=finding.spearman,
        q_value=finding.q_value,
        step=finding.effect.step,
        step_unit=finding.effect.step_unit,
        change=finding.effect.change,
        unit=finding.effect.unit,
        lower=finding.effect.lower,
        upper=finding.effect.upper,
        period_days=period_days,
        caveats=finding.caveats,
        supported=finding.tier is Tier.SUPPORTED,
        by_people=finding.backing is not None and finding.backing.people is not None,
        other_reasons=finding.other_reasons,
        threshold=None if finding.threshold is None else finding.threshold.value,
        begins=finding.threshold is not None and finding.threshold.begins,
        nights=1 if finding.lasting is None else finding.lasting.nights,
        half_gone_by=None if finding.lasting is None else finding.lasting.half_gone_by,
    )


def _forecasts(snapshot: Snapshot) -> list[Forecasted]:
    forecasts = []
    for name in FORECASTS_TOLD:
        try:
            made = compute_forecast(snapshot, name)
        except InsufficientData:
            continue
        if (told := as_forecasted(made, snapshot.series)) is not None:
            forecasts.append(told)
    return forecasts


def as_forecasted(made: Forecast, series: DailySeries) -> Forecasted | None:
    """Return the forecast beside the person's normal on the same device; None where either rests on too
    little.
    """
    own = made.target.values(series)
    known = own[-NORMAL_DAYS:][np.isfinite(own[-NORMAL_DAYS:])]
    if len(known) < NORMAL_DAYS // 2 or {"few_days", "few_recent_days", "no_recent_days"} & set(
        made.provisional
    ):
        return None
    return Forecasted(
        metric=made.metric,
        measure=made.target.name,
        target=made.target_day,
        value=made.value,
        unit=made.unit,
        lower_80=made.intervals[80].lower,
        upper_80=made.intervals[80].upper,
        normal=made.target.from_model(float(np.median(known))),
        normal_days=NORMAL_DAYS,
        known_days=len(known),
        recent=made.target.from_model(_median_of_last_nights(own)),
        confidence=made.confidence,
        day_open="day_open" in made.provisional,
    )


def _median_of_last_nights(own: Floats) -> float:
    """NaN where fewer than LEAST_RECENT of them are known."""
    last = own[-RECENT_NIGHTS:]
    known = last[~np.isnan(last)]
    return float(np.median(known)) if len(known) >= LEAST_RECENT else float("nan")
