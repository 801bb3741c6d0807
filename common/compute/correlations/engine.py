"""One person's inputs against their outcomes: from a feature table to findings that may be told.

Owns the order of the steps. Pure: the same table up to the same look gives the same report, whoever asks and
however often. Never loads, stores or decides when to run.
"""

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import (
    adjust,
    calendar_terms,
    fill_unknown,
    own_past,
    shift_days,
)
from common.compute.correlations.dependence import effective_sizes, p_values
from common.compute.correlations.effects import slope_interval, theil_sen
from common.compute.correlations.looks import anytime_p, look_day
from common.compute.correlations.multiplicity import q_values
from common.compute.correlations.needs import days_needed
from common.compute.correlations.pairs import (
    Declared,
    Pair,
    confounders_of,
    daily_quantities,
    plan_pairs,
)
from common.compute.correlations.permutation import permutation_p
from common.compute.correlations.quantities import CONFOUNDERS, OUTCOMES, STEPS
from common.compute.correlations.ranks import Floats, Mask, correlate_rows, rank_rows, spearman_grid
from common.compute.correlations.report import Effect, Finding, Need, Refusal, Report, Status, Tier

DEFAULT_LOOKBACK_DAYS = 365
CORRELATION_VERSION = "1"
NEAR_DUPLICATE = 0.7
_MOSTLY_ONE_VALUE = 0.9
_NUISANCE = 16


