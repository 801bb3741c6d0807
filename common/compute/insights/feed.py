"""From one person's series, findings and forecasts to everything that could be told of them, reconciled.

Owns which part asks which; ranking and memory come after. The engines' answers are arguments.
"""

from collections.abc import Sequence
from dataclasses import replace

from common.compute.anomalies import Rate, find_unusual
from common.compute.insights.cautions import cautions_of
from common.compute.insights.facts import Insight
from common.compute.insights.findings import FindingToTell, tell_findings
from common.compute.insights.forecasts import Forecasted, tell_forecast
from common.compute.insights.goals import tell_goals
from common.compute.insights.levels import tell_levels
from common.compute.insights.nights import tell_nights
from common.compute.insights.patterns import tell_patterns
from common.compute.insights.ranking import reconcile
from common.compute.insights.safety import keep_permitted
from common.compute.insights.trials import tell_trial
from common.compute.series.build import DailySeries, closed, complete_only
from common.compute.trials import Trial


def gather(
    series: DailySeries,
    findings: Sequence[FindingToTell],
    forecasts: Sequence[Forecasted],
    trials: Sequence[Trial] = (),
    *,
    rate_nights: Rate,
) -> list[Insight]:
    """`series` is the person's, up to the day the insights are for; an open last day counts as such.

    Only what the gate of `safety` lets through.
    """
    past = complete_only(closed(series))
    whole = past if series.open_day is None else _without_last(past)
    cautions = cautions_of(series)
    told = [insight for forecast in forecasts if (insight := tell_forecast(forecast)) is not None]
    tried = [tell_trial(trial, past, series.days[-1].item()) for trial in trials]
    told += tried
    told += tell_findings(_not_tried(findings, tried), whole)
    told += tell_nights(find_unusual(past, rate_nights), past.profile)
    told += tell_goals(whole, cautions)
    told += tell_patterns(whole)
    told += tell_levels(past)
    return keep_permitted(reconcile(told), cautions)


def _not_tried(findings: Sequence[FindingToTell], tried: Sequence[Insight]) -> list[FindingToTell]:
    """Return findings no trial of the person's own has answered: a sure test outranks what was only observed.

    A trial that left it open has fewer days than the finding, and says nothing against it.
    """
    results = [insight for insight in tried if insight.template == "trial_result"]
    answered = {tuple(i.subject.split(":")[:2]) for i in results if i.facts["verdict"].value != "open"}
    return [finding for finding in findings if (finding.feature, finding.metric) not in answered]


def _without_last(series: DailySeries) -> DailySeries:
    """Return the days that are over: what is counted per week must not lose a day to one that has begun."""
    return replace(
        series,
        days=series.days[:-1],
        values=series.values[:, :-1],
        source_codes=series.source_codes[:, :-1],
        open_day=None,
    )
