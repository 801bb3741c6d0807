"""Insights of forecasts: a coming night that differs from the person's normal by more than its interval."""

import math
from dataclasses import dataclass
from datetime import date

from common.compute.insights.facts import Fact, Insight, Weight, bounded
from common.compute.measures import MEASURES


@dataclass(frozen=True)
class Forecasted:
    """A forecast for one night beside the person's own normal."""

    metric: str
    measure: str
    """What was measured: of HRV, what the person's device gives."""
    target: date
    value: float
    unit: str
    lower_80: float
    upper_80: float
    normal: float
    """The person's median over the last `normal_days` days, of which `known_days` had a value."""
    normal_days: int
    known_days: int
    recent: float
    """Median of the nights just past; NaN where too few of them are known."""
    confidence: float
    day_open: bool = False


def tell_forecast(forecast: Forecasted) -> Insight | None:
    """None where the person's normal, or the nights just past, lie inside the 80% interval.

    An ordinary night is no news, nor is one like those before it, nor the way back from them.
    """
    if not (_is_news(forecast, forecast.normal) and _is_news(forecast, forecast.recent)):
        return None
    above = forecast.value > forecast.normal
    if above != (forecast.value > forecast.recent):
        return None
    measure = MEASURES[forecast.measure]
    good = measure.better == (1 if above else -1)
    half_width = (forecast.upper_80 - forecast.lower_80) / 2
    distance = abs(forecast.value - forecast.normal) / max(half_width, 1e-9)
    return Insight(
        kind="PREDICTION",
        template="forecast_better" if good else "forecast_worse",
        subject=f"{forecast.metric}:{forecast.target}",
        direction="higher" if above else "lower",
        priority="LOW" if good else "MEDIUM",
        facts={
            "metric": Fact(forecast.metric, "metric"),
            "way": Fact("higher" if above else "lower", "way"),
            "target": Fact(forecast.target.isoformat(), "date"),
            "value": Fact(forecast.value, forecast.unit),
            "lower": Fact(forecast.lower_80, forecast.unit),
            "upper": Fact(forecast.upper_80, forecast.unit),
            "usual": Fact(forecast.normal, forecast.unit),
            "recent": Fact(forecast.recent, forecast.unit),
            "days": Fact(forecast.known_days, "count"),
            "period": Fact(forecast.normal_days, "nights"),
        },
        weight=Weight(
            benefit=bounded(distance / 2) * (0.5 if good else 1.0),
            confidence=bounded(forecast.confidence),
            actionability=0.4 if good else 0.7,
        ),
        data_points=forecast.known_days,
        magnitude=forecast.value,
        tolerance=half_width,
        plotted=(measure.feature,),
        plotted_days=forecast.normal_days,
        target=forecast.target,
        notes=("today_open",) if forecast.day_open else (),
    )


def _is_news(forecast: Forecasted, before: float) -> bool:
    """As they are written: "58 to 60, usually 60" would tell of a difference nobody can see."""
    return math.isfinite(before) and not round(forecast.lower_80) <= round(before) <= round(forecast.upper_80)
