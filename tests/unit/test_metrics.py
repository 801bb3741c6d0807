"""The metrics of an evaluation, against references that are slow and plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from common.compute.forecasts.intervals import LEVELS, interval_score
from common.compute.series.rows import Floats
from model_export.evaluate.metrics import (
    day_to_day_change,
    pinball,
    root_mean_square,
    scaled_error,
    within_person_r2,
)

COUNT = 12
NUMBERS = st.floats(30, 120, width=32)
VALUES = arrays(np.float64, COUNT, elements=NUMBERS)


@given(VALUES, VALUES, VALUES, st.sampled_from(LEVELS))
def test_the_interval_score_is_winklers(actual: Floats, one: Floats, other: Floats, level: int) -> None:
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    alpha = 1 - level / 100
    expected = []
    for y, low, high in zip(actual.tolist(), lower.tolist(), upper.tolist(), strict=True):
        score = high - low
        if y < low:
            score += 2 / alpha * (low - y)
        elif y > high:
            score += 2 / alpha * (y - high)
        expected.append(score)
    np.testing.assert_allclose(interval_score(actual, lower, upper, level), expected, rtol=1e-12)


@given(VALUES, VALUES, VALUES, st.sampled_from(LEVELS))
def test_the_interval_score_is_the_pinball_losses_of_its_ends(
    actual: Floats, one: Floats, other: Floats, level: int
) -> None:
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    tail = (1 - level / 100) / 2
    both = pinball(actual, {tail: lower, 1 - tail: upper})
    assert interval_score(actual, lower, upper, level).mean() == pytest.approx(both / tail, rel=1e-9)


@given(VALUES, st.lists(st.tuples(st.floats(0.01, 0.99), VALUES), min_size=1, max_size=4))
def test_pinball_is_the_quantile_loss(actual: Floats, given_quantiles: list[tuple[float, Floats]]) -> None:
    quantiles = dict(given_quantiles)
    losses = []
    for share, values in quantiles.items():
        for y, q in zip(actual.tolist(), values.tolist(), strict=True):
            losses.append(2 * (share * (y - q) if y >= q else (1 - share) * (q - y)))
    assert pinball(actual, quantiles) == pytest.approx(sum(losses) / len(losses), rel=1e-9, abs=1e-12)


@given(VALUES, VALUES)
def test_pinball_of_a_median_alone_is_the_mean_absolute_error(actual: Floats, forecast: Floats) -> None:
    assert pinball(actual, {0.5: forecast}) == pytest.approx(float(np.abs(actual - forecast).mean()))


@given(VALUES, st.sets(st.integers(0, COUNT - 1)))
def test_the_day_to_day_change_skips_what_is_not_two_days_in_a_row(values: Floats, unknown: set[int]) -> None:
    values = values.copy()
    values[list(unknown)] = np.nan
    changes = [abs(values[i] - values[i - 1]) for i in range(1, COUNT) if not {i, i - 1} & unknown]
    found = day_to_day_change(values)
    assert found == pytest.approx(sum(changes) / len(changes)) if changes else np.isnan(found)


@given(VALUES, arrays(np.float64, COUNT, elements=st.sampled_from([0.0, 0.5, 2.0, np.nan])))
def test_mase_weighs_every_night_by_its_persons_own_change(errors: Floats, scales: Floats) -> None:
    usable = [e / s for e, s in zip(errors.tolist(), scales.tolist(), strict=True) if s > 0]
    found = scaled_error(errors, scales)
    assert found == pytest.approx(sum(usable) / len(usable)) if usable else np.isnan(found)


def test_the_mase_of_persistence_without_gaps_is_one() -> None:
    values = np.random.default_rng(0).normal(60, 3, 200)
    errors = np.abs(np.diff(values))
    assert scaled_error(errors, np.full(len(errors), day_to_day_change(values))) == pytest.approx(1)


@given(VALUES, VALUES, arrays(np.int64, COUNT, elements=st.integers(3, 6)))
def test_r2_is_within_people(actual: Floats, forecast: Floats, person: np.ndarray) -> None:
    left = varied = 0.0
    for one in set(person.tolist()):
        own = [y for y, p in zip(actual.tolist(), person.tolist(), strict=True) if p == one]
        mean = sum(own) / len(own)
        varied += sum((y - mean) ** 2 for y in own)
    left = sum((y - f) ** 2 for y, f in zip(actual.tolist(), forecast.tolist(), strict=True))
    found = within_person_r2(actual, forecast, person)
    if varied > 1e-3:
        assert found == pytest.approx(1 - left / varied, rel=1e-6)


def test_knowing_people_apart_is_no_r2() -> None:
    person = np.repeat([0, 1], 50)
    actual = np.where(person == 0, 50.0, 80.0) + np.random.default_rng(1).normal(size=100)
    means = np.array([actual[:50].mean(), actual[50:].mean()])
    assert within_person_r2(actual, means[person], person) == pytest.approx(0, abs=1e-9)
    assert within_person_r2(actual, actual, person) == 1


def test_root_mean_square() -> None:
    assert root_mean_square(np.array([3.0, 4.0])) == pytest.approx(12.5**0.5)
