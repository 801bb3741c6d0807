"""The numbers of one day that features start from: channels, the calendar and the profile as rows."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from common.compute.features.plan import Plan
from common.compute.features.rules import Floats, Input, Kind
from common.compute.series.build import DailySeries
from common.compute.series.rows import Profile

SEX_TERM_KCAL = {"male": 5.0, "female": -161.0}


def read_inputs(series: DailySeries, plan: Plan) -> Floats:
    """Return (inputs, n) values of the plan's inputs, NaN for unknown."""
    complete = series["food_log_complete"] == 1.0
    values = np.empty((len(plan.inputs), len(series.days)))
    logged = len(plan.logged_channels)
    channels = logged + len(plan.complete_channels)
    values[:logged] = series.values[plan.logged_channels]
    values[logged:channels] = np.where(complete, series.values[plan.complete_channels], np.nan)
    for row, source in enumerate(plan.inputs[channels:], channels):
        values[row] = _calendar(series, source) if source.kind is Kind.CALENDAR else _profile(series, source)
    return values


def _calendar(series: DailySeries, source: Input) -> Floats:
    days = series.days.astype("datetime64[D]")
    match source.name:
        case "day_of_week":  # 1970-01-01 was a Thursday
            numbers = (days.astype(np.int64) + 3) % 7
        case "day_of_year":
            numbers = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1
        case "month":
            numbers = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
        case "travel_day":
            return np.isin(days, series.travel_dates).astype(np.float64)
        case "any_data":
            return np.where(np.isnan(series.values).all(axis=0), 0.0, 1.0)
        case _:
            raise KeyError(source.name)
    return numbers.astype(np.float64)


def _profile(series: DailySeries, source: Input) -> Floats | float:
    person: Profile = series.profile
    match source.name:
        case "age_years":
            return _age_years(person.date_of_birth, series.days)
        case "resting_energy_sex_term_kcal":
            return SEX_TERM_KCAL.get((person.biological_sex or "").lower(), np.nan)
        case field:
            value = getattr(person, field)
            return float(value) if value is not None and 0.0 < value < np.inf else np.nan


def _age_years(born: date | None, days: NDArray[np.datetime64]) -> Floats | float:
    if born is None:
        return np.nan
    age = (days.astype("datetime64[D]") - np.datetime64(born, "D")).astype(np.float64) / 365.25
    return np.where(age >= 0.0, age, np.nan)
