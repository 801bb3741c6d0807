"""One person's forecast for the night after the last day of a series, with its interval and reasons.

The answer is a simple rule, pulled towards the typical level the more the fewer days it rests on, and moved
by a learned deviation where the last days are known. Few days or old ones make it provisional. Must not read
a clock, a setting or a table.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from common.compute.features import FeatureTable
from common.compute.forecasts.intervals import Interval, scaled_intervals
from common.compute.forecasts.model_inputs import (
    HISTORY_DAYS,
    METRICS,
    Metric,
    ModelInputs,
    build_model_inputs,
    row_columns,
    window_channels,
)
from common.compute.forecasts.rules import RULE_DAYS, shrink
from common.compute.forecasts.shrinkage import TRUST_NIGHTS, own_trust
from common.compute.forecasts.targets import TARGETS
from common.compute.measures import EVERY_NAME
from common.compute.series.build import DailySeries, last_days
from common.compute.series.rows import Floats
from common.errors import InsufficientData
from common.inference.forecast import Baseline, Contribution, Forecast
from common.inference.level import find_known, why_provisional
from common.inference.manifest import Calibration, Horizon
from common.inference.sessions import Model

Mask = NDArray[np.bool_]

LEARNED = {metric: EVERY_NAME[metric].name for metric in METRICS}
"""Metric that models are trained for -> what it forecasts, one of TARGETS."""

UNEXPLAINED_GROUPS = {"device"}
"""Says how the numbers were made, not what the person did: never offered as a reason."""

LAST_DAYS = 2
"""Only the last is used. Of one day alone numpy adds up in another order, and the last bit would differ."""
DAYS_SHOWN = TRUST_NIGHTS + 1
"""As many days as any model is shown, those included by which it is trusted."""


def forecast(
    model: Model, series: DailySeries, *, min_days: int, table: FeatureTable | None = None
) -> Forecast:
    """Forecast the model's metric for the night that ends the day after the last day of `series`.

    `series` ends on the as-of day and should hold HISTORY_DAYS days; more changes nothing. `table` may hold
    its features of DAYS_SHOWN days, if they are known already. Raises InsufficientData without a value in the
    last 60 days.
    """
    manifest = model.manifest
    metric, target = METRICS[manifest.metric], TARGETS[LEARNED[manifest.metric]]
    series = last_days(series, HISTORY_DAYS)
    day_open = series.open_day is not None
    last = LAST_DAYS if manifest.trust_prior is None else DAYS_SHOWN
    model_inputs = build_model_inputs(series, metric, day_open=day_open, last=last, table=table)
    if not np.isfinite(model_inputs.reference[-1]):
        detail = f"No {target.words} in the last {RULE_DAYS} days."
        raise InsufficientData(detail, have=0, need=1, unit=f"days of {metric.channel}")
    horizon: Horizon = "open" if day_open else "closed"

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
        target=target,
        horizon=1,
        target_day=series.days[-1].item() + timedelta(days=1),
        value=value,
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
        provisional=why_provisional(find_known(model_inputs.values), day_open=day_open, min_days=min_days),
        percentile=float(100 * np.mean(known < center)),
        known_days=int(model_inputs.known_days[-1]),
        model_id=manifest.id,
        model_version=manifest.version,
        by_rule=False,
    )


def occlusions(metric: Metric, row: Floats, window: Floats) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return groups and a batch: the inputs as they are, then once per group with that group unknown.

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
    """Return the center the model moves a rule to, and what each group of inputs changes about it."""
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
