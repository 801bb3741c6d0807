"""A forecast by the rule of a person's own level: for every target, up to a week ahead, and for everyone.

The level is pulled towards the typical one the more the fewer nights it rests on; its interval is other
people's errors, outweighed by the person's own as nights go by. Must not read a clock, a setting or a table.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from common.compute.forecasts.adaptive import REPLAYED_NIGHTS, level_quantiles
from common.compute.forecasts.intervals import Interval
from common.compute.forecasts.level import OWN_LEVEL, Level, follow_level
from common.compute.forecasts.model_inputs import (
    HISTORY_DAYS,
    RECENT_AGE_DAYS,
    RECENT_KNOWN_DAYS,
    WINDOW_DAYS,
)
from common.compute.forecasts.rules import RULE_DAYS, shrink
from common.compute.forecasts.targets import Target
from common.compute.series.build import DailySeries, last_days
from common.compute.series.rows import Floats
from common.errors import InsufficientData
from common.inference.forecast import Baseline, Forecast
from common.inference.level_manifest import Calibration, LevelHorizon, LevelManifest

SPREAD_OF_ERROR = 1.25
"""Standard deviation of a normal error over its mean absolute value."""


@dataclass(frozen=True)
class Known:
    """What is known of a target at the end of a series."""

    values: Floats
    """(n,) in the model's unit."""
    days: int
    recent: bool
    """The last week and month hold enough of it."""
    silent: bool
    """The last week holds none."""


def find_known(values: Floats) -> Known:
    """(n,) -> what they say of their last day."""
    known = np.isfinite(values)
    week, month = int(known[-RECENT_AGE_DAYS - 1 :].sum()), int(known[-WINDOW_DAYS:].sum())
    return Known(values, int(known.sum()), bool(week) and month >= RECENT_KNOWN_DAYS, week == 0)


def forecast_level(
    rule: LevelManifest, target: Target, series: DailySeries, *, horizon: int, min_days: int, asked_as: str
) -> Forecast:
    """Forecast the target for the night that ends `horizon` days after the last day of `series`.

    `series` ends on the as-of day and should hold HISTORY_DAYS days; more changes nothing. `asked_as` is the
    metric's name in the answer. Raises InsufficientData without a value in the last 60 days.
    """
    series = last_days(series, HISTORY_DAYS)
    known = find_known(target.values(series))
    if not np.isfinite(known.values[-RULE_DAYS:]).any():
        detail = f"No {target.words} in the last {RULE_DAYS} days."
        raise InsufficientData(detail, have=0, need=1, unit=f"days of {target.channel}")
    learned = rule.targets[target.name]
    of_horizon = learned.horizons[horizon - 1]
    level = _follow(known.values, of_horizon, horizon)
    calibration = of_horizon.settled if known.recent else of_horizon.sparse
    days = np.array([float(known.days)])
    within = SPREAD_OF_ERROR * level.usual_error[-1:]
    center = float(shrink(level.value[-1:], days, learned.mean, within, learned.between_sd)[0])
    usual_error = float(level.usual_error[-1])
    day_open = series.open_day is not None
    value = target.from_model(center)
    past = known.values[np.isfinite(known.values)]
    return Forecast(
        metric=asked_as,
        target=target,
        horizon=horizon,
        target_day=series.days[-1].item() + timedelta(days=horizon),
        value=value,
        intervals=level_intervals(target, center, level, calibration, horizon),
        baseline=Baseline(OWN_LEVEL, value),
        contributions=(),
        feature_importance={},
        confidence=calibration.confidence[int(np.searchsorted(calibration.error_edges, usual_error))],
        provisional=why_provisional(known, day_open=day_open, min_days=min_days),
        percentile=float(100 * np.mean(past < center)),
        known_days=known.days,
        model_id=rule.id,
        model_version=rule.version,
        by_rule=True,
    )


def why_provisional(known: Known, *, day_open: bool, min_days: int) -> tuple[str, ...]:
    reasons = {
        "day_open": day_open,
        "few_days": known.days < min_days,
        "few_recent_days": not known.silent and not known.recent and known.days >= RECENT_KNOWN_DAYS,
        "no_recent_days": known.silent,
    }
    return tuple(reason for reason, applies in reasons.items() if applies)


def adapt_intervals(rule: LevelManifest, made: Forecast, series: DailySeries) -> Forecast:
    """Return a model's forecast for the next night with the intervals the person's own level has earned.

    A model misses by no more than the level does, so that they hold for people of devices it never saw.
    Where only a few nights are known, as it is.
    """
    values = made.target.values(last_days(series, HISTORY_DAYS))
    if not find_known(values).recent:
        return made
    learned = rule.targets[made.target.name].horizons[0]
    level = _follow(values, learned, 1)
    center = float(made.target.measure.to_scale(np.array(made.value)))
    return replace(made, intervals=level_intervals(made.target, center, level, learned.settled, 1))


def level_intervals(
    target: Target, center: float, level: Level, calibration: Calibration, horizon: int
) -> dict[int, Interval]:
    """Around `center`, in the target's unit, by what this person's level missed by on the nights before."""
    error = float(level.usual_error[-1])
    quantiles = level_quantiles(calibration.scores, level, horizon, last=1)
    return {
        percent: Interval(
            target.from_model(center + error * float(low[0])),
            target.from_model(center + error * float(high[0])),
        )
        for percent, (low, high) in quantiles.items()
    }


def _follow(values: Floats, learned: LevelHorizon, horizon: int) -> Level:
    """Return the last days' levels, as many as intervals are learned from."""
    last = min(REPLAYED_NIGHTS + horizon + 1, len(values))
    return follow_level(values, learned.prior.of_level, last, horizon)