class Table(Protocol):
    """A feature table: `values` (len(names), len(days)), NaN unknown, days consecutive."""

    @property
    def names(self) -> Sequence[str]: ...
    @property
    def days(self) -> NDArray[np.datetime64]: ...
    @property
    def values(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Below `minimum_days` paired days nothing is tested; from `publish_days` a finding may be published."""

    minimum_days: int = 30
    publish_days: int = 84
    false_discovery_rate: float = 0.10
    early_rate: float = 0.10
    any_dependence: bool = False


@dataclass(frozen=True)
class Test:
    """Every pair that could be tested, row by row: (rows,) results and (rows, n) series."""

    pairs: list[Pair]
    x: Floats
    y: Floats
    mask: Mask
    adjusted_x: Floats
    adjusted_y: Floats
    n: Floats
    effective_n: Floats
    pearson: Floats
    spearman: Floats
    adjusted: Floats
    p: Floats


def find(
    table: Table,
    catalogue: Mapping[str, Declared],
    *,
    last_closed: dt.date,
    lookback_days: int = DEFAULT_LOOKBACK_DAYS,
    metrics: Sequence[str] | None = None,
    rules: Rules | None = None,
) -> Report:
    """What moves this person, as far as their closed days up to `last_closed` can tell.

    Nutrition and timing must be NaN on days whose food log is incomplete. With the default lookback the
    answer is that of the last look (`looks`); any other lookback is exploratory. `metrics` chooses what is
    shown, never what is tested.
    """
    rules = rules or Rules()
    exploratory = lookback_days != DEFAULT_LOOKBACK_DAYS
    last = last_closed if exploratory else look_day(last_closed)
    days, values = _window(table, last, lookback_days)
    quantities = daily_quantities(catalogue, table.names)
    series = {q.channel: values[list(table.names).index(q.feature)] for q in quantities.values()}
    asked = plan_pairs({c: q for c, q in quantities.items() if np.isfinite(series[c]).any()})
    test, refused = _test(asked, series, days, rules)
    tiers, q, p = _decide(test, rules, exploratory)
    shown = set(metrics) if metrics is not None else {o.metric for o in OUTCOMES.values()}
    findings = tuple(
        finding
        for row in _representatives(test, tiers, p)
        if test.pairs[row].metric in shown
        and (finding := _describe(test, row, tiers[row], float(p[row]), float(q[row]))) is not None
    )
    status = Status.OK if findings else Status.NOTHING_RELIABLE if test.pairs else Status.INSUFFICIENT_DATA
    needed = tuple(n for n in _needs(asked, test, series, rules) if n.metric in shown)
    return Report(status, len(test.pairs), refused, rules.false_discovery_rate, findings, needed)


def _window(table: Table, last: dt.date, lookback_days: int) -> tuple[NDArray[np.datetime64], Floats]:
    days = table.days.astype("datetime64[D]")
    end = np.datetime64(last, "D")
    inside = (days <= end) & (days > end - lookback_days)
    return days[inside], table.values[:, inside]


def _test(
    asked: Sequence[Pair], series: Mapping[str, Floats], days: NDArray[np.datetime64], rules: Rules
) -> tuple[Test, int]:
    open_pairs = [pair for pair in asked if pair.refusal is None]
    n_days = len(days)
    x = np.empty((len(open_pairs), n_days))
    for row, pair in enumerate(open_pairs):
        x[row] = shift_days(series[pair.input.channel], pair.lag_days)
    y = np.array([series[pair.outcome.channel] for pair in open_pairs]).reshape(-1, n_days)
    mask = np.isfinite(x) & np.isfinite(y)
    kept = [row for row in range(len(open_pairs)) if refuse_data(x[row], y[row], mask[row], rules) is None]
    pairs = [open_pairs[row] for row in kept]
    x, y, mask = x[kept], y[kept], mask[kept]
    adjusted_x, adjusted_y, used = adjust(x, y, _nuisance(pairs, series, days), mask)
    ranks_x, ranks_y = rank_rows(adjusted_x), rank_rows(adjusted_y)
    adjusted = correlate_rows(ranks_x, ranks_y, mask)
    n = mask.sum(axis=1).astype(np.float64)
    effective_n = effective_sizes(ranks_x, ranks_y, mask)
    test = Test(
        pairs, x, y, mask, adjusted_x, adjusted_y, n, effective_n,
        pearson=correlate_rows(x, y, mask),
        spearman=correlate_rows(rank_rows(np.where(mask, x, np.nan)), rank_rows(np.where(mask, y, np.nan)),
        mask), adjusted=adjusted,
        p=p_values(adjusted, effective_n - 2 - used),
    )  # fmt: skip
    return test, len(asked) - len(pairs)


def refuse_data(x: Floats, y: Floats, mask: Mask, rules: Rules) -> Refusal | None:
    """Why these days cannot answer the pair's question."""
    if mask.sum() < rules.minimum_days:
        return Refusal.TOO_FEW_DAYS
    for side in (x[mask], y[mask]):
        if np.mean(side == np.median(side)) > _MOSTLY_ONE_VALUE:
            return Refusal.NO_VARIATION
    return None


def _nuisance(pairs: Sequence[Pair], series: Mapping[str, Floats], days: NDArray[np.datetime64]) -> Floats:
    """(rows, 16, n): what each pair is adjusted for; a column that does not apply is 0."""
    n_days = len(days)
    columns = np.zeros((len(pairs), 7 + 2 + 1 + len(CONFOUNDERS), n_days))
    columns[:, :7] = calendar_terms(days)
    absent = np.full(n_days, np.nan)
    confounders = np.array([series.get(name, absent) for name in CONFOUNDERS])
    for row, pair in enumerate(pairs):
        # Whatever is adjusted for must be settled before the input happens.
        before = max(pair.lag_days, 1)
        columns[row, 7:9] = own_past(series[pair.outcome.channel][None, :], before)[0]
        columns[row, 9] = fill_unknown(shift_days(series[pair.input.channel], pair.lag_days + 1))
        stands_apart = np.array(confounders_of(pair, CONFOUNDERS))
        columns[row, 10:][stands_apart] = fill_unknown(shift_days(confounders, before))[stands_apart]
    return columns


def _decide(test: Test, rules: Rules, exploratory: bool) -> tuple[list[Tier | None], Floats, Floats]:
    """Each row's tier, q-value and p-value. Blocks are permuted only where the analytic p would be shown."""
    p = test.p.copy()
    tiers: list[Tier | None] = [None] * len(p)
    publishable = test.n >= rules.publish_days
    families = (
        [(np.ones(len(p), np.bool_), Tier.EXPLORATORY, rules.false_discovery_rate, None)]
        if exploratory
        else [
            (publishable, Tier.PUBLISHED, rules.false_discovery_rate, rules.publish_days),
            (~publishable, Tier.EARLY_SIGNAL, rules.early_rate, rules.minimum_days),
        ]
    )
    q = np.ones(len(p))
    for family, tier, rate, minimum in families:
        rows = np.flatnonzero(family)

        def adjusted_for_family(rows: NDArray[np.intp] = rows, minimum: int | None = minimum) -> Floats:
            single = p[rows]
            every = single if minimum is None else anytime_p(single, test.n[rows], minimum)
            return q_values(every, any_dependence=rules.any_dependence)

        for row in rows[adjusted_for_family() <= rate]:
            p[row] = max(p[row], _permuted(test, row))
        q[rows] = adjusted_for_family()
        for row in rows[q[rows] <= rate]:
            tiers[row] = tier
    return tiers, q, p


def _permuted(test: Test, row: int) -> float:
    inside = test.mask[row]
    ranks = rank_rows(np.stack([test.adjusted_x[row, inside], test.adjusted_y[row, inside]]))
    return permutation_p(ranks[0], ranks[1], _generator(test, row))


def _generator(test: Test, row: int) -> np.random.Generator:
    """Seeded by the pair, so that equal histories give equal answers."""
    pair = test.pairs[row]
    return np.random.default_rng(zlib.crc32(f"{pair.input.channel}>{pair.outcome.channel}".encode()))


def _representatives(test: Test, tiers: Sequence[Tier | None], p: Floats) -> list[int]:
    """Rows to show, surest first; of inputs that are nearly the same, only the surest for each outcome."""
    rows = sorted((r for r, tier in enumerate(tiers) if tier is not None), key=lambda r: (p[r], r))
    shown: list[int] = []
    for row in rows:
        twins = [s for s in shown if test.pairs[s].outcome == test.pairs[row].outcome]
        if not any(abs(spearman_grid(test.x[[row]], test.x[[s]])[0, 0]) >= NEAR_DUPLICATE for s in twins):
            shown.append(row)
    return shown


def _describe(test: Test, row: int, tier: Tier | None, p: float, q: float) -> Finding | None:
    """None where the effect is too small to matter."""
    if tier is None:
        return None
    pair, inside = test.pairs[row], test.mask[row]
    x, y = test.adjusted_x[row, inside], test.adjusted_y[row, inside]
    usual_range = float(np.subtract(*np.quantile(test.x[row, inside], [0.75, 0.25])))
    step = STEPS[pair.input.channel] or usual_range
    slope = theil_sen(x, y)
    if not abs(slope) * max(step, usual_range) >= OUTCOMES[pair.outcome.channel].floor:
        return None
    low, high = slope_interval(x, y, _generator(test, row))
    caveats = []
    if test.adjusted[row] * test.spearman[row] < 0 or abs(test.spearman[row]) < abs(test.adjusted[row]) / 2:
        caveats.append("raw_and_adjusted_disagree")
    if pair.lag_days == 0:
        caveats.append("same_night")
    half = len(x) // 2
    halves = rank_rows(np.stack([x[:half], y[:half], x[-half:], y[-half:]]))
    if np.prod(correlate_rows(halves[::2], halves[1::2], np.ones((2, half), np.bool_))) < 0:
        caveats.append("unstable_over_halves")
    return Finding(
        pair.input.feature, pair.metric, pair.lag_days, tier, int(test.n[row]), float(test.effective_n[row]),
        float(test.pearson[row]), float(test.spearman[row]), p, q,
        Effect(step, pair.input.unit, slope * step, pair.outcome.unit, low * step, high * step),
        tuple(caveats),
    )  # fmt: skip


def _needs(asked: Sequence[Pair], test: Test, series: Mapping[str, Floats], rules: Rules) -> list[Need]:
    tests = len(test.pairs) or sum(pair.refusal is None for pair in asked)
    needed = days_needed(tests, rules.false_discovery_rate, rules.publish_days, _NUISANCE)
    have: dict[str, int] = {}
    for pair in asked:
        if pair.refusal is None:
            x = shift_days(series[pair.input.channel], pair.lag_days)
            common = int(np.sum(np.isfinite(x) & np.isfinite(series[pair.outcome.channel])))
            have[pair.metric] = max(have.get(pair.metric, 0), common)
    return [Need(metric, days, needed) for metric, days in have.items()]
