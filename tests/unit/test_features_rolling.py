"""Moving-window statistics against the slow obvious way, gaps included."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from common.compute.features import rolling

Floats = NDArray[np.float64]

values = st.one_of(st.just(math.nan), st.floats(-1e6, 1e6).map(lambda v: round(v, 3)))
rows = st.lists(values, min_size=1, max_size=45)
lengths = st.sampled_from([1, 2, 3, 7, 14, 28])
ONE = np.array([[1.0]])


def window(row: list[float], j: int, days: int) -> list[float]:
    return [v for v in row[max(j - days + 1, 0) : j + 1] if not math.isnan(v)]


def close(a: float, b: float | None, scale: float) -> bool:
    return math.isnan(a) if b is None else math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * max(scale, 1.0))


@given(rows, lengths)
@settings(max_examples=150)
def test_means_totals_and_deviations_skip_gaps_and_need_their_minimum(row: list[float], days: int) -> None:
    minimum = np.array([[3.0]])
    matrix = np.array([row])
    means, totals = rolling.means(matrix, days, minimum)[0], rolling.totals(matrix, days, minimum)[0]
    deviations = rolling.deviations(matrix, days, minimum)[0]
    for j in range(len(row)):
        known = window(row, j, days)
        enough = len(known) >= 3
        scale = max(map(abs, known), default=0.0)
        assert close(means[j], math.fsum(known) / len(known) if enough else None, scale)
        assert close(totals[j], math.fsum(known) if enough else None, scale)
        # a spread of under 1e-7 of the values themselves is rounding
        exact = statistics.stdev(known) if enough else None
        assert close(deviations[j], exact, 1e3 * scale)


@given(rows, st.sampled_from([7, 14, 28]))
@settings(max_examples=100)
def test_trends_are_medians_of_the_slopes_between_known_days(row: list[float], days: int) -> None:
    trends = rolling.trends(np.array([row]), days, np.array([[3.0]]))[0]
    for j in range(len(row)):
        points = [(i, row[i]) for i in range(max(j - days + 1, 0), j + 1) if not math.isnan(row[i])]
        lags = rolling.trend_lags(days)
        slopes = [(b - a) / (k - i) for i, a in points for k, b in points if k - i in lags]
        expected = statistics.median(slopes) if len(points) >= 3 and slopes else None
        assert close(trends[j], expected, 0.0)


def test_a_week_uses_every_pair_and_four_weeks_only_whole_weeks() -> None:
    assert rolling.trend_lags(7) == (1, 2, 3, 4, 5, 6)
    assert rolling.trend_lags(14) == (7, 8, 9, 10, 11, 12, 13)
    assert rolling.trend_lags(28) == (7, 14, 21)


def test_a_weekday_rhythm_is_no_trend_over_four_weeks() -> None:
    rhythm = np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 9.0], 6)[None, :]
    assert rolling.trends(rhythm, 28, ONE)[0, 28:] == pytest.approx(0.0, abs=1e-12)


def test_one_glitch_does_not_move_a_trend() -> None:
    row = np.arange(7.0)
    row[3] = 255.0
    assert rolling.trends(row[None, :], 7, ONE)[0, -1] == pytest.approx(1.0)


@pytest.mark.parametrize("constant", [0.1, 1 / 3, 62.4, 1e-12, 123456.789])
@pytest.mark.parametrize("days", [7, 28])
def test_a_constant_has_a_deviation_of_exactly_zero(constant: float, days: int) -> None:
    row = np.full((1, 60), constant)
    row[0, ::5] = np.nan
    assert np.all(rolling.deviations(row, days, np.array([[4.0]]))[0, 30:] == 0.0)


def test_a_huge_day_leaves_no_trace_once_it_is_out_of_the_window() -> None:
    """Running totals would carry its rounding error along."""
    row = np.full((1, 60), 0.1)
    row[0, 5] = 1e15
    assert rolling.means(row, 7, ONE)[0, 20] == rolling.means(row[:, 14:21], 7, ONE)[0, -1]
    assert rolling.deviations(row, 7, 2 * ONE)[0, 20] == 0.0


def test_a_single_reading_has_no_deviation() -> None:
    row = np.full((1, 10), np.nan)
    row[0, 4] = 60.0
    assert np.isnan(rolling.deviations(row, 7, 2 * ONE)).all()


@given(st.lists(st.sampled_from([0.0, 1.0, math.nan]), min_size=1, max_size=40), st.sampled_from([3, 7, 28]))
@settings(max_examples=150)
def test_days_since_stops_at_the_first_unknown_day(row: list[float], days: int) -> None:
    result = rolling.days_since(np.array([row]), days, ONE)[0]
    for j in range(len(row)):
        expected: float | None = float(days)
        for age in range(days):
            value = row[j - age] if j - age >= 0 else math.nan
            if math.isnan(value) or value:
                expected = None if math.isnan(value) else float(age)
                break
        assert close(result[j], expected, 0.0)


@given(rows, lengths)
@settings(max_examples=80)
def test_the_last_value_is_the_newest_known_one_of_the_window(row: list[float], days: int) -> None:
    result = rolling.last_values(np.array([row]), days, ONE)[0]
    for j in range(len(row)):
        known = window(row, j, days)
        assert close(result[j], known[-1] if known else None, 0.0)
