"""How good forecasts were, from sums over people; whether inputs have drifted; whether to train again.

Pure arithmetic. Days of one person resemble each other, so every interval treats people, not days, as the
independent units (ratio estimators with linearised variances: Cochran 1977, "Sampling Techniques", 6.3-6.4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from common.compute.series.rows import Floats

Z_95 = 1.959964
WANTED_COVERAGE = 0.8
COVERAGE_SLACK = 0.05
PEOPLE_MIN = 20
"""Fewer people say nothing of a model."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Over people: their number, and sums of their own sums and of the products of those.

    Of one person `n` counts forecasts, `error` and `rule_error` add up absolute errors of the model and of
    the simple rule, `inside` counts outcomes inside the 80% interval.
    """

    people: int
    n: float
    error: float
    rule_error: float
    inside: float
    n_n: float
    error_error: float
    rule_rule: float
    inside_inside: float
    error_rule: float
    inside_n: float

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95% interval, which a single person does not give."""

    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Score:
    people: int
    forecasts: int
    mean_absolute_error: float
    skill: Estimate
    """1 - error / error of the best simple rule: above 0 the model is worth its cost."""
    coverage: Estimate
    """Share of outcomes inside the 80% interval."""


def score(sums: Sums) -> Score | None:
    """None where nothing was measured, or the rule was never off."""
    if sums.people == 0 or sums.rule_error == 0:
        return None
    ratio = sums.error / sums.rule_error
    ratio_variance = sums.error_error - 2 * ratio * sums.error_rule + ratio**2 * sums.rule_rule
    share = sums.inside / sums.n
    share_variance = sums.inside_inside - 2 * share * sums.inside_n + share**2 * sums.n_n
    return Score(
        people=sums.people,
        forecasts=int(sums.n),
        mean_absolute_error=sums.error / sums.n,
        skill=_estimate(1 - ratio, ratio_variance, sums.rule_error, sums.people),
        coverage=_estimate(share, share_variance, sums.n, sums.people),
    )


def _estimate(value: float, squares: float, total: float, people: int) -> Estimate:
    if people < 2:
        return Estimate(value, None, None)
    error = Z_95 * sqrt(max(squares, 0.0) * people / (people - 1)) / total
    return Estimate(value, value - error, value + error)


@dataclass(frozen=True, slots=True)
class Drift:
    """Population stability index of two samples, and what it exceeds by chance once in a thousand times."""

    index: float
    by_chance: float

    @property
    def found(self) -> bool:
        return self.index > max(self.by_chance, SMALL_SHIFT)


SMALL_SHIFT = 0.1
"""Below this a shift is too small to matter, however sure it is."""
CHANCE = 1e-3
Z_CHANCE = 3.0902
"""What a standard normal exceeds with probability CHANCE: it is looked at every night."""


def measure_drift(before: Sequence[int], now: Sequence[int]) -> Drift | None:
    """Compare counts of people by bin in two periods; None with too few to tell.

    With both samples from one distribution the index is about (1/n + 1/m) times a chi-squared with one degree
    of freedom less than bins (Yurdakul and Naranjo 2020, "Statistical properties of the population stability
    index", Journal of Risk Model Validation 14(4)), so the usual fixed limits cry wolf over small samples.
    Bins of fewer than five are counted with their neighbour.
    """
    from scipy.special import chdtri  # noqa: PLC0415 - 200 ms that only this pays

    counts = _merge_small(np.array([before, now], float))
    sizes = counts.sum(axis=1)
    bins = counts.shape[1]
    if bins < 2 or (sizes < PEOPLE_MIN).any():
        return None
    p, q = (counts + 0.5) / (sizes + 0.5 * bins)[:, None]
    index = float(((q - p) * np.log(q / p)).sum())
    return Drift(index, float((1 / sizes).sum() * chdtri(bins - 1, CHANCE)))


def _merge_small(counts: Floats, least: int = 5) -> Floats:
    merged: list[Floats] = []
    for column in counts.T:
        if merged and merged[-1].sum() < least:
            merged[-1] = merged[-1] + column
        else:
            merged.append(column)
    if len(merged) > 1 and merged[-1].sum() < least:
        merged[-2:] = [merged[-2] + merged[-1]]
    return np.array(merged).T


def has_fallen(before: Score | None, now: Score | None) -> bool:
    """Whether skill is surely lower than it was.

    The people of both periods are largely the same, so the difference is surer than it is taken to be.
    """
    if before is None or now is None or min(before.people, now.people) < PEOPLE_MIN:
        return False
    error = hypot(_error(before.skill), _error(now.skill))
    return now.skill.value - before.skill.value < -Z_CHANCE * error


def _error(estimate: Estimate) -> float:
    """Return the standard error the interval was made of."""
    assert estimate.lower is not None
    return (estimate.value - estimate.lower) / Z_95


def reasons_to_retrain(
    judged: Score | None,
    drift: Drift | None,
    before: Score | None = None,
    inputs: Iterable[Drift | None] = (),
) -> list[str]:
    """Stable codes; empty where the model may stay. Nothing is said of a model that too few people have.

    `drift` is of what is measured, `inputs` of what models look at, `before` the score of the weeks before.
    """
    reasons = []
    if judged is not None and judged.people >= PEOPLE_MIN:
        if _surely_below(judged.skill, 0.0):
            reasons.append("worse_than_simple_rule")
        if _surely_below(judged.coverage, WANTED_COVERAGE - COVERAGE_SLACK):
            reasons.append("intervals_too_narrow")
        if _surely_above(judged.coverage, WANTED_COVERAGE + COVERAGE_SLACK):
            reasons.append("intervals_too_wide")
    if has_fallen(before, judged):
        reasons.append("skill_fell")
    if drift is not None and drift.found:
        reasons.append("outcome_drift")
    if any(one is not None and one.found for one in inputs):
        reasons.append("input_drift")
    return reasons


def _surely_below(estimate: Estimate, limit: float) -> bool:
    return estimate.upper is not None and estimate.upper < limit


def _surely_above(estimate: Estimate, limit: float) -> bool:
    return estimate.lower is not None and estimate.lower > limit
