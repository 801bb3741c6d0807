"""Why a feature is null, told from the plan and from what is known: no feature states its own reasons."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from common.compute.features import formulas
from common.compute.features.plan import Level, Plan, Rows
from common.compute.features.rules import Floats, Kind, Stat
from common.compute.features.table import Reason
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNELS, Origin

Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

SPREAD_DIVIDERS = {formulas.zscore, formulas.monotony}


@dataclass(frozen=True, slots=True)
class Causes:
    """What a plan says about nulls before any data is seen; rows are those of the work matrix."""

    codes: Codes
    """(rows, 1) reason of a null where all operands are known; of inputs, on any day but an open one."""
    food: Rows
    """Inputs of nutrition and timing."""
    by_day: Rows
    """Inputs that are not complete before the day is over."""
    levels: tuple[tuple[slice, Rows], ...]
    """Formulas of one depth, and (operands, formulas) the rows they take, the last one repeated."""


def explain_nulls(series: DailySeries, plan: Plan, values: Floats) -> Codes:
    """Return (rows, n) codes of `Reason` for the work matrix `values`: 0 exactly where a value is known.

    A formula is null for the reason of its first unknown operand.
    """
    causes = _find_causes(plan)
    unknown = np.isnan(values)
    reasons = np.repeat(causes.codes, values.shape[1], axis=1)

    partial = ~np.isnan(series["meal_count"]) & (series["food_log_complete"] != 1.0)
    reasons[causes.food] = np.where(partial, _INCOMPLETE_LOG, _NOT_LOGGED)
    if series.open_day is not None:
        reasons[causes.by_day, series.open_day] = _DAY_OPEN
    for out, operands in causes.levels:
        for rows in operands[::-1]:
            np.copyto(reasons[out], reasons[rows], where=unknown[rows])
    reasons *= unknown
    return reasons


_INCOMPLETE_LOG, _NOT_LOGGED, _DAY_OPEN = np.array(
    [Reason.INCOMPLETE_LOG, Reason.NOT_LOGGED, Reason.DAY_OPEN], np.uint8
)


@cache
def _find_causes(plan: Plan) -> Causes:
    codes = np.full((plan.row_count, 1), Reason.NO_READING, np.uint8)
    food, by_day = [], []
    for row, source in enumerate(plan.inputs):
        origin = CHANNELS[source.name].origin if source.kind in (Kind.LOGGED, Kind.COMPLETE) else None
        if origin in (Origin.NUTRITION, Origin.TIMING):
            food.append(row)
        if origin not in (None, Origin.NIGHT):
            by_day.append(row)
        if source.kind is Kind.PROFILE:
            codes[row] = Reason.NO_PROFILE_VALUE
    for window in plan.windows:
        codes[window.out] = Reason.NO_READING if window.stat is Stat.SINCE else Reason.TOO_FEW_DAYS
    levels = (*plan.daily_formulas, *plan.window_formulas)
    for step in (step for level in levels for step in level):
        spread = step.function in SPREAD_DIVIDERS
        codes[step.out] = Reason.NO_VARIATION if spread else Reason.NOT_APPLICABLE
    return Causes(
        codes, np.array(food, np.intp), np.array(by_day, np.intp), tuple(_operands(level) for level in levels)
    )


def _operands(level: Level) -> tuple[slice, Rows]:
    width = max(len(step.operands) for step in level)
    rows = [np.stack(step.operands + step.operands[-1:] * (width - len(step.operands))) for step in level]
    return slice(level[0].out.start, level[-1].out.stop), np.hstack(rows)
