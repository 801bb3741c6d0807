"""Granger's test and the unit-root test against statsmodels."""

import warnings

import numpy as np
import pytest

from common.compute.correlations.granger import (
    MAXIMUM_ORDER,
    SHORTEST_STRETCH_DAYS,
    granger,
    has_unit_root,
    longest_stretch,
)
from common.compute.correlations.ranks import Floats
from common.compute.correlations.report import GrangerRefusal

stattools = pytest.importorskip("statsmodels.tsa.stattools")


def linked(seed: int, n: int = 160, strength: float = 0.6) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, n))
    for t in range(2, n):
        x[t] += 0.3 * x[t - 1]
        y[t] += 0.4 * y[t - 1] - 0.2 * y[t - 2] + strength * x[t - 2]
    return 60 + 5 * x, 55 + 3 * y


def statsmodels_f(x: Floats, y: Floats, order: int) -> tuple[float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = stattools.grangercausalitytests(np.column_stack([y, x]), maxlag=[order])
    f, p, _, _ = result[order][0]["ssr_ftest"]
    return f, p


@pytest.mark.parametrize("seed", range(6))
def test_f_and_p_equal_statsmodels(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    x, y = linked(seed, strength=0.6 if seed % 2 else 0.0)
    answer = granger(x[None], y[None])[0]
    assert answer.order is not None
    f, p = statsmodels_f(x, y, answer.order)
    assert answer.f == pytest.approx(f, rel=1e-8)
    assert answer.p == pytest.approx(p, rel=1e-7, abs=1e-12)


def test_pairs_of_different_lengths_do_not_disturb_each_other() -> None:
    pairs = [linked(seed) for seed in range(4)]
    x, y = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    x[1, :60] = np.nan
    y[2, 100:] = np.nan
    together = granger(x, y)
    for row in range(4):
        alone = granger(x[[row]], y[[row]])[0]
        assert (together[row].order, together[row].days) == (alone.order, alone.days)
        assert together[row].f == pytest.approx(alone.f, rel=1e-9)


def test_the_order_has_the_smallest_criterion_of_the_slow_way() -> None:
    x, y = linked(7)
    target = y[MAXIMUM_ORDER:]
    criteria = []
    for order in range(1, MAXIMUM_ORDER + 1):
        past = [s[MAXIMUM_ORDER - k : len(y) - k] for s in (y, x) for k in range(1, order + 1)]
        design = np.column_stack([np.ones(len(target)), *past])
        left = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
        criteria.append(len(target) * np.log(left @ left / len(target)) + 2 * design.shape[1])
    assert granger(x[None], y[None])[0].order == 1 + int(np.argmin(criteria))


def test_gaps_are_refused_not_bridged() -> None:
    x, y = linked(3)
    y[:: SHORTEST_STRETCH_DAYS - 1] = np.nan
    assert granger(x[None], y[None])[0].refusal is GrangerRefusal.GAPS


def test_wandering_series_are_refused() -> None:
    rng = np.random.default_rng(0)
    x, _ = linked(1)
    walk = np.cumsum(rng.standard_normal(160))
    assert granger(x[None], walk[None])[0].refusal is GrangerRefusal.NOT_STATIONARY


@pytest.mark.parametrize("seed", range(8))
def test_the_unit_root_decision_equals_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.standard_normal(120)) if seed % 2 else linked(seed, 120)[1]
    statistic, _, _, _, critical, *_ = stattools.adfuller(values, maxlag=1, autolag=None, result_object=False)
    assert has_unit_root(values[None], np.array([120]))[0] == (statistic > critical["5%"])


def test_the_longest_stretch_is_found() -> None:
    mask = np.array([[1, 1, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1]], bool)
    begins, lengths = longest_stretch(mask)
    assert list(lengths) == [3, 0, 7]
    assert begins[0] == 3
    assert begins[2] == 0
