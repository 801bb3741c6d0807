"""One person's inputs against their outcomes: from a feature table to findings that may be told.

Owns the order of the steps. Pure: the same table up to the same look gives the same report, whoever asks and
however often. Never loads, stores or decides when to run.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from common.compute.correlations.control import Rules, Verdicts, judge, may_be_held
from common.compute.correlations.design import NUISANCE_COLUMNS
from common.compute.correlations.elaborate import elaborate
from common.compute.correlations.evidence import (
    OCCASIONAL,
    Aligned,
    Evidence,
    align,
    correlate_raw,
    count_alike,
    least_occasions,
    refuse_data,
    weigh,
)
from common.compute.correlations.findings import Slope, describe_findings, slope_of
from common.compute.correlations.granger import granger
from common.compute.correlations.held import HELD_LOOKS
from common.compute.correlations.history import Codes, History, Table, cut_history
from common.compute.correlations.looks import LOOK_EVERY_DAYS, look_day
from common.compute.correlations.multiplicity import first_level, q_values
from common.compute.correlations.needs import correlation_of, days_needed
from common.compute.correlations.pairs import Declared, Pair, daily_quantities, plan_lags, plan_pairs
from common.compute.correlations.posterior import combine
from common.compute.correlations.quantities import OUTCOMES, STEPS, USUAL_METRICS, is_own
from common.compute.correlations.report import (
    Granger,
    Need,
    PairNeeds,
    PairResult,
    Refusal,
    Report,
    Status,
    Withheld,
)
from common.compute.correlations.standard import reaches, standardise
from common.compute.correlations.support import SUPPORT_DAYS, Population, prior_of
from common.compute.population.pooling import PairKey

DEFAULT_LOOKBACK_DAYS = 365
# What the default answer can depend on: the look lies up to a week back, and so many more looks are recalled.
LOOK_BACK_DAYS = LOOK_EVERY_DAYS * (1 + HELD_LOOKS)


def find(
    table: Table,
    catalogue: Mapping[str, Declared],
    *,
    last_closed: dt.date,
    lookback_days: int = DEFAULT_LOOKBACK_DAYS,
    metrics: Sequence[str] | None = None,
    sources: Mapping[str, Codes] | None = None,
    include_pairs: bool = False,
    rules: Rules | None = None,
    population: Population | None = None,
    works_shifts: bool = False,
) -> Report:
    """Return what moves this person, as far as their closed days up to `last_closed` can tell.

    Nutrition and timing must be NaN on days whose food log is incomplete. With the default lookback the
    answer is that of the last look (`looks`); any other lookback is exploratory, at half the rate. `metrics`
    chooses what is shown, never what is tested. `sources` holds, by channel, a code (n,) of the device or
    method behind each day's value. `population` is what other people say of each pair, of whom the person
    must not be one. Of somebody who `works_shifts`, or irregular hours, nothing is told that the shifts could
    explain.
    """
    rules, others = rules or Rules(), population or {}
    exploratory = lookback_days != DEFAULT_LOOKBACK_DAYS
    last = last_closed if exploratory else look_day(last_closed)

    declared = daily_quantities(catalogue, table.names)

    def cut(day: dt.date) -> History:
        return cut_history(table, declared, day, lookback_days, sources, works_shifts=works_shifts)

    history = cut(last)
    asked = plan_pairs(history.quantities)
    aligned, refusals, evidence = _study(asked, history, rules)
    earlier = [] if exploratory else _look_back(evidence, cut, last, rules, others)
    verdicts = judge(evidence, rules, exploratory=exploratory, earlier=earlier, population=others)
    shown = set(metrics) if metrics is not None else {outcome.metric for outcome in OUTCOMES.values()}
    told, withheld = describe_findings(evidence, verdicts, history.well_known)
    if not exploratory:
        told = elaborate(told, evidence.pairs, history, rules)
    findings = tuple(finding for finding in told if finding.metric in shown)
    tested = len(evidence.pairs)
    answerable = any(pair.metric in shown for pair in evidence.pairs)
    pairs = (
        _list_pairs(asked, aligned, refusals, evidence, verdicts, rules=rules, withheld=withheld)
        if include_pairs
        else []
    )
    return Report(
        status=Status.OK if findings else Status.NOTHING_RELIABLE if answerable else Status.INSUFFICIENT_DATA,
        tested=tested,
        refused=len(asked) - tested,
        false_discovery_rate=rules.exploratory_rate if exploratory else rules.false_discovery_rate,
        findings=findings,
        needed=tuple(_needs(history, aligned, tested, sorted(shown) if metrics is not None else None, rules)),
        pairs=tuple(pair for pair in pairs if pair.metric in shown),
        shifts_unknown=Refusal.SHIFTS_UNKNOWN in refusals,
    )


def estimate_pairs(
    table: Table,
    catalogue: Mapping[str, Declared],
    *,
    last: dt.date,
    sources: Mapping[str, Codes] | None = None,
    rules: Rules | None = None,
    works_shifts: bool = False,
) -> dict[PairKey, tuple[float, float]]:
    """Return what a person's year up to `last` adds to what is known of people: standardised effects and
    errors.

    Of every pair of `SUPPORT_DAYS` that is tested, whether or not it would be told; of own habits, which
    mean something to one person only, nothing.
    """
    evidence = _weigh_all(table, catalogue, last, sources, rules or Rules(), works_shifts=works_shifts)
    return {
        (pair.input.channel, pair.outcome.channel): (float(estimate), float(error))
        for pair, estimate, error, n in zip(evidence.pairs, *standardise(evidence), evidence.n, strict=True)
        if n >= SUPPORT_DAYS and np.isfinite(estimate) and not is_own(pair.input.channel)
    }


def expect_effects(
    table: Table,
    catalogue: Mapping[str, Declared],
    *,
    last_closed: dt.date,
    sources: Mapping[str, Codes] | None = None,
    rules: Rules | None = None,
    population: Population | None = None,
    works_shifts: bool = False,
) -> dict[tuple[str, str], Slope]:
    """Return, by feature and metric, what one more of the input's unit is thought to do, told or not.

    Of every pair that is tested as of the last look.
    """
    last = look_day(last_closed)
    evidence = _weigh_all(table, catalogue, last, sources, rules or Rules(), works_shifts=works_shifts)
    expected = {}
    for row, (pair, estimate, error) in enumerate(zip(evidence.pairs, *standardise(evidence), strict=True)):
        if np.isfinite(estimate):
            posterior = combine(float(estimate), float(error), prior_of(pair, population or {}))
            expected[pair.input.feature, pair.metric] = slope_of(evidence, row, posterior)
    return expected


def _weigh_all(
    table: Table,
    catalogue: Mapping[str, Declared],
    last: dt.date,
    sources: Mapping[str, Codes] | None,
    rules: Rules,
    *,
    works_shifts: bool,
) -> Evidence:
    """Return the evidence of every pair that can be tested over the year up to `last`."""
    declared = daily_quantities(catalogue, table.names)
    history = cut_history(table, declared, last, DEFAULT_LOOKBACK_DAYS, sources, works_shifts=works_shifts)
    return _study(plan_pairs(history.quantities), history, rules)[2]


def profile_lags(
    table: Table,
    catalogue: Mapping[str, Declared],
    feature: str,
    metric: str,
    *,
    last_closed: dt.date,
    lookback_days: int = DEFAULT_LOOKBACK_DAYS,
    sources: Mapping[str, Codes] | None = None,
    rules: Rules | None = None,
    works_shifts: bool = False,
) -> tuple[PairResult, ...]:
    """One input against one outcome at lags up to 7 days; () if the two are never paired.

    Exploratory: q counts every lag scanned on top of every pair the person is tested for, and nothing gets a
    tier. Other lags than the natural one are no separate effects while days resemble each other.
    """
    rules = rules or Rules()
    declared = daily_quantities(catalogue, table.names)
    history = cut_history(table, declared, last_closed, lookback_days, sources, works_shifts=works_shifts)
    scanned = plan_lags(history.quantities, feature, metric)
    others = [p for p in plan_pairs(history.quantities) if (p.input.feature, p.metric) != (feature, metric)]
    aligned, refusals, evidence = _study([*scanned, *others], history, rules)
    q = q_values(evidence.p, any_dependence=rules.any_dependence)
    nothing = np.full(len(q), np.nan)
    verdicts = Verdicts(
        [None] * len(q), evidence.p, q, np.zeros(len(q), np.bool_), nothing, nothing, known=[], priors=[]
    )
    return tuple(
        _list_pairs([*scanned, *others], aligned, refusals, evidence, verdicts, rules=rules, withheld={})[
            : len(scanned)
        ]
    )


def _study(
    asked: Sequence[Pair], history: History, rules: Rules
) -> tuple[Aligned, list[Refusal | None], Evidence]:
    aligned = align(asked, history.series, len(history.days))
    refusals = refuse_data(aligned, rules.minimum_days, history.unmixed, history.shifts)
    rows = [row for row, why in enumerate(refusals) if why is None]
    return aligned, refusals, weigh(aligned, rows, history.series, history.days)


def _look_back(
    evidence: Evidence, cut: Callable[[dt.date], History], last: dt.date, rules: Rules, others: Population
) -> list[Evidence]:
    """Return the earlier looks that may still speak, of the pairs that this one does not speak against."""
    pairs = may_be_held(evidence, rules, others)
    looks = []
    for week in range(1, HELD_LOOKS + 1 if pairs else 1):
        history = cut(last - dt.timedelta(days=week * LOOK_EVERY_DAYS))
        there = [p for p in pairs if {p.input.channel, p.outcome.channel} <= history.series.keys()]
        looks.append(_study(there, history, rules)[2])
    return looks


def _list_pairs(
    asked: Sequence[Pair],
    aligned: Aligned,
    refusals: Sequence[Refusal | None],
    evidence: Evidence,
    verdicts: Verdicts,
    *,
    rules: Rules,
    withheld: Mapping[int, Withheld],
) -> list[PairResult]:
    """Every pair asked, in the order asked, with Granger's test for those that were tested."""
    needs = _needs_by_pair(aligned, len(evidence.pairs), rules)
    caused = _granger_by_day(evidence)
    pearson, spearman = correlate_raw(evidence, range(len(evidence.pairs)))
    days = {pair: int(n) for pair, n in zip(aligned.pairs, aligned.mask.sum(axis=1), strict=True)}
    reasons = dict(zip(aligned.pairs, refusals, strict=True))
    position = {pair: row for row, pair in enumerate(evidence.pairs)}
    results = []
    for pair in asked:
        row = position.get(pair)
        if row is None:
            why = pair.refusal or reasons[pair]
            results.append(
                PairResult(
                    pair.input.feature, pair.metric, pair.lag_days, why, days.get(pair, 0),
                    needs=needs.get(pair),
                )
            )  # fmt: skip
            continue
        results.append(
            PairResult(
                pair.input.feature, pair.metric, pair.lag_days, None, days[pair],
                effective_n=float(evidence.effective_n[row]),
                pearson=_finite(pearson[row]),
                spearman=_finite(spearman[row]),
                adjusted=_finite(evidence.adjusted[row]),
                p_value=float(verdicts.p[row]),
                q_value=float(verdicts.q[row]),
                tier=None if row in withheld else verdicts.tiers[row],
                withheld=withheld.get(row),
                granger=caused.get(row),
                needs=needs[pair],
            )
        )  # fmt: skip
    return results


