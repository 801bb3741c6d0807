"""What a forecast model is shown: one person's recent days in units of that person's own variation.

Training and serving both build inputs here, for every day of a series at once. Day t holds what is known at
its end (`day_open=False`), or while it is running, when its night is known and its totals are not
(`day_open=True`); the target is the night that ends on day t + 1. Nutrition and meal times are not among the
inputs: no open data join them with these outcomes. Must not know any model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from common.compute.features import FeatureTable
from common.compute.forecasts.input_features import FEATURE_REACH_DAYS, NAMES, scaled_features, source_channel
from common.compute.forecasts.own_values import LATEST_NIGHTS
from common.compute.forecasts.own_values import own_values as own_level_values
from common.compute.forecasts.rules import (
    COMBINED,
    RULE_DAYS,
    RULES,
    combine_rules,
    last_known,
    rule_forecasts,
    trailing,
    usual_error,
    weighted_mean,
)
from common.compute.measures import BY_CHANNEL, REGISTER, Family, Learned, Measure, api_name
from common.compute.series.build import TRAILING_DAYS, DailySeries
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS
from common.compute.series.rows import Floats

INPUTS_VERSION = "3"
"""Changes whenever the same rows give other inputs; a model made for another version is refused."""

WINDOW_DAYS = 28
RECENT_AGE_DAYS, RECENT_KNOWN_DAYS = 6, 5
HISTORY_DAYS = max(2 * RULE_DAYS, FEATURE_REACH_DAYS) + TRAILING_DAYS + 2
"""Days before the as-of day that can move a forecast: a rule's reach, its errors' reach, the series' own."""

FAMILIES: tuple[str, ...] = ("smoothed", "night", "other")
"""How a device makes its numbers. Fitbit smooths over days; rings and straps measure each night afresh."""
FAMILY_OF_SOURCE = {"fitbit": "smoothed", "oura": "night", "whoop": "night"}

REFERENCES = (*RULES, COMBINED)

Z_LIMIT = 4.0


@dataclass(frozen=True)
class Metric:
    name: str
    model_id: str
    channel: str
    unit: str
    logarithmic: bool
    """Modelled, compared and calibrated as a natural logarithm."""
    reference_rule: Mapping[str, str]
    """Family -> the rule whose error the models learn, one of REFERENCES: chosen on development people."""
    typical_error: Mapping[str, float]
    """Family -> usual error of that rule for a person of whom nothing is known yet (bpm, or ln ms)."""
    companions: tuple[str, ...]
    """Channels the model sees beside the metric itself."""

    def to_model(self, values: Floats) -> Floats:
        return np.log(values) if self.logarithmic else values

    def from_model(self, value: float) -> float:
        return float(np.exp(value) if self.logarithmic else value)


_NIGHT_COMPANIONS = (
    "sleep_minutes", "deep_minutes", "rem_minutes", "sleep_efficiency_pct", "sleep_score",
    "respiratory_rate_brpm", "skin_temperature_c",
)  # fmt: skip
_DAY_COMPANIONS = ("steps", "exercise_minutes", "total_kcal", "active_kcal")
_SQUARE_ROOT = {"steps", "exercise_minutes", "active_kcal"}
_LOGARITHM = {measure.channel for measure in REGISTER if measure.logarithmic}


def _metric(measure: Measure, learned: Learned) -> Metric:
    beside = ("rhr_bpm", "hrv_rmssd_ms", *_NIGHT_COMPANIONS, *_DAY_COMPANIONS)
    return Metric(
        name=api_name(measure),
        model_id=learned.model_id,
        channel=measure.channel,
        unit=measure.unit,
        logarithmic=measure.logarithmic,
        reference_rule=learned.reference_rules or dict.fromkeys(FAMILIES, COMBINED),
        typical_error=learned.typical_errors,
        companions=tuple(channel for channel in beside if channel != measure.channel),
    )


METRICS: dict[str, Metric] = {
    api_name(measure): _metric(measure, measure.forecast.learned)
    for measure in REGISTER
    if measure.forecast is not None and measure.forecast.learned is not None
}
"""What models are trained for."""


