"""One person's forecast for the night after the last day of a series, with its interval and reasons.

The answer is a simple rule, pulled towards the typical level the more the fewer days it rests on, and moved
by a learned deviation where the last days are known. Few days or old ones make it provisional. Must not read
a clock, a setting or a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from common.compute.features import FeatureTable
from common.compute.forecasts.intervals import Interval, scaled_intervals
from common.compute.forecasts.model_inputs import (
    HISTORY_DAYS,
    METRICS,
    RECENT_AGE_DAYS,
    RECENT_KNOWN_DAYS,
    Metric,
    ModelInputs,
    build_model_inputs,
    row_columns,
    window_channels,
)
from common.compute.forecasts.rules import RULE_DAYS, shrink
from common.compute.forecasts.shrinkage import TRUST_NIGHTS, own_trust
from common.compute.measures import EVERY_NAME
from common.compute.series.build import DailySeries, last_days
from common.compute.series.rows import Floats
from common.errors import HrvMethodUnsupported, InsufficientData
from common.inference.manifest import Calibration, Horizon
from common.inference.sessions import Model

Mask = NDArray[np.bool_]

NAMES = {name: measure.exact_label or measure.label for name, measure in EVERY_NAME.items()}
"""What a person calls a metric."""

UNEXPLAINED_GROUPS = {"device"}
"""Says how the numbers were made, not what the person did: never offered as a reason."""

LAST_DAYS = 2
"""Only the last is used. Of one day alone numpy adds up in another order, and the last bit would differ."""
DAYS_SHOWN = TRUST_NIGHTS + 1
"""As many days as any model is shown, those included by which it is trusted."""


@dataclass(frozen=True, slots=True)
class Baseline:
    rule: str
    value: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """How the forecast would change if nothing were known of `group`, with the sign turned: its pull."""

    group: str
    change: float


@dataclass(frozen=True, slots=True)
class Forecast:
    metric: str
    target_day: date
    value: float
    unit: str
    intervals: dict[int, Interval]
    baseline: Baseline
    contributions: tuple[Contribution, ...]
    """Largest first; empty where no model answered."""
    feature_importance: dict[str, float]
    """Absolute shares of the contributions, sum 1; empty with them."""
    confidence: float
    """Back-tested share of comparable forecasts within 3 bpm or 15%."""
    provisional: tuple[str, ...]
    """Why it may change: day_open, few_days, few_recent_days, no_recent_days. Empty: final."""
    percentile: float
    """Share of the person's known values below the forecast, in percent."""
    known_days: int
    device_family: str
    model_id: str
    model_version: str


def forecast(
    model: Model, series: DailySeries, *, min_days: int, table: FeatureTable | None = None
) -> Forecast:
    """Forecast the model's metric for the night that ends the day after the last day of `series`.

    `series` ends on the as-of day and should hold HISTORY_DAYS days; more changes nothing. `table` may hold
    its features of DAYS_SHOWN days, if they are known already. Raises InsufficientData without a value in the
    last 60 days, HrvMethodUnsupported where HRV is SDNN only.
    """
    manifest = model.manifest
    metric = METRICS[manifest.metric]
    series = last_days(series, HISTORY_DAYS)
    day_open = series.open_day is not None
    last = LAST_DAYS if manifest.trust_prior is None else DAYS_SHOWN
    model_inputs = build_model_inputs(series, metric, day_open=day_open, last=last, table=table)
    if not np.isfinite(model_inputs.reference[-1]):
        raise _nothing_to_go_by(series, metric)
    horizon: Horizon = "open" if day_open else "closed"

    silent = not np.isfinite(model_inputs.values[-RECENT_AGE_DAYS - 1 :]).any()
    provisional = {
        "day_open": day_open,
        "few_days": bool(model_inputs.known_days[-1] < min_days),
        "few_recent_days": bool(
            not silent and not model_inputs.recent[-1] and model_inputs.known_days[-1] >= RECENT_KNOWN_DAYS
        ),
        "no_recent_days": silent,
    }
    reference, usual_error = float(model_inputs.reference[-1]), float(model_inputs.usual_error[-1])
    population = manifest.population
    within = population.within_sd[model_inputs.family]
    own = model_inputs.reference[-1:], model_inputs.known_days[-1:]
    center = float(shrink(*own, population.mean, within, population.between_sd)[0])
    changes: dict[str, float] = {}
    calibration = manifest.cold_start[horizon]
    if model_inputs.recent[-1]:
        calibration = manifest.calibration[model_inputs.family][horizon]
        center, changes = _moved(center, model, model_inputs, metric)

    value = metric.from_model(center)
    known = model_inputs.values[np.isfinite(model_inputs.values)]
    intervals = scaled_intervals(center, usual_error, calibration.intervals)
    return Forecast(
        metric=metric.name,
        target_day=series.days[-1].item() + timedelta(days=1),
        value=value,
        unit=metric.unit,
        intervals={
            level: Interval(metric.from_model(ends.lower), metric.from_model(ends.upper))
            for level, ends in intervals.items()
        },
        baseline=Baseline(metric.reference_rule[model_inputs.family], metric.from_model(reference)),
        contributions=tuple(
            Contribution(group, change) for group, change in sorted(changes.items(), key=lambda c: -abs(c[1]))
        ),
        feature_importance=_shares(changes),
        confidence=_confidence(calibration, usual_error),
        provisional=tuple(reason for reason, applies in provisional.items() if applies),
        percentile=float(100 * np.mean(known < center)),
        known_days=int(model_inputs.known_days[-1]),
        device_family=model_inputs.family,
        model_id=manifest.id,
        model_version=manifest.version,
    )