def _needs_by_pair(aligned: Aligned, tested: int, rules: Rules) -> dict[Pair, PairNeeds]:
    level = first_level(max(tested, 1), rules.published_rate, any_dependence=rules.any_dependence)
    n = aligned.mask.sum(axis=1)
    others = n - count_alike(aligned.x, aligned.mask)
    needs = {}
    for pair, reach, days, occasions in zip(
        aligned.pairs, reaches(aligned.x, aligned.mask), n, others, strict=True
    ):
        needed = days_needed(level, rules.publish_days, NUISANCE_COLUMNS, correlation_of(float(reach)))
        if 0 < occasions < (1 - OCCASIONAL) * days:
            share = float(occasions / days)
            needed = max(needed, math.ceil(least_occasions(pair) / share))
            needs[pair] = PairNeeds(needed, int(occasions), math.ceil(needed * share))
        else:
            needs[pair] = PairNeeds(needed)
    return needs


def _granger_by_day(evidence: Evidence) -> dict[int, Granger]:
    """By row, for natural lags. Granger's first lag is one day: each input goes back to its own day."""
    caused: dict[int, Granger] = {}
    for lag in (0, 1):
        rows = [row for row, pair in enumerate(evidence.pairs) if pair.lag_days == lag]
        own_day = np.full((len(rows), evidence.x.shape[1]), np.nan)
        own_day[:, : own_day.shape[1] - lag] = evidence.x[rows, lag:]
        caused |= dict(zip(rows, granger(own_day, evidence.y[rows]), strict=True))
    return caused


def _finite(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None


def _needs(
    history: History, aligned: Aligned, tested: int, metrics: Sequence[str] | None, rules: Rules
) -> list[Need]:
    """Paired days had and needed, for the metrics asked, else those the person has, else the usual ones."""
    tests = tested or len(aligned.pairs) or len(STEPS)
    first = first_level(tests, rules.published_rate, any_dependence=rules.any_dependence)
    needed = days_needed(first, rules.publish_days, NUISANCE_COLUMNS)
    own = [OUTCOMES[channel].metric for channel in OUTCOMES if channel in history.quantities]
    have = dict.fromkeys(metrics or own or USUAL_METRICS, 0)
    for pair, common in zip(aligned.pairs, aligned.mask.sum(axis=1), strict=True):
        if pair.metric in have:
            have[pair.metric] = max(have[pair.metric], int(common))
    return [Need(metric, days, needed) for metric, days in have.items()]