@dataclass(frozen=True)
class ModelInputs:
    """Inputs for the last n days of a series, F columns, C channels."""

    family: str
    values: Floats
    """What is known of the metric itself on all days of the series, in the model's unit."""
    reference: Floats
    """(n,) forecast of the family's reference rule for the next day, in the model's unit."""
    usual_error: Floats
    """(n,) how far that rule has been off for this person, same unit."""
    rules: Floats
    """(len(REFERENCES), n) forecasts of all simple rules and of their combination, same unit."""
    known_days: Floats
    """(n,) days with the metric among the last HISTORY_DAYS."""
    recent: NDArray[np.bool_]
    """(n,) True where the last week and month hold enough of the metric for a model to go by."""
    row: Floats
    """(n, F) float64, NaN where unknown; columns are `row_columns(metric)`."""
    window: Floats
    """(n, WINDOW_DAYS, C), oldest day first, NaN where unknown; channels are `window_channels(metric)`."""


def own_values(series: DailySeries, metric: Metric) -> tuple[Floats, str]:
    """(n,) values of the device the latest nights come from, and its family.

    Devices disagree about the same person, so nights of another one are no change: where the last 28 known
    days come from several, those of the others are moved to the level of the latest, else they are unknown.
    """
    values = series[metric.channel]
    codes = series.source_codes[CHANNEL_INDEX[metric.channel]]
    recent = codes[codes >= 0][-WINDOW_DAYS:]
    if not recent.size:
        return values, "other"
    main = int(np.bincount(recent[-LATEST_NIGHTS:]).argmax())
    family = FAMILY_OF_SOURCE.get(series.source_names[main], "other")
    if (recent == main).all():
        return np.where(codes == main, values, np.nan), family
    present = own_level_values(series, metric.channel, logarithmic=metric.logarithmic)
    return np.exp(present) if metric.logarithmic else present, family


def row_columns(metric: Metric) -> dict[str, str]:
    """Column of `ModelInputs.row` -> the group its influence is reported under."""
    own = metric.name
    columns = {f"{own}_{rule}": own for rule in REFERENCES}
    columns |= {f"{own}_lag_{k}": own for k in range(7)}
    columns |= {
        f"{own}_{name}": own for name in ("age", "known_7d", "known_28d", "spread_28d", "persistency")
    }
    columns |= {f"{own}_error_{rule}": own for rule in REFERENCES}
    for channel in metric.companions:
        columns |= {f"{channel}_{part}": _group(channel) for part in ("z", "z_before", "z_7d")}
    columns |= dict.fromkeys(("target_week_sin", "target_week_cos", "target_weekend"), "weekday")
    columns |= {f"family_{family}": "device" for family in FAMILIES}
    columns |= {f"scaled_{name}": _group(source_channel(name)) for name in NAMES}
    return columns | {"day_open": "device"}


def window_channels(metric: Metric) -> dict[str, str]:
    """Channel of `ModelInputs.window` -> the group its influence is reported under."""
    return {metric.name: metric.name} | {channel: _group(channel) for channel in metric.companions}


def _group(channel: str) -> str:
    measure = BY_CHANNEL.get(channel)
    if measure is not None and measure.family is Family.HEART:
        return api_name(measure)
    if measure is not None and measure.family is Family.BREATHING_TEMPERATURE:
        return str(measure.family)
    return "sleep" if CHANNELS[channel].known_at_wake else "activity"


