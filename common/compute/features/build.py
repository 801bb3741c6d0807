"""Runs the plan over one person's series: all features of all its days, with the reason for every null.

The value of a day depends on the LOOKBACK_DAYS days that end with it and on nothing else, to the last bit, so
one day asked alone equals the same day among 400. Days before the series count as unknown: callers start the
series LOOKBACK_DAYS - 1 days early and keep `table.between(first, last)`.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from common.compute.channels import CHANNEL_INDEX, CHANNELS, Origin
from common.compute.features import formulas, rolling
from common.compute.features.catalogue import CATALOGUE
from common.compute.features.plan import FormulaStep, Plan, Reduction, WindowStep, plan_features
from common.compute.features.rules import Floats, Input, Kind, Stat
from common.compute.features.table import FeatureTable, Reason
from common.compute.person import Profile
from common.compute.series import DailySeries

Codes = NDArray[np.uint8]

PLAN = plan_features(CATALOGUE.values())

_FOOD = {Origin.NUTRITION, Origin.TIMING}
_SEX_TERM_KCAL = {"male": 5.0, "female": -161.0}
_NO_VARIATION = {formulas.zscore, formulas.monotony}


@np.errstate(invalid="ignore", divide="ignore", over="ignore")
def build_features(series: DailySeries, plan: Plan = PLAN) -> FeatureTable:
    """Every feature of the plan on every day of the series.

    An open day is computed from what the series holds of it; mask the series first where its partial totals
    must not enter.
    """
    n = len(series.days)
    values = np.empty((plan.row_count, n))
    reasons = np.zeros((plan.row_count, n), np.uint8)
    count = len(plan.inputs)
    values[:count] = _input_values(series, plan.inputs)
    reasons[:count] = _input_reasons(series, plan.inputs)
    for step in plan.steps:
        if isinstance(step, FormulaStep):
            _run_formula(step, values, reasons)
        else:
            _run_windows(step, values, reasons)
    reasons[~np.isnan(values)] = Reason.KNOWN
    return FeatureTable(plan.names, series.days, values[plan.rows], reasons[plan.rows])


def _run_formula(step: FormulaStep, values: Floats, reasons: Codes) -> None:
    result = step.function(*(values[rows] for rows in step.operands))
    result[np.isinf(result)] = np.nan
    values[step.out] = result

    code = Reason.NO_VARIATION if step.function in _NO_VARIATION else Reason.NOT_APPLICABLE
    reason = np.full(result.shape, code, np.uint8)
    for rows in reversed(step.operands):
        reason = np.where(np.isnan(values[rows]), reasons[rows], reason)
    reasons[step.out] = reason


def _run_windows(step: WindowStep, values: Floats, reasons: Codes) -> None:
    rows = values[step.sources]
    counts, sums = rolling.moments(rows, step.days)
    for reduction in step.reductions:
        result = _reduce(reduction, step.days, rows, counts, sums)
        lag = reduction.lag
        values[reduction.out, lag:] = result[:, : max(result.shape[1] - lag, 0)]
        values[reduction.out, :lag] = np.nan
        since = reduction.stat is Stat.SINCE
        reasons[reduction.out] = Reason.NO_READING if since else Reason.TOO_FEW_DAYS


def _reduce(reduction: Reduction, days: int, rows: Floats, counts: Floats, sums: Floats) -> Floats:
    at, minimum = reduction.positions, reduction.minimum_days
    match reduction.stat:
        case Stat.MEAN:
            return rolling.means(counts[at], sums[at], minimum)
        case Stat.SD:
            return rolling.deviations(rows[at], days, counts[at], sums[at], minimum)
        case Stat.TOTAL:
            return np.where(counts[at] >= minimum, sums[at], np.nan)
        case Stat.TREND:
            return rolling.trends(rows[at], days, minimum)
        case Stat.LAST:
            return rolling.last_values(rows[at], days)
        case Stat.SINCE:
            return rolling.days_since(rows[at], days)


def _input_values(series: DailySeries, inputs: tuple[Input, ...]) -> Floats:
    complete = series["food_log_complete"] == 1.0
    values = np.empty((len(inputs), len(series.days)))
    calendar = _calendar(series)
    for row, source in zip(values, inputs, strict=True):
        match source.kind:
            case Kind.LOGGED:
                row[:] = series.values[CHANNEL_INDEX[source.name]]
            case Kind.COMPLETE:
                row[:] = np.where(complete, series.values[CHANNEL_INDEX[source.name]], np.nan)
            case Kind.CALENDAR:
                row[:] = calendar[source.name]
            case Kind.PROFILE:
                row[:] = _profile_value(series.profile, source.name, series.days)
    return values


def _calendar(series: DailySeries) -> dict[str, Floats]:
    days = series.days.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    numbers = days.astype(np.int64)
    return {
        "day_of_week": ((numbers + 3) % 7).astype(np.float64),  # 1970-01-01 was a Thursday
        "day_of_year": (
            numbers - days.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) + 1.0
        ),
        "month": (months.astype(np.int64) % 12 + 1.0),
        "any_data": (~np.isnan(series.values)).any(axis=0).astype(np.float64),
    }


def _profile_value(profile: Profile, name: str, days: NDArray[np.datetime64]) -> Floats | float:
    match name:
        case "age_years":
            return _age_years(profile.date_of_birth, days)
        case "resting_energy_sex_term_kcal":
            return _SEX_TERM_KCAL.get((profile.biological_sex or "").lower(), np.nan)
        case _:
            value = getattr(profile, name)
            return float(value) if value is not None and np.isfinite(value) and value > 0 else np.nan


def _age_years(born: date | None, days: NDArray[np.datetime64]) -> Floats | float:
    if born is None:
        return np.nan
    age = (days - np.datetime64(born, "D")).astype(np.float64) / 365.25
    return np.where(age >= 0.0, age, np.nan)


def _input_reasons(series: DailySeries, inputs: tuple[Input, ...]) -> Codes:
    """Why each input would be unknown on each day, were it so."""
    eaten = ~np.isnan(series["meal_count"])
    partial = eaten & (series["food_log_complete"] != 1.0)
    food = np.where(partial, Reason.INCOMPLETE_LOG, Reason.NOT_LOGGED).astype(np.uint8)
    reasons = np.empty((len(inputs), len(series.days)), np.uint8)
    for row, source in zip(reasons, inputs, strict=True):
        if source.kind is Kind.PROFILE:
            row[:] = Reason.NO_PROFILE_VALUE
            continue
        origin = CHANNELS[source.name].origin if source.name in CHANNELS else None
        row[:] = food if origin in _FOOD else Reason.NO_READING
        if series.open_day is not None and origin is not Origin.NIGHT:
            row[series.open_day] = Reason.DAY_OPEN
    return reasons
