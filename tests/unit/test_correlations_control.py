"""Effects, permutation, adjustment, looks and needed days against slow or published references."""

import datetime as dt

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from common.compute.correlations.adjustment import (
    Design,
    adjust,
    drift_count,
    drift_terms,
    own_past,
    shift_days,
    tame,
    weekday_terms,
)
from common.compute.correlations.effects import compare_thirds, theil_sen
from common.compute.correlations.looks import WEEKLY_SHARE, anytime_p, critical_a, look_day
from common.compute.correlations.multiplicity import first_level
from common.compute.correlations.needs import days_needed
from common.compute.correlations.permutation import block_days, permutation_p, permuted_coefficients
from common.compute.correlations.ranks import Floats
from tests.benchmarks.people import draw_autoregressive


def test_theil_sen_equals_scipys_with_ties() -> None:
    rng = np.random.default_rng(0)
    x = np.round(rng.standard_normal(60), 1)
    y = 0.7 * x + rng.standard_normal(60)
    assert theil_sen(x, y) == pytest.approx(stats.theilslopes(y, x).slope)


def test_thirds_are_the_persons_own() -> None:
    x = np.arange(9.0)
    thirds = compare_thirds(x, x * 10)
    assert thirds is not None
    assert (thirds.low_median, thirds.high_median) == (10.0, 70.0)
    two_valued = compare_thirds(np.array([0, 0, 0, 0, 1.0]), np.array([1, 1, 1, 1, 5.0]))
    assert two_valued is not None
    assert (two_valued.low_median, two_valued.high_median) == (1.0, 5.0)
    assert compare_thirds(np.ones(9), x) is None


def test_residuals_equal_ordinary_least_squares_on_the_common_days() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 3, 70))
    mask = rng.random((3, 70)) < 0.8
    columns = np.vstack([np.zeros((1, 70)), np.ones((1, 70)), rng.standard_normal((6, 70))])
    chosen = np.array([[2, 3, 4, 5, 1], [2, 3, 0, 5, 1], [6, 3, 7, 2, 1]])
    causes = slice(1, 3)
    left = adjust(x, y, Design(columns, chosen, causes), mask)
    assert list(left.used) == [4, 3, 4]
    for row in range(3):
        inside = mask[row]
        design = columns[chosen[row]][:, inside].T
        for side, found in ((x, left.x), (y, left.y)):
            assert np.allclose(found[row, inside], residual(side[row, inside], design), atol=1e-7)
        without = np.delete(design, causes, axis=1)
        covariance = residual(x[row, inside], without) @ residual(y[row, inside], without)
        left_x, left_y = left.x[row, inside], left.y[row, inside]
        scale = np.sqrt((left_x @ left_x) * (left_y @ left_y))
        assert left.removed[row] == pytest.approx((covariance - left_x @ left_y) / scale, abs=1e-6)
    assert np.isnan(left.x[~mask]).all()


def residual(target: Floats, design: Floats) -> Floats:
    left: Floats = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
    return left


def test_only_days_far_outside_are_brought_back_and_only_so_far() -> None:
    values = np.random.default_rng(5).standard_normal((2, 81))
    values[0, [7, 40]] = 300.0, np.nan
    values[1, :50] = 0.0
    values[1, 60] = 90.0
    tamed = tame(values)
    assert 4.0 < tamed[0, 7] < 6.5
    assert np.isnan(tamed[0, 40])
    others = np.arange(81) != 7
    assert np.array_equal(tamed[0, others], values[0, others], equal_nan=True)
    assert np.array_equal(tamed[1, :60], values[1, :60]), "a habit of some days, its doses as they were"
    assert 1.0 < tamed[1, 60] < 4.0, "but for one far beyond the usual dose"
    assert tame(np.full((1, 5), np.nan)).shape == (1, 5)


def test_the_outcomes_past_reads_only_days_before() -> None:
    values = np.random.default_rng(2).standard_normal((1, 40))
    later = values.copy()
    later[0, 20:] += 5.0
    before, after = own_past(values, 1), own_past(later, 1)
    level = later.mean() - values.mean()
    assert np.allclose(before[0, 0, 1:21] - after[0, 0, 1:21], level)


def test_a_shift_moves_days_forward_and_leaves_the_start_unknown() -> None:
    shifted = shift_days(np.arange(4.0), 1)
    assert np.isnan(shifted[0])
    assert list(shifted[1:]) == [0, 1, 2]


def test_weekdays_are_the_calendars() -> None:
    terms = weekday_terms(np.array(["2024-01-01", "2024-01-06"], "datetime64[D]"))
    assert not terms[:, 0].any()
    assert terms[4, 1] == 1


def test_drift_takes_out_a_season_and_leaves_a_week() -> None:
    days = np.arange(182.0)
    terms = drift_terms(182, 0, 181)
    assert len(terms) == drift_count(182)

    def share_left(values: Floats) -> float:
        design = np.vstack([np.ones(182), terms]).T
        left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
        return float(left.var() / values.var())

    assert share_left(np.sin(2 * np.pi * days / 120 + 0.4)) < 0.01
    assert share_left(np.sin(2 * np.pi * days / 10)) > 0.95


