"""Every coefficient and p-value against scipy and statsmodels, or a slow and obvious reference."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from common.compute.correlations.dependence import LONGEST_LAG_DAYS, effective_sizes, p_values
from common.compute.correlations.multiplicity import q_values
from common.compute.correlations.ranks import (
    Floats,
    correlate_rows,
    pearson_grid,
    rank_rows,
    rank_within,
    spearman_grid,
)


def gappy(rng: np.random.Generator, rows: int, n: int, *, gaps: float = 0.3, ties: bool = False) -> Floats:
    values = rng.standard_normal((rows, n))
    if ties:
        values = np.round(values)
    values[rng.random((rows, n)) < gaps] = np.nan
    return values


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(5, 60), st.booleans())
def test_ranks_with_gaps_and_ties_equal_scipys(seed: int, n: int, ties: bool) -> None:
    values = gappy(np.random.default_rng(seed), 3, n, ties=ties)
    ranks = rank_rows(values)
    for row, expected in zip(ranks, values, strict=True):
        known = np.isfinite(expected)
        assert np.array_equal(np.isfinite(row), known)
        assert np.allclose(row[known], stats.rankdata(expected[known]))


def test_ranks_within_subsets_equal_ranking_each_subset() -> None:
    rng = np.random.default_rng(0)
    values = gappy(rng, 1, 80, ties=True)[0]
    masks = np.isfinite(values) & (rng.random((6, 80)) < 0.6)
    for ranks, mask in zip(rank_within(values, masks), masks, strict=True):
        assert np.allclose(ranks[mask], stats.rankdata(values[mask]))
        assert not ranks[~mask].any()


@pytest.mark.parametrize("ties", [False, True])
def test_coefficients_over_gaps_equal_scipys_on_the_common_days(ties: bool) -> None:
    rng = np.random.default_rng(1)
    x, y = gappy(rng, 4, 90, ties=ties) * 7 + 2000, gappy(rng, 3, 90, ties=ties)
    lags = (0, 1, 5)
    pearson, spearman = pearson_grid(x, y, lags), spearman_grid(x, y, lags)
    for k, lag in enumerate(lags):
        for i in range(4):
            for j in range(3):
                early, late = x[i, : 90 - lag], y[j, lag:]
                common = np.isfinite(early) & np.isfinite(late)
                a, b = early[common], late[common]
                assert pearson[k, i, j] == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-10)
                assert spearman[k, i, j] == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
                by_row = correlate_rows(early[None], late[None], common[None])
                assert by_row[0] == pytest.approx(pearson[k, i, j], abs=1e-10)


def test_a_constant_side_has_no_coefficient() -> None:
    x = np.vstack([np.full(40, 3.0), np.arange(40.0)])
    assert np.isnan(pearson_grid(x, x)[0, 0]).all()
    assert np.isnan(spearman_grid(x, x)[0, 0]).all()
    assert p_values(np.array([np.nan]), np.array([38.0]))[0] == 1


def test_p_values_equal_scipys_at_the_full_size() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((2, 50))
    expected = stats.pearsonr(x, y)
    assert p_values(np.array([expected.statistic]), np.array([48.0]))[0] == pytest.approx(expected.pvalue)


def slow_effective_size(x: Floats, y: Floats) -> float:
    """Straight from the formula, one product at a time."""
    common = np.isfinite(x) & np.isfinite(y)
    n = int(common.sum())

    def autocorrelation(values: Floats, lag: int) -> float:
        mean = values[common].mean()
        both = common[lag:] & common[:-lag]
        if not both.any():
            return 0.0
        products = (values[lag:] - mean)[both] * (values[:-lag] - mean)[both]
        return float(np.clip(products.mean() / values[common].var(), -1, 1))

    inflation = 1.0
    for lag in range(1, min(LONGEST_LAG_DAYS, n // 3) + 1):
        inflation += 2 * (1 - lag / n) * autocorrelation(x, lag) * autocorrelation(y, lag)
    return n / max(inflation, 1.0)


def test_the_effective_size_equals_its_formula_with_gaps_left_as_gaps() -> None:
    rng = np.random.default_rng(3)
    x, y = np.cumsum(rng.standard_normal((2, 5, 120)), axis=2)
    x[rng.random(x.shape) < 0.25] = np.nan
    mask = np.isfinite(x) & np.isfinite(y)
    sizes = effective_sizes(x, y, mask)
    assert np.allclose(sizes, [slow_effective_size(a, b) for a, b in zip(x, y, strict=True)])
    assert (sizes < 0.5 * mask.sum(axis=1)).all()


def test_alternating_series_do_not_count_for_more_days_than_there_are() -> None:
    x = np.tile([1.0, -1.0], 30)[None]
    y = np.tile([1.0, 1.0, -1.0], 20)[None]
    assert effective_sizes(x, y, np.ones((1, 60), bool))[0] <= 60


@pytest.mark.parametrize(("any_dependence", "method"), [(False, "bh"), (True, "by")])
def test_q_values_equal_scipys(any_dependence: bool, method: Literal["bh", "by"]) -> None:
    p = np.random.default_rng(4).random(37) ** 3
    expected = stats.false_discovery_control(p, method=method)
    assert np.allclose(q_values(p, any_dependence=any_dependence), expected)


def test_no_tests_have_no_q_values() -> None:
    assert q_values(np.empty(0)).shape == (0,)
