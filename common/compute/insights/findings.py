"""Insights of what goes with what in a person's days: from findings the correlation engine lets be told.

CORRELATION of published findings, in weaker words of early signals, and RECOMMENDATION where a published one
is about something a person can change safely. Computes no statistic.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from common.compute.insights.advice import ADVICE, is_safe
from common.compute.insights.facts import Fact, Insight, Weight, bounded
from common.compute.measures import EVERY_NAME, REGISTER, Family
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX

BETTER: dict[str, tuple[int, float]] = {
    measure.name: (measure.better, measure.large) for measure in REGISTER if measure.better and measure.large
}
"""Outcome -> the direction most people would welcome, and a change of it that matters much."""
UNEXPLAINABLE = {"raw_and_adjusted_disagree", "wear_time"}
"""Caveats of findings whose plain averages a person would not see, or which a device may have made."""

MOVING = frozenset(measure.feature for measure in REGISTER if measure.family is Family.MOVEMENT)
"""Moving through the day: nothing that speaks against it is told, for no morning's number outweighs it."""
TRAINING = frozenset({
    "workout_minutes_daily", "hard_minutes_daily", "training_load_daily", "workout_calories_daily",
    "workout_distance_daily", "strain_score_daily",
})  # fmt: skip
LATE_EATING = frozenset({"last_meal_time", "late_energy_daily", "eating_window", "late_meal"})
SLEEP = frozenset(measure.name for measure in REGISTER if measure.family is Family.SLEEP)
ALCOHOL = frozenset({"alcohol_drinks_daily", "alcohol"})
FAMILIES = (MOVING, TRAINING, LATE_EATING, ALCOHOL, SLEEP)
"""Inputs that are faces of one habit: what is found of several is one truth, and is told once."""
DURATIONS = frozenset(measure.name for measure in REGISTER if measure.is_length_of_night)

SOMETIMES = {
    "alcohol_drinks_daily": "alcohol_drinks", "alcohol": "alcohol", "late_meal": "late_meal",
    "late_energy_daily": "late_energy_kcal",
    "breakfast_skipped": "breakfast_skipped", "evening_training_minutes": "evening_workout_minutes",
    "hard_minutes_daily": "hard_minutes", "workout_minutes_daily": "workout_minutes",
    "training_load_daily": "training_load",
}  # fmt: skip
"""Habits of some days only, by the channel that counts them: on how many days they were is worth a word."""
ACTED_ON = {"curious", "trial"}
SUREST = 0.99
"""Nothing that is measured on one person is certain."""

WITHOUT_WORDS = {"as logged", "0/1"}
"""Units of which a value says nothing to anybody."""

_WRITTEN = {"local hour": "clock_change", "degC": "degC_change"}


@dataclass(frozen=True)
class FindingToTell:
    """A finding of the engine that may be told, in its units; `period_days` is what it looked back over."""

    feature: str
    metric: str
    lag_days: int
    published: bool
    n: int
    spearman: float
    q_value: float
    step: float
    step_unit: str
    change: float
    unit: str
    lower: float
    upper: float
    period_days: int
    caveats: tuple[str, ...] = ()
    supported: bool = False
    """Told because others say the same; the person's own days alone would not be enough."""
    by_people: bool = False
    """Those others are people who share their data; studies where not."""
    other_reasons: tuple[str, ...] = ()
    """Codes of what else could be behind both, the most plausible first."""
    threshold: float | None = None
    """The input's value from which on it shows, or up to which, where not `begins`."""
    begins: bool = False
    nights: int = 1
    """Nights after the day in which it shows."""
    half_gone_by: int | None = None
    """The first night beyond them with at most half of the first one's effect."""


def tell_findings(findings: Sequence[FindingToTell], series: DailySeries) -> list[Insight]:
    """One insight a habit: RECOMMENDATION where all its findings agree, else CORRELATION of its strongest."""
    told = [f for f in findings if not UNEXPLAINABLE & set(f.caveats) and not _misleads(f)]
    told = [f for f in told if _is_of_use(f, series)]
    return [
        _tell_habit([finding for finding in told if _habit(finding) == habit], series)
        for habit in dict.fromkeys(map(_habit, told))
    ]


def _is_of_use(finding: FindingToTell, series: DailySeries) -> bool:
    """Whether anybody could do something with it.

    Of two measures of one night only the time asleep can be planned, and a first hint about them, or about a
    measure with no better side, is nothing yet.
    """
    if finding.lag_days:
        return finding.published or finding.supported or finding.metric in BETTER
    if finding.feature != "sleep_duration" or not finding.published:
        return False
    return _speaks_for(finding) > 0 and is_safe(ADVICE[finding.feature], series)


