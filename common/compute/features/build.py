"""Runs the plan over one person's series: all features of all its days, with the reason for every null.

The value of a day depends on the LOOKBACK_DAYS days that end with it, on the SHIFT_REACH_DAYS before them
where they tell that a device's level has shifted, and on nothing else, to the last bit: one day asked alone
equals the same day among 400. Days before the series count as unknown: callers start the series as much
earlier and keep `table.between(first, last)`.
"""

from collections.abc import Callable

import numpy as np

from common.compute.features import rolling
from common.compute.features.catalogue import CATALOGUE
from common.compute.features.inputs import read_inputs
from common.compute.features.plan import Level, Plan, WindowStep, plan_features
from common.compute.features.reasons import explain_nulls
from common.compute.features.rules import Floats, Stat
from common.compute.features.table import FeatureTable
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNELS
from common.compute.series.eras import common_views

PLAN = plan_features(CATALOGUE.values())

STATISTICS: dict[Stat, Callable[[Floats, int, Floats], Floats]] = {
    Stat.MEAN: rolling.means,
    Stat.SD: rolling.deviations,
    Stat.TOTAL: rolling.totals,
    Stat.TREND: rolling.trends,
    Stat.LAST: rolling.last_values,
    Stat.SINCE: rolling.days_since,
}

OF_WHOLE_DAYS = {Stat.MEAN, Stat.SD, Stat.TREND}
"""Averages, spreads and trends: of whole days, and of one era of the device."""


@np.errstate(invalid="ignore", divide="ignore", over="ignore")
def build_features(series: DailySeries, plan: Plan = PLAN) -> FeatureTable:
    """Every feature of the plan on every day of the series.

    An open day's own features, and sums that end with it, tell what the series holds of it so far; averages,
    spreads and trends leave out what is not complete yet. Mask the series first where none of it must enter.
    """
    values = np.empty((plan.row_count, len(series.days)))
    values[: len(plan.inputs)] = read_inputs(series, plan)
    for level in plan.daily_formulas:
        _run_formulas(level, values)
    finished = values
    if series.open_day is not None:
        finished = values.copy()
        finished[plan.by_day, series.open_day] = np.nan
    for window in plan.windows:
        _run_window(window, finished if window.stat in OF_WHOLE_DAYS else values, values)
    _keep_to_eras(series, plan, finished, values)
    for level in plan.window_formulas:
        _run_formulas(level, values)
    reasons = explain_nulls(series, plan, values)
    return FeatureTable(plan.names, series.days, values[plan.rows], reasons[plan.rows])


def _run_formulas(level: Level, values: Floats) -> None:
    for step in level:
        values[step.out] = step.function(*(values[rows] for rows in step.operands))
    results = values[level[0].out.start : level[-1].out.stop]
    results[np.isinf(results)] = np.nan  # divided by zero


def _run_window(step: WindowStep, daily: Floats, values: Floats) -> None:
    result = STATISTICS[step.stat](daily[step.sources], step.days, step.minimum_days)
    values[step.out, : step.lag] = np.nan
    values[step.out, step.lag :] = result[:, : max(result.shape[1] - step.lag, 0)]


def _keep_to_eras(series: DailySeries, plan: Plan, daily: Floats, values: Floats) -> None:
    """Compute averages, spreads and trends once more where a device changed: by the days of each era."""
    eras = dict(zip(CHANNELS, series.channel_eras, strict=True))
    changing = {channel for channel, of_channel in eras.items() if of_channel.changing}
    if not changing:
        return
    for step in plan.windows:
        if step.stat not in OF_WHOLE_DAYS:
            continue
        affected = [tuple(c for c in channels if c in changing) for channels in step.channels]
        for channels in set(affected) - {()}:
            members = np.flatnonzero([own == channels for own in affected])
            sources, minimum = daily[step.sources[members]], step.minimum_days[members]
            for days, own in common_views([eras[channel] for channel in channels]):
                result = STATISTICS[step.stat](np.where(own, sources, np.nan), step.days, minimum)
                seen = days[days >= step.lag]
                values[np.ix_(step.out.start + members, seen)] = result[:, seen - step.lag]
