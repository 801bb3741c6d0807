"""What decides that a pair is told, and what is said beside it."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from common.compute.correlations import Finding, PairResult, Report, Rules, find
from tests.benchmarks.people import INPUTS, OUTCOMES, Table, declare, make_person

CATALOGUE = declare(INPUTS + OUTCOMES)
DAYS = 182  # ends on a Sunday
DINNER, RHR = "last_meal_hour", "rhr_bpm"


def ask(table: Table, **options: object) -> Report:
    last: dt.date = table.days[-1].astype(object)
    return find(table, CATALOGUE, last_closed=last, include_pairs=True, **options)  # type: ignore[arg-type]


def person(d: float = 1.4) -> Table:
    return make_person(np.random.default_rng(3), DAYS, d=d, gaps=0.0)


def with_rows(table: Table, **rows: np.ndarray) -> Table:
    values = table.values.copy()
    for name, row in rows.items():
        values[table.names.index(name)] = row
    return replace(table, values=values)


def of_dinner(report: Report) -> tuple[list[Finding], PairResult]:
    findings = [f for f in report.findings if (f.feature, f.metric) == (DINNER, "rhr")]
    (pair,) = (p for p in report.pairs if (p.feature, p.metric) == (DINNER, "rhr"))
    return findings, pair


def test_whoever_would_be_told_is_asked_by_blocks_and_the_larger_p_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def permute(x: np.ndarray, *_: object) -> float:
        asked.append(len(x))
        return 0.5

    findings, analytic = of_dinner(ask(person()))
    assert findings
    monkeypatch.setattr("common.compute.correlations.control.permutation_p", permute)
    findings, vetoed = of_dinner(ask(person()))
    assert not findings
    assert vetoed.p_value == 0.5
    assert analytic.p_value is not None
    assert analytic.p_value < 0.5
    assert len(asked) < 5, "blocks are moved only for what the analytic p would tell"
    monkeypatch.setattr("common.compute.correlations.control.permutation_p", lambda *_: 0.0)
    findings, agreed = of_dinner(ask(person()))
    assert findings
    assert agreed.p_value is not None
    assert agreed.p_value > 0, "blocks never make a pair surer than its days do"


def test_neither_pearson_nor_granger_tells_anything_on_its_own() -> None:
    """One glitch on a day and the night after: a perfect Pearson, and nothing on all the other days."""
    table = person(d=0)
    dinner, rhr = (table.values[table.names.index(name)].copy() for name in (DINNER, RHR))
    dinner[100], rhr[101] = 1_000.0, 5_000.0
    findings, pair = of_dinner(ask(with_rows(table, **{DINNER: dinner, RHR: rhr})))
    assert pair.pearson is not None
    assert pair.pearson > 0.9
    assert pair.granger is not None
    assert pair.granger.p is not None
    assert pair.granger.p < 1e-6
    assert not findings


def test_raw_and_adjusted_are_both_said_and_a_caveat_where_they_disagree() -> None:
    """Dinner raises the heart rate by day; a slow drift the other way hides it in the raw days."""
    table = person(d=1.4)
    drift = np.linspace(-1, 1, DAYS)
    dinner, rhr = (table.values[table.names.index(name)] for name in (DINNER, RHR))
    (usual,), _ = of_dinner(ask(table))
    (hidden,), _ = of_dinner(ask(with_rows(table, **{DINNER: dinner + 3 * drift, RHR: rhr - 12 * drift})))
    assert hidden.spearman < 0 < hidden.adjusted
    assert "raw_and_adjusted_disagree" in hidden.caveats
    assert "raw_and_adjusted_disagree" not in usual.caveats


def test_an_effect_of_one_half_only_is_told_as_unstable() -> None:
    table = person(d=0)
    dinner, rhr = (table.values[table.names.index(name)] for name in (DINNER, RHR))
    late = np.r_[0.0, (dinner[:-1] > 19.5) * np.where(np.arange(DAYS - 1) < DAYS // 2, 9.0, -1.5)]
    (finding,), _ = of_dinner(ask(with_rows(table, **{RHR: rhr + late})))
    assert finding.halves[0] > 0.3
    assert finding.halves[1] < 0
    assert "unstable_over_halves" in finding.caveats


def test_under_any_dependence_the_same_pairs_are_surely_harder_to_tell() -> None:
    usual, strict = (ask(person(), rules=Rules(any_dependence=setting)) for setting in (False, True))
    assert usual.tested == strict.tested
    harmonic = sum(1 / k for k in range(1, usual.tested + 1))
    (finding,), (same,) = of_dinner(usual)[0], of_dinner(strict)[0]
    assert same.q_value == pytest.approx(min(finding.q_value * harmonic, 1.0), rel=1e-9)