def build_model_inputs(
    series: DailySeries,
    metric: Metric,
    *,
    day_open: bool,
    last: int | None = None,
    table: FeatureTable | None = None,
) -> ModelInputs:
    """Return inputs for the night after each day of `series`, every day taken as open or every day as closed.

    With `last`, of so many last days only, each as it would be among all. `table` may hold the features of
    `series`, if they are known already.
    """
    last = min(last or len(series.days), len(series.days))
    reach = last + RULE_DAYS
    own, family = own_values(series, metric)
    values = metric.to_model(own)
    rules = metric.to_model(rule_forecasts(own, reach))
    errors = usual_error(values[-reach:], rules, metric.typical_error[family], last)
    rules = rules[:, -last:]
    combined, error = combine_rules(rules, errors)
    rules, errors = np.vstack([rules, combined]), np.vstack([errors, error])
    chosen = REFERENCES.index(metric.reference_rule[family])
    reference, scale = rules[chosen], errors[chosen]

    def scaled(numbers: Floats) -> Floats:
        deviation: Floats = np.clip((numbers - reference) / scale, -6, 6)
        return deviation

    z = _person_z(series, metric.companions, last + WINDOW_DAYS)
    late = [day_open and not CHANNELS[channel].known_at_wake for channel in metric.companions]
    shown = np.where(np.array(late)[:, None], _delayed(z), z)

    mean_28, spread_28 = _moments(values, reach)
    lags = trailing(values, WINDOW_DAYS)[-last:]
    age = last_known(values)[1][-last:]
    columns = [*scaled(rules), *scaled(lags.T[:7])]
    columns += [age, _count(values, 7, last), _count(values, WINDOW_DAYS, last), spread_28[-last:] / scale]
    columns += [_persistency(values, mean_28, last), *np.log(errors / scale)]
    week = weighted_mean(shown, np.ones(7), last)
    parts = np.stack([shown[:, -last:], _delayed(shown)[:, -last:], week], axis=1)
    columns += [*parts.reshape(-1, last)]
    target_weekday = (series.days[-last:].astype("datetime64[D]").astype(np.int64) + 4) % 7  # Monday is 0
    turn = 2 * np.pi * target_weekday / 7
    columns += [np.sin(turn), np.cos(turn), target_weekday >= 5]
    columns += [np.full(last, float(family == known)) for known in FAMILIES]
    same_device = with_values(series, metric, own)
    known_table = table if same_device is series else None
    columns += [*scaled_features(same_device, day_open=day_open, last=last, table=known_table)]
    columns += [np.full(last, float(day_open))]

    days = trailing(z, WINDOW_DAYS)[:, -last:].copy()
    days[late, :, 0] = np.nan
    channels = np.concatenate([scaled(lags.T).T[None], days])
    return ModelInputs(
        family=family,
        values=values,
        reference=reference,
        usual_error=scale,
        rules=rules,
        known_days=_count(values, HISTORY_DAYS, last),
        recent=(age <= RECENT_AGE_DAYS) & (_count(values, WINDOW_DAYS, last) >= RECENT_KNOWN_DAYS),
        row=np.stack(columns, axis=1).astype(np.float64),
        window=np.moveaxis(channels, 0, 2)[:, ::-1],
    )


def with_values(series: DailySeries, metric: Metric, own: Floats) -> DailySeries:
    """Return the series with (n,) values of the metric; itself where it has them already."""
    if np.array_equal(series[metric.channel], own, equal_nan=True):
        return series
    values = series.values.copy()
    values[CHANNEL_INDEX[metric.channel]] = own
    return replace(series, values=values)


def _person_z(series: DailySeries, channels: tuple[str, ...], last: int) -> Floats:
    """Return (channels, last) each day against the person's own last 28, unknown until seven of them are
    known.
    """
    values = np.stack([series[channel] for channel in channels])[:, -last - WINDOW_DAYS :]
    for i, channel in enumerate(channels):
        if channel in _SQUARE_ROOT:
            values[i] = np.sqrt(values[i])
        elif channel in _LOGARITHM:
            values[i] = np.log(values[i])
    mean, spread = _moments(values, last)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviations = (values[:, -last:] - mean) / spread
        z = np.clip(np.where(spread > 0, deviations, np.nan), -Z_LIMIT, Z_LIMIT)
    return np.where(_count(values, WINDOW_DAYS, last) >= 7, z, np.nan)


def _moments(values: Floats, last: int) -> tuple[Floats, Floats]:
    """(..., n) -> twice (..., last): mean and standard deviation of the known values of 28 days."""
    mean = weighted_mean(values, np.ones(WINDOW_DAYS), last)
    window = trailing(values, WINDOW_DAYS)[..., -last:, :] - mean[..., None]
    known = np.isfinite(window)
    squares = (np.where(known, window, 0.0) ** 2).sum(axis=-1)
    return mean, np.sqrt(squares / np.maximum(known.sum(axis=-1), 1))


def _count(values: Floats, days: int, last: int) -> Floats:
    known = np.isfinite(trailing(values, days)[..., -last:, :])
    counts: Floats = known.sum(axis=-1).astype(np.float64)
    return counts


def _delayed(values: Floats) -> Floats:
    """Return (rows, n) one day later."""
    return np.concatenate([np.full((len(values), 1), np.nan), values[:, :-1]], axis=1)


def _persistency(values: Floats, mean: Floats, last: int) -> Floats:
    """(last,) lag-1 autocorrelation over 60 days around the 28-day mean, which is of the days they need."""
    before = np.concatenate([[np.nan], values[:-1]])[-len(mean) :]
    now = values[-len(mean) :]
    product = weighted_mean((now - mean) * (before - mean), np.ones(60), last)
    square = weighted_mean((now - mean) ** 2, np.ones(60), last)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(square > 0, np.clip(product / square, -1, 1), np.nan)
