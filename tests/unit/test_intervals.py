"""Conformal intervals: what they promise, and where they must refuse."""

import numpy as np
import pytest

from common.compute.forecasts.intervals import LEVELS, conformal_quantiles, interval_score, scaled_intervals


@pytest.mark.parametrize("level", LEVELS)
def test_an_interval_covers_new_people_at_least_as_often_as_it_says(level: int) -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(300):
        scores = rng.gamma(2.0, 1.0, 60) - 1
        low, high = conformal_quantiles(scores[:59])[level]
        covered.append(low <= scores[59] <= high)
    assert np.mean(covered) >= level / 100 - 0.05


def test_a_small_sample_is_not_trusted_with_its_own_extremes() -> None:
    low, high = conformal_quantiles(np.arange(10.0))[95]
    assert (low, high) == (0.0, 9.0)


def test_a_person_with_many_nights_does_not_decide_for_everyone() -> None:
    scores = np.concatenate([np.zeros(900), np.linspace(-3, 3, 100)])
    alike = np.concatenate([np.full(900, 1 / 9), np.ones(100)])
    assert conformal_quantiles(scores)[80] == (0.0, 0.0)
    low, high = conformal_quantiles(scores, alike)[80]
    assert low < -1 < 1 < high


def test_no_calibration_scores_is_refused() -> None:
    with pytest.raises(ValueError, match="no calibration"):
        conformal_quantiles(np.empty(0))


def test_wider_levels_contain_narrower_ones_and_grow_with_the_persons_own_error() -> None:
    quantiles = conformal_quantiles(np.random.default_rng(1).normal(size=500))
    calm, restless = (scaled_intervals(60.0, error, quantiles) for error in (1.0, 2.0))
    assert calm[95].lower < calm[80].lower < calm[50].lower < 60 < calm[50].upper < calm[80].upper
    assert restless[80].upper - restless[80].lower == pytest.approx(2 * (calm[80].upper - calm[80].lower))


def test_the_interval_score_is_the_width_plus_the_price_of_a_miss() -> None:
    actual, lower, upper = np.array([5.0, 1.0]), np.array([4.0, 2.0]), np.array([6.0, 4.0])
    assert interval_score(actual, lower, upper, 80).tolist() == pytest.approx([2.0, 2.0 + 10.0])