def way_of(metric: str, *, up: bool) -> str:
    if metric in DURATIONS:
        return "longer" if up else "shorter"
    return "higher" if up else "lower"


def _habit(finding: FindingToTell) -> frozenset[str]:
    own = frozenset({finding.feature})
    return next((family for family in FAMILIES if own <= family), own)


def _tell_habit(told: Sequence[FindingToTell], series: DailySeries) -> Insight:
    published = [finding for finding in told if finding.published]
    advisable = [finding for finding in published if _is_advisable(finding, published, series)]
    if advisable:
        return _advise(max(advisable, key=_benefit), series)
    supported = [finding for finding in told if finding.supported]
    return _tell(max(published or supported or told, key=lambda f: (_benefit(f), abs(f.spearman))), series)


def _misleads(finding: FindingToTell) -> bool:
    """Whether it would speak for more alcohol, less sleep or less movement: one person's pattern cannot."""
    advice = ADVICE.get(finding.feature)
    if finding.feature in MOVING:
        return _speaks_for(finding) < 0
    return advice is not None and advice.never_otherwise and _speaks_for(finding) == -advice.direction


def _speaks_for(finding: FindingToTell) -> int:
    """Return the direction of the input that goes with a better outcome; 0 where neither is better."""
    return int(np.sign(BETTER.get(finding.metric, (0, 1.0))[0] * finding.change))


def _advice_key(finding: FindingToTell) -> str:
    advice = ADVICE.get(finding.feature)
    if advice is not None and _speaks_for(finding) == advice.direction:
        return "curious" if finding.published else "trial"
    if not finding.published:
        return "wait"
    if finding.feature in TRAINING | {"evening_training_minutes"} and _speaks_for(finding) < 0:
        return "keep_moving"
    return "neutral"


def _benefit(finding: FindingToTell) -> float:
    _, large = BETTER.get(finding.metric, (0, max(abs(finding.change), 1e-9) * 4))
    return bounded(abs(finding.change) / large)


def facts_of(finding: FindingToTell, occasions: int | None = None) -> dict[str, Fact]:
    """Return what a sentence about a finding says, but for advice; `occasions`: days with the habit."""
    return _facts(finding) | _context(finding, occasions)


def _facts(finding: FindingToTell) -> dict[str, Fact]:
    sign = 1 if finding.change >= 0 else -1
    lower, upper = sorted((sign * finding.lower, sign * finding.upper))
    unit = _WRITTEN.get(finding.unit, finding.unit)
    return {
        "condition": Fact(finding.feature, "condition"),
        "habit": Fact(finding.feature, "habit"),
        "step": Fact(finding.step, _WRITTEN.get(finding.step_unit, finding.step_unit)),
        "metric": Fact(finding.metric, "metric"),
        "when": Fact(finding.metric, "when"),
        "change": Fact(abs(finding.change), unit),
        "way": Fact(way_of(finding.metric, up=sign > 0), "way"),
        "lower": Fact(lower, unit),
        "upper": Fact(upper, unit),
        "days": Fact(finding.n, "days" if finding.lag_days else "nights"),
        "period": Fact(finding.period_days, "days"),
    }


def _tell(finding: FindingToTell, series: DailySeries) -> Insight:
    better = BETTER.get(finding.metric, (0, 1.0))[0]
    harms = better * finding.change < 0
    advice = _advice_key(finding)
    # what presses must be something the person can act on
    urgent = harms and finding.lag_days and advice in ACTED_ON
    return _make(
        finding,
        kind="CORRELATION",
        template=template_of(finding),
        subject=f"{finding.feature}:{finding.metric}",
        direction="higher" if finding.change > 0 else "lower",
        priority="LOW" if not finding.published else "HIGH" if urgent else "MEDIUM",
        facts={"advice": Fact(advice, "advice")},
        benefit=_benefit(finding) * (1.0 if finding.published else 0.75 if finding.supported else 0.5),
        actionability=_actionability(finding),
        series=series,
    )


def _make(
    finding: FindingToTell,
    *,
    kind: str,
    template: str,
    subject: str,
    direction: str,
    priority: str,
    facts: dict[str, Fact],
    benefit: float,
    actionability: float,
    series: DailySeries,
) -> Insight:
    occasions = _occasions(finding, series)
    return Insight(
        kind=kind,
        template=template,
        subject=subject,
        direction=direction,
        priority=priority,
        facts=facts_of(finding, occasions) | facts,
        weight=Weight(benefit, min(bounded(1 - finding.q_value), SUREST), actionability),
        data_points=finding.n,
        magnitude=finding.change,
        tolerance=max(abs(finding.upper - finding.lower) / 2, 1e-9),
        plotted=(finding.feature, finding.metric),
        plotted_days=finding.period_days,
        lag_days=finding.lag_days,
        correlation=finding.spearman,
        notes=("unstable_over_halves",) if "unstable_over_halves" in finding.caveats else (),
    )


