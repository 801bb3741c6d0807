"""What is worth saying about one person today, in plain words, from what other parts established.

Owns the sentences, their order and what makes two of them the same insight. Never computes a statistic: every
figure in a text is one it was given, and nothing is said of a finding that is not published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.compute.phrases import OUTCOMES, amount, describe_condition

INSIGHTS_VERSION = "1"
SHOWN_AT_MOST = 5
CORRELATION_LIVES_DAYS = 14
NOT_CAUSE = "It is a pattern in your own data, not proof of cause."
NOT_MEDICAL = "This is an estimate from your own data, not medical advice."


@dataclass(frozen=True)
class Published:
    """A published correlation, as the engine reports it."""

    feature: str
    metric: str
    lag_days: int
    n: int
    spearman: float
    q_value: float
    step: float
    step_unit: str
    change: float
    unit: str
    lower: float
    upper: float
    lookback_days: int


@dataclass(frozen=True)
class Forecasted:
    """A forecast for one night beside the person's own normal."""

    metric: str
    target: date
    value: float
    unit: str
    lower_80: float
    upper_80: float
    normal: float
    """The person's median over the last `normal_days` days, of which `known_days` had a value."""
    normal_days: int
    known_days: int
    confidence: float


@dataclass(frozen=True)
class Insight:
    kind: str
    """MLInsightType."""
    subject: str
    direction: str
    priority: str
    title: str
    description: str
    recommendation: str
    evidence: dict[str, float | int | str | None]
    confidence: float
    correlation: float | None
    data_points: int
    score: float
    """What the order follows: higher first."""
    rank_reason: str
    expires_on: date


def tell_correlation(finding: Published, today: date) -> Insight:
    metric = OUTCOMES[finding.metric]
    direction = "higher" if finding.change > 0 else "lower"
    change = f"{amount(abs(finding.change), finding.unit)} {direction}"
    bounds = sorted((finding.lower, finding.upper))
    title, condition = describe_condition(finding.feature, finding.step, finding.step_unit)
    when = metric.when if finding.lag_days == 1 else "that morning"
    likely = f"{amount(bounds[0])} to {amount(bounds[1], finding.unit)}"
    return Insight(
        kind="CORRELATION",
        subject=f"{finding.feature}:{finding.metric}",
        direction=direction,
        priority="MEDIUM" if metric.better is None or direction == metric.better else "HIGH",
        title=f"{title} goes with {direction} {metric.name}",
        description=(
            f"With {condition}, your {metric.name} {when} was about {change} (between {likely}). "
            f"Seen over {finding.n} days of the last {finding.lookback_days}. {NOT_CAUSE}"
        ),
        recommendation=(
            "If you are curious, change only this for two weeks, keep logging, and see whether it holds."
        ),
        evidence={
            "feature": finding.feature,
            "metric": finding.metric,
            "lagDays": finding.lag_days,
            "n": finding.n,
            "lookbackDays": finding.lookback_days,
            "spearman": finding.spearman,
            "qValue": finding.q_value,
            "step": finding.step,
            "stepUnit": finding.step_unit,
            "change": finding.change,
            "changeLower": finding.lower,
            "changeUpper": finding.upper,
            "unit": finding.unit,
        },
        confidence=1 - finding.q_value,
        correlation=finding.spearman,
        data_points=finding.n,
        score=abs(finding.spearman) * (1 - finding.q_value),
        rank_reason=(
            f"strength {abs(finding.spearman):.2f} of a correlation found on {finding.n} days, "
            f"times its reliability {1 - finding.q_value:.2f}"
        ),
        expires_on=today + timedelta(days=CORRELATION_LIVES_DAYS),
    )


def tell_forecast(forecast: Forecasted) -> Insight | None:
    """None where the person's normal lies inside the 80% interval: an ordinary night is no news."""
    if forecast.lower_80 <= forecast.normal <= forecast.upper_80:
        return None
    metric = OUTCOMES[forecast.metric]
    above = forecast.value > forecast.normal
    direction = "above" if above else "below"
    good = metric.better == ("higher" if above else "lower")
    half_width = (forecast.upper_80 - forecast.lower_80) / 2
    distance = abs(forecast.value - forecast.normal) / max(half_width, 1e-9)
    return Insight(
        kind="PREDICTION",
        subject=f"{forecast.metric}:{forecast.target}",
        direction=direction,
        priority="MEDIUM" if good else "HIGH",
        title=f"Tomorrow's {metric.name} may be {direction} your usual",
        description=(
            f"For the morning of {forecast.target}, your {metric.name} is forecast at about "
            f"{amount(forecast.value, forecast.unit)} (likely {amount(forecast.lower_80)} to "
            f"{amount(forecast.upper_80, forecast.unit)}). Your usual over the last "
            f"{forecast.normal_days} days is {amount(forecast.normal, forecast.unit)}. {NOT_MEDICAL}"
        ),
        recommendation=(
            "A good day for whatever you had planned."
            if good
            else "If it suits your plans, keep today a little lighter and give yourself time to sleep."
        ),
        evidence={
            "metric": forecast.metric,
            "targetDate": forecast.target.isoformat(),
            "value": forecast.value,
            "lower80": forecast.lower_80,
            "upper80": forecast.upper_80,
            "normal": forecast.normal,
            "normalDays": forecast.normal_days,
            "knownDays": forecast.known_days,
            "unit": forecast.unit,
        },
        confidence=forecast.confidence,
        correlation=None,
        data_points=forecast.known_days,
        score=min(distance / 2, 1.0) * forecast.confidence,
        rank_reason=(
            f"{distance:.1f} half-widths of the 80% interval from your usual, "
            f"times the forecast's back-tested confidence {forecast.confidence:.2f}"
        ),
        expires_on=forecast.target,
    )


def rank(insights: Sequence[Insight]) -> list[Insight]:
    """The few with the highest scores; ties in a fixed order, so that equal data give equal answers."""
    ordered = sorted(insights, key=lambda insight: (-insight.score, insight.kind, insight.subject))
    return ordered[:SHOWN_AT_MOST]
