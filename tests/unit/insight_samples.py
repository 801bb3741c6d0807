"""One insight of every template, made by the code that tells it wherever that is short enough."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from common.compute.anomalies import Deviation, Unusual
from common.compute.insights import FindingToTell, Forecasted, Insight
from common.compute.insights.findings import tell_findings
from common.compute.insights.forecasts import tell_forecast
from common.compute.insights.goals import tell_goals
from common.compute.insights.levels import tell_levels
from common.compute.insights.nights import tell_nights
from common.compute.insights.patterns import tell_patterns
from common.compute.insights.trials import tell_trial
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS
from common.compute.series.rows import Floats, Profile
from common.compute.trials import Trial
from common.inference.forest import load_forest

rate_nights = load_forest(Path(__file__).parents[2] / "model_export" / "artifacts").rate

LAST = date(2026, 3, 29)  # a Sunday
DAYS = 60

FINDING = FindingToTell(
    feature="last_meal_time", metric="hrv_rmssd", lag_days=1, published=True, n=94, spearman=-0.35,
    q_value=0.02, step=1.0, step_unit="local hour", change=-4.2, unit="ms", lower=-6.1, upper=-2.0,
    period_days=120,
)  # fmt: skip
FORECAST = Forecasted(
    metric="rhr", measure="rhr", target=date(2026, 3, 30), value=63.2, unit="bpm", lower_80=61.0,
    upper_80=65.6, normal=58.0, normal_days=28, known_days=26, recent=58.4, confidence=0.9, day_open=True,
)  # fmt: skip
ANNA = Profile("anna", weight_kg=70.0, goal_weight_kg=66.0, biological_sex="FEMALE")
DEVIATION = Deviation("rhr", "bpm", 66.0, 58.0, 3.1, 3, 50, long=False, higher=True)


def series_of(profile: Profile | None = None, days: int = DAYS, **channels: Floats | float) -> DailySeries:
    """The `days` up to LAST, each channel a constant or (days,) values, all from one device."""
    values = np.full((len(CHANNELS), days), np.nan)
    for name, given in channels.items():
        values[CHANNEL_INDEX[name]] = given
    codes = np.where(np.isfinite(values), 0, -1).astype(np.int16)
    dates = np.arange(np.datetime64(LAST, "D") - (days - 1), np.datetime64(LAST, "D") + 1)
    return DailySeries(
        profile or ANNA,
        True, dates, values, source_names=("oura",), source_codes=codes,
    )  # fmt: skip


def weekends(days: int = DAYS) -> Floats:
    """(days,) 1 on Saturdays and Sundays."""
    return np.array([float((LAST.toordinal() - 1 - back) % 7 >= 5) for back in range(days - 1, -1, -1)])


def sample_insights() -> dict[str, Insight]:
    """By template."""
    told = [*_of_trials(), *_of_findings(), *_of_forecasts(), *_of_nights(), *_of_goals(), *_of_rhythms()]
    return {insight.template: insight for insight in told}


def _of_findings() -> list[Insight]:
    series = series_of(last_meal_hour=20.5, sleep_minutes=430.0, fiber_g=21.0)
    sleep = replace(
        FINDING, feature="sleep_duration", metric="rhr", lag_days=0, step=60, step_unit="min", change=-1.3,
        unit="bpm", lower=-2.0, upper=-0.6,
    )  # fmt: skip
    fibre = replace(
        FINDING, feature="fiber_daily", metric="hrv_rmssd", lag_days=1, step=10, step_unit="g", change=2.4,
        unit="ms", lower=0.9, upper=3.8,
    )  # fmt: skip
    training = replace(FINDING, feature="training_load_daily", step=60, step_unit="load units")
    early = replace(FINDING, published=False, n=41)
    supported = replace(
        FINDING, feature="alcohol_drinks_daily", metric="rhr", published=False, supported=True, step=1.0,
        step_unit="drinks", change=1.8, unit="bpm", lower=0.7, upper=2.9, other_reasons=("evening_out",),
        half_gone_by=2,
    )  # fmt: skip
    return [
        *tell_findings([supported], series),
        *tell_findings([FINDING, sleep, fibre, training], series),
        *tell_findings([early], series),
    ]


def _of_trials() -> list[Insight]:
    rng = np.random.default_rng(2)
    nights = 50 + 2 * rng.normal(size=DAYS)
    running = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST - timedelta(days=5), 14)
    over = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST - timedelta(days=20), 14)
    first = DAYS - 21 + 1
    nights[first : first + 14] += 6 * np.array(over.changed())
    series = series_of(last_meal_hour=20.5 + 0.3 * rng.normal(size=DAYS), hrv_rmssd_ms=nights)
    unworn = series_of(last_meal_hour=20.5)
    told = ((running, series), (over, series), (over, unworn))
    return [tell_trial(trial, given, LAST) for trial, given in told]


def _of_forecasts() -> list[Insight]:
    calm = replace(FORECAST, value=54.0, lower_80=52.0, upper_80=56.1, day_open=False)
    return [insight for forecast in (FORECAST, calm) if (insight := tell_forecast(forecast))]


def _of_nights() -> list[Insight]:
    hrv = Deviation("hrv_rmssd", "ms", 38.0, 52.0, 2.2, 3, 50, long=False, higher=False)
    long = replace(DEVIATION, level=72.0, score=5.0, nights=6, long=True)
    return [*tell_nights(Unusual(LAST, (DEVIATION, hrv)), ANNA), *tell_nights(Unusual(LAST, (long,)), ANNA)]


def _of_goals() -> list[Insight]:
    profile = Profile("anna", None, 2000, 110, 210, 70, 70.0, 66.0, biological_sex="FEMALE")
    told = tell_goals(series_of(profile, energy_kcal=2480.0, protein_g=75.0, carbs_g=310.0, fat_g=45.0))
    told += tell_goals(series_of(profile, energy_kcal=1650.0, protein_g=108.0))
    told += tell_goals(series_of(profile, energy_kcal=1050.0))
    return told + tell_goals(series_of(replace(profile, goal_calories_kcal=1000.0), energy_kcal=1400.0))


def _of_rhythms() -> list[Insight]:
    rng = np.random.default_rng(3)
    weekend = weekends()
    noise = rng.normal(0, 1, DAYS)
    weekly = series_of(
        sleep_minutes=400 + 75 * weekend + 12 * noise,
        first_meal_hour=8 + 1.5 * weekend + 0.2 * noise,
        last_meal_hour=20.5 + 1.2 * weekend + 0.6 * noise,
        rhr_bpm=58 + 0.8 * noise + 4 * (np.arange(DAYS) >= DAYS - 14),
    )
    uneven = series_of(
        sleep_minutes=330 + 110 * noise,
        training_load=60 + 3 * noise,
        workout_minutes=40.0,
        last_meal_hour=21.5 + 0.5 * noise,
        fiber_g=14 + 2 * noise,
        steps=4300 + 500 * noise,
    )
    young = series_of(hrv_rmssd_ms=np.where(np.arange(DAYS) >= DAYS - 14, 50 + 6 * noise, np.nan))
    steady = series_of(rhr_bpm=58 + 2 * noise)
    halved = series_of(hrv_rmssd_ms=np.where(np.arange(DAYS) >= DAYS - 9, 26.0, 52.0) + noise)
    of_levels = [insight for series in (weekly, young, steady, halved) for insight in tell_levels(series)]
    return [*tell_patterns(weekly), *tell_patterns(uneven), *of_levels]