def _context(finding: FindingToTell, occasions: int | None) -> dict[str, Fact]:
    """Return what stands beside the finding: whose evidence it is, other reasons, how often the habit was."""
    facts: dict[str, Fact] = {}
    if finding.supported:
        facts["backing"] = Fact("people" if finding.by_people else "studies", "backing")
    if finding.other_reasons:
        facts["other"] = Fact(finding.other_reasons[0], "other")
    if occasions is not None:
        facts |= {"habit_days": Fact(finding.feature, "habit_days"), "occasions": Fact(occasions, "count")}
    return facts | _further(finding)


def _further(finding: FindingToTell) -> dict[str, Fact]:
    """Return the one thing more that is worth a sentence: where it begins or ends, else how long it lasts."""
    if finding.threshold is not None and finding.step_unit not in WITHOUT_WORDS:
        clock = finding.step_unit == "local hour"
        way = "begins" if finding.begins else "ends"
        return {
            "further": Fact(f"{way}_at" if clock else way, "further"),
            "threshold": Fact(
                round_off(finding.threshold, clock=clock), "clock" if clock else finding.step_unit
            ),
        }
    if finding.nights > 1:
        return {"further": Fact(f"lasts_{finding.nights}", "further")}
    # a later night may only be the first that was sure enough, and would read like days of it
    if finding.half_gone_by == finding.nights + 1:
        return {"further": Fact("half_gone", "further")}
    return {}


def round_off(value: float, *, clock: bool) -> float:
    """Return a quarter of an hour, or two figures: a threshold is known no better."""
    return round(value * 4) / 4 if clock else float(f"{value:.2g}")


def _occasions(finding: FindingToTell, series: DailySeries) -> int | None:
    """Return days with the habit among those that were paired; None where it is one of every day."""
    channel = SOMETIMES.get(finding.feature)
    outcome = EVERY_NAME.get(finding.metric)
    if channel is None or outcome is None or len(series.days) <= finding.lag_days:
        return None
    last = len(series.days) - finding.lag_days
    first = max(0, last - finding.period_days)
    habit, after = series[channel][first:last], series[outcome.channel][first + finding.lag_days :]
    count = int(((habit > 0) & np.isfinite(after)).sum())
    return count if 0 < count <= finding.n else None


def template_of(finding: FindingToTell) -> str:
    """Return the name of the sentences that say how firmly a finding is known."""
    if finding.supported:
        return "supported"
    if not finding.published:
        return "early_signal"
    return "correlation" if finding.lag_days else "correlation_same_night"


def _actionability(finding: FindingToTell) -> float:
    if finding.lag_days and _advice_key(finding) in {"curious", "trial"}:
        return 0.9
    return 0.6


def _is_advisable(finding: FindingToTell, published: Sequence[FindingToTell], series: DailySeries) -> bool:
    """Whether each published finding of the habit speaks for the same, safe direction.

    Two measures of the same night may both follow from a third thing, so they are no ground for advice.
    """
    advice = ADVICE.get(finding.feature)
    if advice is None or not finding.lag_days or "unstable_over_halves" in finding.caveats:
        return False
    wanted = {_speaks_for(f) for f in published if f.lag_days} - {0}
    return _speaks_for(finding) != 0 and wanted == {advice.direction} and is_safe(advice, series)


def _advise(finding: FindingToTell, series: DailySeries) -> Insight:
    less = ADVICE[finding.feature].direction < 0
    return _make(
        finding,
        kind="RECOMMENDATION",
        template="try" if less else "try_more",
        subject=finding.feature,
        direction="less" if less else "more",
        priority="MEDIUM",
        facts={"tip": Fact(finding.feature, "tip"), "advice": Fact(finding.feature, "advice")},
        benefit=_benefit(finding),
        actionability=1.0,
        series=series,
    )


def period_of(series: DailySeries, lookback_days: int) -> int:
    """Return days a lookback truly covered: from the person's first known night or day, at most
    `lookback_days`.
    """
    rows = [CHANNEL_INDEX[measure.channel] for measure in REGISTER if measure.vital]
    known = np.flatnonzero(np.isfinite(series.values[rows]).any(axis=0))
    return lookback_days if not known.size else min(lookback_days, len(series.days) - int(known[0]))
