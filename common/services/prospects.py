"""What a person's trial is thought to find, before it and after it, and which would teach them most.

Knows no HTTP and no SQL.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from math import isfinite

from common.compute.insights.advice import ADVICE, is_safe
from common.compute.insights.findings import BETTER
from common.compute.insights.trials import OUTCOMES, STEPS, outcomes_of
from common.compute.series.build import DailySeries
from common.compute.trials import (
    INTERVAL_ERRORS,
    LENGTHS_DAYS,
    POWER,
    Expected,
    Trial,
    analyse,
    combine,
    learnt_by,
    pair_spread,
    power_of,
    run_days,
)
from common.schemas.experiments import Power, Prospect, Together, TrialOption
from common.services.snapshot import Snapshot

NIGHTS = 90
"""Last nights by which it is told how much this person's nights differ anyway."""
OPTIONS_AT_MOST = 5
LEAST_POWER = 0.3
"""A trial that would be sure in fewer than 3 of 10 such cases is not proposed: weeks of it for no answer."""


@dataclass(frozen=True)
class Outlook:
    """What is thought of one person's trials, by their days up to now."""

    snapshot: Snapshot
    series: DailySeries
    """Closed and masked to complete days."""

    def expected(self, feature: str, metric: str, before: date | None = None) -> Expected | None:
        """Return what the trial's step is thought to do, by the days `before` one or all there are.

        None where the pair cannot be studied yet.
        """
        # loaded here, so that a request that asks for no trial pays nothing for scipy
        from common.services.correlations import effects_for  # noqa: PLC0415

        slope = effects_for(self.snapshot, before).get((feature, metric))
        if slope is None:
            return None
        step = ADVICE[feature].direction * STEPS[feature]
        return Expected(slope.told * step, abs(step) * (slope.upper - slope.lower) / (2 * INTERVAL_ERRORS))

    def prospect(self, feature: str, metric: str, before: date | None = None) -> Prospect:
        """Return what is suspected, and the chance to be sure of it by each length offered."""
        spread, share = self._spread(feature, metric)
        return _prospect(feature, metric, self.expected(feature, metric, before), spread, share)

    def options(self, permitted: Collection[str]) -> list[TrialOption]:
        """Return a trial for each of the `permitted` habits that is safe, the most worth knowing first."""
        options = []
        for feature in permitted:
            if is_safe(ADVICE[feature], self.series):
                of_habit = [o for metric in OUTCOMES if (o := self._option(feature, metric)) is not None]
                options += sorted(of_habit, key=_worth, reverse=True)[:1]
        return sorted(options, key=_worth, reverse=True)[:OPTIONS_AT_MOST]

    def together(self, trial: Trial) -> Together | None:
        """Return the trial's result and the days before it, weighed by their precision."""
        result = analyse(trial, outcomes_of(trial, self.series))
        if result is None:
            return None
        expected = self.expected(trial.feature, trial.metric, trial.start)
        if expected is None:
            return None
        both = combine(result, expected)
        lower, upper = both.interval
        return Together(change=both.mean, lower=lower, upper=upper, unit=OUTCOMES[trial.metric].unit)

    def _spread(self, feature: str, metric: str) -> tuple[float, float]:
        return pair_spread(self.series[OUTCOMES[metric].channel][-NIGHTS:], feature)

    def _option(self, feature: str, metric: str) -> TrialOption | None:
        expected = self.expected(feature, metric)
        spread, share = self._spread(feature, metric)
        if expected is None or not isfinite(spread):
            return None
        prospect = _prospect(feature, metric, expected, spread, share)
        days = length_of(prospect)
        if max(each.power for each in prospect.power) < LEAST_POWER:
            return None
        error = spread / max(share * days / (2 * run_days(feature)), 1.0) ** 0.5
        worth = learnt_by(expected, BETTER[metric][0], error)
        return TrialOption(feature=feature, metric=metric, days=days, prospect=prospect, worth=worth)


def _prospect(feature: str, metric: str, expected: Expected | None, spread: float, share: float) -> Prospect:
    measure = OUTCOMES[metric]
    suspected = max(abs(expected.mean) if expected else 0.0, measure.smallest or 0.0)
    power = [
        Power(days=days, power=power_of(suspected, spread, share * days / (2 * run_days(feature))))
        for days in LENGTHS_DAYS
    ]
    return Prospect(suspected=suspected, unit=measure.unit, power=power if isfinite(spread) else [])


def length_of(prospect: Prospect) -> int:
    """Return the shortest length that shows what is suspected, else the longest there is."""
    enough = [each.days for each in prospect.power if each.power >= POWER]
    return min(enough, default=LENGTHS_DAYS[-1])


def _worth(option: TrialOption) -> float:
    """Return the worth in changes that matter much, so that measures compare."""
    return option.worth / BETTER[option.metric][1]
