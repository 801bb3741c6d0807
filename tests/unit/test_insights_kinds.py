"""What each kind of insight is told for, how long it stands, and when a trial is proposed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from common.compute.insights import Insight, Remembered, decide_telling, render
from common.compute.insights.facts import LIVES_DAYS
from common.compute.insights.findings import tell_findings
from common.compute.insights.forecasts import tell_forecast
from common.schemas.insights import InsightType
from tests.unit.insight_samples import FINDING, FORECAST, sample_insights, series_of

SAMPLES = sample_insights()
TODAY = date(2026, 3, 29)
BY_KIND: dict[str, Insight] = {insight.kind: insight for insight in SAMPLES.values()}


def test_every_kind_of_the_contract_is_told_and_lives_for_a_time_of_its_own() -> None:
    assert set(BY_KIND) == set(LIVES_DAYS) == set(InsightType)


@pytest.mark.parametrize("kind", LIVES_DAYS)
def test_an_insight_stands_its_days_and_is_then_said_already(kind: str) -> None:
    insight = BY_KIND[kind]
    first = decide_telling(insight, None, TODAY)
    assert first.expires_on == TODAY + timedelta(days=LIVES_DAYS[kind] - 1)
    for age in range(1, LIVES_DAYS[kind] + 2):
        day = TODAY + timedelta(days=age)
        before = Remembered(first.since, first.told_on, day - timedelta(days=1), insight.magnitude)
        later = decide_telling(insight, before, day)
        assert later.expires_on == first.expires_on
        assert later.silent == (day > first.expires_on)


@pytest.mark.parametrize(
    ("lower", "upper", "told"),
    [(61.0, 65.6, True), (58.6, 65.6, True), (58.0, 65.6, False), (57.0, 65.6, False), (58.4, 65.6, False)],
)
def test_tomorrow_is_news_only_where_its_interval_leaves_the_usual_out(
    lower: float, upper: float, told: bool
) -> None:
    """Usual is 58: an interval from 58.4 reads "58 to 66"."""
    forecast = replace(FORECAST, value=63.0, lower_80=lower, upper_80=upper)
    assert (tell_forecast(forecast) is not None) is told


def test_critical_is_a_long_large_deviation_alone_and_names_a_doctor() -> None:
    critical = [name for name, insight in SAMPLES.items() if insight.priority == "CRITICAL"]
    assert critical == ["nights_off_long"]
    for name, insight in SAMPLES.items():
        said = render(insight).recommendation
        assert ("consider talking to a doctor" in said) is (name == "nights_off_long")


def test_a_strong_early_signal_about_something_safe_to_change_proposes_a_trial() -> None:
    early = replace(FINDING, published=False)
    (proposed,) = tell_findings([early], series_of(last_meal_hour=20.5))
    assert proposed.facts["advice"].value == "trial"
    assert "trial with days drawn by lot" in render(proposed).recommendation
    for other in (replace(early, change=4.2, lower=2.0, upper=6.1), replace(early, feature="carbs_daily")):
        (told,) = tell_findings([other], series_of(last_meal_hour=20.5))
        assert told.facts["advice"].value == "wait"