def occlusions(metric: Metric, row: Floats, window: Floats) -> tuple[tuple[str, ...], Floats, Floats]:
    """Groups, and a batch: the inputs as they are, then once per group with that group unknown.

    (F,), (days, C) -> G names, (1 + G, F), (1 + G, days, C).
    """
    groups, hidden_columns, hidden_channels = _hidden(metric.name)
    rows = np.where(hidden_columns, np.nan, row)
    windows = np.where(hidden_channels[:, None, :], np.nan, window)
    return groups, rows, windows


@cache
def _hidden(metric: str) -> tuple[tuple[str, ...], Mask, Mask]:
    """G names, (1 + G, F), (1 + G, C): what is unknown where nothing is, then where each group is."""
    columns, channels = row_columns(METRICS[metric]), window_channels(METRICS[metric])
    groups = tuple(group for group in dict.fromkeys(columns.values()) if group not in UNEXPLAINED_GROUPS)

    def hide(group_of: Mapping[str, str]) -> Mask:
        return np.array([[named == group for named in group_of.values()] for group in ("", *groups)])

    return groups, hide(columns), hide(channels)


def _moved(
    shrunk: float, model: Model, model_inputs: ModelInputs, metric: Metric
) -> tuple[float, dict[str, float]]:
    """The center the model moves a rule to, and what each group of inputs changes about it."""
    groups, rows, windows = occlusions(metric, model_inputs.row[-1], model_inputs.window[-1])
    deviations, trust = _deviations(model, model_inputs, rows, windows)
    centers = shrunk + model_inputs.usual_error[-1] * trust * deviations
    values = [metric.from_model(center) for center in centers]
    changes = {group: values[0] - value for group, value in zip(groups, values[1:], strict=True)}
    return float(centers[0]), changes


def _deviations(
    model: Model, model_inputs: ModelInputs, rows: Floats, windows: Floats
) -> tuple[Floats, float]:
    """(N,) deviations of these inputs, and how far the person's last nights bore such moves out."""
    manifest = model.manifest
    order = model_order(manifest.metric, tuple(manifest.inputs.row))
    prior = manifest.trust_prior
    if prior is None:
        return model.deviations(rows[:, order], windows), 1.0
    every_row = np.concatenate([rows, model_inputs.row[:-1]])[:, order]
    deviations = model.deviations(every_row, np.concatenate([windows, model_inputs.window[:-1]]))
    asked, before = np.split(deviations, [len(rows)])
    moves = np.where(model_inputs.recent[:-1], before, np.nan)
    nights = model_inputs.values[len(model_inputs.values) - len(moves) :]
    came = (nights - model_inputs.reference[:-1]) / model_inputs.usual_error[:-1]
    return asked, float(own_trust(moves, came, prior))


@cache
def model_order(metric: str, names: tuple[str, ...]) -> NDArray[np.intp]:
    """Where a model's inputs, by name, stand in this build's row."""
    place = {name: i for i, name in enumerate(row_columns(METRICS[metric]))}
    return np.array([place[name] for name in names])


def _shares(changes: dict[str, float]) -> dict[str, float]:
    total = sum(map(abs, changes.values()))
    return {group: abs(change) / total for group, change in changes.items()} if total else {}


def _confidence(calibration: Calibration, usual_error: float) -> float:
    return calibration.confidence[int(np.searchsorted(calibration.error_edges, usual_error))]


def _nothing_to_go_by(series: DailySeries, metric: Metric) -> InsufficientData | HrvMethodUnsupported:
    if metric.name == "hrv" and np.isfinite(series["hrv_sdnn_ms"]).any():
        return HrvMethodUnsupported("HRV forecasts are of RMSSD, and this person's device gives SDNN only.")
    detail = f"No {NAMES[metric.name]} in the last {RULE_DAYS} days."
    return InsufficientData(detail, have=0, need=1, unit=f"days of {metric.channel}")
