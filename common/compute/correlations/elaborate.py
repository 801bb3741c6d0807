"""Adds to told findings what more can be said of them. Owns what is asked of which, and how it is charged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from common.compute.correlations.adjustment import tame
from common.compute.correlations.control import Rules, generator_of
from common.compute.correlations.further import FURTHER_RATE, Study
from common.compute.correlations.history import History
from common.compute.correlations.lasting import follow_nights
from common.compute.correlations.looks import anytime_p
from common.compute.correlations.pairs import Pair
from common.compute.correlations.report import Finding, Tier
from common.compute.correlations.threshold import find_threshold

STATEMENTS = 2
"""Ways to be told more that is not so: a threshold, a second night."""
TOLD_MORE = frozenset({Tier.PUBLISHED, Tier.SUPPORTED})


def elaborate(
    findings: Sequence[Finding], pairs: Sequence[Pair], history: History, rules: Rules
) -> tuple[Finding, ...]:
    """Return the findings with their thresholds and nights, of days that meet the night after them."""
    pair_of = {(pair.input.feature, pair.metric): pair for pair in pairs}
    chosen = [
        finding
        for finding in findings
        if finding.tier in TOLD_MORE and finding.lag_days == 1 and finding.n >= rules.publish_days
    ]
    if not chosen:
        return tuple(findings)
    series = dict(zip(history.series, tame(np.array([*history.series.values()])), strict=True))

    def holds(p: float, days: int) -> bool:
        charged = anytime_p(np.array([p]), np.array([days]), rules.publish_days)[0]
        return bool(days >= rules.publish_days and charged <= FURTHER_RATE / STATEMENTS / len(chosen))

    study = Study(series, history.days, holds)

    def tell_more(finding: Finding) -> Finding:
        pair = pair_of[finding.feature, finding.metric]
        slope, rng = finding.effect.change / finding.effect.step, generator_of(pair)
        return replace(
            finding,
            threshold=find_threshold(pair, study, slope, rng),
            lasting=follow_nights(pair, study, slope, rng),
        )

    return tuple(tell_more(finding) if finding in chosen else finding for finding in findings)