@pytest.mark.parametrize("r", [0.0, 0.3, 0.55])
def test_permutation_of_independent_days_agrees_with_the_t_test(r: float) -> None:
    rng = np.random.default_rng(3)
    x, e = rng.standard_normal((2, 120))
    x, e = (x - x.mean()) / x.std(), e - np.polyval(np.polyfit(x, e, 1), x)
    y = r * x + np.sqrt(1 - r * r) * e / e.std()
    p = permutation_p(x, y, np.random.default_rng(0))
    expected = stats.pearsonr(x, y).pvalue
    assert np.log10(p) == pytest.approx(np.log10(expected), abs=max(0.12, 0.25 * abs(np.log10(expected))))


@pytest.mark.parametrize("n", [64, 90, 119])
def test_permuting_by_a_table_of_blocks_equals_moving_the_days(n: int) -> None:
    x, y = np.random.default_rng(n).standard_normal((2, n))
    x, y = x - x.mean(), y - y.mean()
    fast = permuted_coefficients(x, y, 60, np.random.default_rng(1))
    block = block_days(n)
    blocks = -(-n // block)
    day = np.concatenate([np.arange(n), np.full(blocks * block - n, -1)])
    rng, slow = np.random.default_rng(1), []
    for start in range(block):
        for order in np.argsort(rng.random((-(-60 // block), blocks), np.float32), axis=1):
            drawn = np.roll(day, start).reshape(blocks, block)[order].ravel()
            met = (drawn >= 0) & (day >= 0)
            of_x, of_y = x[drawn[met]], y[day[met]]
            slow.append(of_x @ of_y / np.sqrt((of_x @ of_x) * (of_y @ of_y)))
    assert np.allclose(fast, slow)


def test_near_a_threshold_more_permutations_are_drawn() -> None:
    """At a true p near a ten-thousandth, two thousand permutations say little, and twenty thousand enough."""
    p = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        x, e = rng.standard_normal((2, 120))
        x, e = (x - x.mean()) / x.std(), e - np.polyval(np.polyfit(x, e, 1), x)
        y = 0.35 * x + np.sqrt(1 - 0.35**2) * (e - e.mean()) / e.std()
        p.append(permutation_p(x, y, rng))
    expected = stats.pearsonr(x, y).pvalue
    assert 5e-5 < expected < 2e-4
    assert np.median(p) == pytest.approx(expected, rel=1.0)


def test_blocks_keep_what_single_days_would_lose() -> None:
    """Two unrelated slow series: shuffling single days calls them related far more often than blocks do."""
    small = {1: 0, 3: 0}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x, y = draw_autoregressive(rng, 2, 150, 0.8)
        small[1] += stats.pearsonr(x, y).pvalue < 0.05
        small[3] += permutation_p(x, y, rng) < 0.05
    assert small[3] < small[1]


def test_looks_fall_on_sundays_whatever_the_history() -> None:
    days = [dt.date(2024, 5, 1) + dt.timedelta(days=k) for k in range(30)]
    for day in days:
        look = look_day(day)
        assert look.isoweekday() == 7
        assert 0 <= (day - look).days < 7


def test_weekly_looks_cross_the_boundary_less_often_than_they_are_charged() -> None:
    """The share of Robbins's continuous bound that looks each week for a year really spend, by simulation."""
    rng = np.random.default_rng(0)
    days = np.arange(84, 365, 7.0)
    worst = np.zeros(100_000)
    path = np.zeros(100_000)
    for previous, day in zip([0.0, *days[:-1]], days, strict=True):
        path += rng.standard_normal(len(path)) * np.sqrt(day - previous)
        worst = np.maximum(worst, path**2 / day - np.log(day / 84))
    for a in (2.5, 3.0, 3.5):
        ever = 2 * (ndtr(-a) + a * np.exp(-a * a / 2) / np.sqrt(2 * np.pi))
        assert np.mean(worst >= a * a) < WEEKLY_SHARE * ever


def test_p_over_all_looks_is_never_below_one_looks_and_grows_with_the_days() -> None:
    single = np.full(3, 1e-4)
    every = anytime_p(single, np.array([84.0, 180.0, 365.0]), 84)
    assert (every > single).all()
    assert (np.diff(every) > 0).all()
    assert anytime_p(np.array([1.0]), np.array([90.0]), 84)[0] == 1.0


def test_the_critical_value_undoes_the_p_value() -> None:
    a = critical_a(0.002)
    single = 2 * ndtr(-np.sqrt(a * a + np.log(200 / 84)))
    assert anytime_p(np.array([single]), np.array([200.0]), 84)[0] == pytest.approx(0.002, rel=1e-6)


def test_needed_days_reach_the_power_they_promise() -> None:
    days = days_needed(first_level=0.1 / 40, minimum_days=84, nuisance=13)
    rng = np.random.default_rng(0)
    a = critical_a(0.1 / 40)
    level = 2 * ndtr(-np.sqrt(a * a + np.log(days / 84)))
    hits = 0
    free = days - 13 - drift_count(days)
    for _ in range(600):
        x = rng.standard_normal(free)
        y = 0.3 * x + np.sqrt(1 - 0.09) * rng.standard_normal(free)
        hits += stats.pearsonr(x, y).pvalue <= level
    assert 0.75 <= hits / 600 <= 0.87
    strict = first_level(40, 0.1, any_dependence=True)
    assert days_needed(strict, minimum_days=84, nuisance=13) > days
    assert days_needed(first_level=0.1 / 200, minimum_days=84, nuisance=13) > days
