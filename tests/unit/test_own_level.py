"""A person's own level: who is followed fast, what a new device changes, what intervals hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from common.compute.forecasts.adaptive import adaptive_quantiles, level_quantiles, shares_outside
from common.compute.forecasts.intervals import GRID, LEVELS, score_grid
from common.compute.forecasts.level import GAINS, LevelPrior, follow_level
from common.compute.forecasts.own_values import own_values
from common.compute.forecasts.rules import RULE_DAYS
from common.compute.forecasts.targets import find_target
from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats
from common.inference.level_manifest import read_level
from tests.unit.insight_samples import series_of


def series_at(codes: NDArray[np.int16] | None = None, **channels: Floats) -> DailySeries:
    """Channels of (n,) values; `codes` says which of two devices each day of all of them is from."""
    series = series_of(None, len(next(iter(channels.values()))), **channels)
    if codes is None:
        return series
    worn = np.where(np.isfinite(series.values), codes, -1).astype(np.int16)
    return replace(series, source_names=("oura", "whoop"), source_codes=worn)


ARTIFACTS = Path(__file__).parents[2] / "model_export" / "artifacts"
FLAT = LevelPrior((1 / len(GAINS),) * len(GAINS), 2.0)


def walk(share: float, days: int = 400, seed: int = 3) -> Floats:
    """A wandering level, `share` of whose steps last, measured with noise."""
    rng = np.random.default_rng(seed)
    return 60 + share * rng.normal(size=days).cumsum() + (1 - share) * rng.normal(size=days)


def test_a_level_that_wanders_is_followed_and_one_that_scatters_is_averaged() -> None:
    smoothed, scattered = (follow_level(walk(share), FLAT, 1).gain[0] for share in (1.0, 0.0))
    assert smoothed > 0.6
    assert scattered < 0.2


def test_a_new_person_is_followed_as_people_are() -> None:
    usual = LevelPrior((0.91, *(0.01,) * (len(GAINS) - 1)), 2.0)
    values = np.array([60.0, 64.0])
    assert follow_level(values, usual, 1).value[0] > follow_level(values, FLAT, 1).value[0]


def test_own_nights_outweigh_what_is_usual() -> None:
    usual = LevelPrior((0.91, *(0.01,) * (len(GAINS) - 1)), 2.0)
    values = walk(0.0)
    follow = follow_level(values, usual, len(values))
    assert follow.gain[0] > 0.9
    assert follow.gain[-1] < 0.4


@pytest.mark.parametrize("horizon", [1, 3, 7])
def test_no_level_knows_a_later_day_nor_one_long_past(horizon: int) -> None:
    values = walk(0.4)
    all_days = follow_level(values, FLAT, len(values), horizon)
    for day in (200, 399):
        reach = values[day + 1 - 2 * RULE_DAYS - horizon : day + 1]
        last = follow_level(reach, FLAT, 1, horizon)
        assert last.value[0] == pytest.approx(all_days.value[day], abs=1e-9)
        assert last.usual_error[0] == pytest.approx(all_days.usual_error[day], abs=1e-9)
        assert np.allclose(last.missed[0], all_days.missed[day], equal_nan=True)


def test_a_week_ahead_is_less_sure_than_tomorrow() -> None:
    values = walk(0.5)
    errors = [follow_level(values, FLAT, 1, horizon).usual_error[0] for horizon in (1, 4, 7)]
    assert errors == sorted(errors)


def test_gaps_of_any_length_leave_a_forecast_or_none() -> None:
    values = walk(0.5, 200)
    values[100:170] = np.nan
    follow = follow_level(values, FLAT, 200)
    assert np.isfinite(follow.value[100:158]).all()
    assert np.isnan(follow.value[160:170]).all()
    assert np.isfinite(follow.usual_error).all()


def test_intervals_hold_for_a_person_whose_errors_are_like_nobody_s() -> None:
    """Four times as wide as the population's: without own nights a third of them would be held."""
    rng = np.random.default_rng(7)
    grid = score_grid(rng.normal(size=2_000), np.ones(2_000))
    assert len(grid) == GRID
    own = 4 * rng.normal(size=(400, RULE_DAYS))
    low, high = adaptive_quantiles(grid, own)[80]
    came = 4 * rng.normal(size=400)
    assert np.mean((low <= came) & (came <= high)) > 0.65
    unknown = adaptive_quantiles(grid, np.full((1, RULE_DAYS), np.nan))[80]
    assert -1.5 < unknown[0][0] < -1.1
    assert 1.1 < unknown[1][0] < 1.5


def test_levels_contain_each_other_whatever_the_own_nights() -> None:
    rng = np.random.default_rng(1)
    grid = score_grid(rng.normal(size=500), np.ones(500))
    quantiles = adaptive_quantiles(grid, rng.standard_cauchy((50, RULE_DAYS)))
    assert (quantiles[95][0] <= quantiles[80][0]).all()
    assert (quantiles[80][0] <= quantiles[50][0]).all()
    assert (quantiles[50][1] <= quantiles[80][1]).all()


@pytest.mark.parametrize("horizon", [1, 5])
def test_intervals_hold_though_a_person_changes_for_worse_and_better(horizon: int) -> None:
    """By turns twice and half as restless, 60 days each: what was learned of one is wrong for the next."""
    rng = np.random.default_rng(11)
    restless = np.where(np.arange(1_200) // 60 % 2, 4.0, 1.0)
    values = 60 + restless * rng.normal(size=1_200)
    grid = score_grid(rng.laplace(size=2_000), np.ones(2_000))
    level = follow_level(values, FLAT, len(values), horizon)
    low, high = level_quantiles(grid, level, horizon)[80]
    scores = (values[horizon:] - level.value[:-horizon]) / level.usual_error[:-horizon]
    inside = (low[:-horizon] <= scores) & (scores <= high[:-horizon])
    assert 0.77 < inside[100:].mean() < 0.83
    share = shares_outside(np.where(restless > 2, 0.01, 0.9), horizon, len(restless))
    assert share[119, 1] < 0.1
    assert share[179, 1] > (0.3 if horizon == 1 else 0.23), "nights miss alike further ahead: slower"
    assert (np.diff(share, axis=1) <= 0).all()
    assert len(LEVELS) == share.shape[1]


@pytest.mark.parametrize("horizon", [1, 7])
def test_no_interval_knows_the_night_it_is_for(horizon: int) -> None:
    values, other = walk(0.4), walk(0.4)
    other[300:] = 90.0
    grid = score_grid(np.random.default_rng(4).normal(size=500), np.ones(500))
    before, after = (
        level_quantiles(grid, follow_level(v, FLAT, 400, horizon), horizon) for v in (values, other)
    )
    for level in LEVELS:
        for one, two in zip(before[level], after[level], strict=True):
            assert np.array_equal(one[:300], two[:300])
            assert not np.array_equal(one[300:], two[300:])


@pytest.mark.parametrize("nights", [3, 5, 10])
def test_three_nights_of_a_new_device_suffice(nights: int) -> None:
    rng = np.random.default_rng(2)
    new = np.arange(110) >= 110 - nights
    nights_of_both = np.where(new, 75, 50) * np.exp(0.08 * rng.normal(size=110))
    series = series_at(new.astype(np.int16), hrv_rmssd_ms=nights_of_both)
    values = np.exp(own_values(series, "hrv_rmssd_ms", logarithmic=True))
    assert np.median(values[:80]) == pytest.approx(75, rel=0.12)
    level = follow_level(np.log(values), LevelPrior(FLAT.usual_gains, 0.15), 1)
    assert np.exp(level.value[0]) == pytest.approx(75, rel=0.12)
    assert level.usual_error[0] < 0.12


def test_one_night_borrowed_from_another_device_changes_nothing() -> None:
    values = np.full(60, 60.0)
    values[-2] = 80.0
    codes = np.zeros(60, np.int16)
    codes[-2] = 1
    series = series_at(codes, rhr_bpm=values)
    assert own_values(series, "rhr_bpm", logarithmic=False) == pytest.approx(60)


def test_a_metric_s_name_stands_for_what_was_measured_last() -> None:
    rmssd, sdnn = np.full(60, 40.0), np.full(60, np.nan)
    rmssd[50:], sdnn[50:] = np.nan, 60.0
    series = series_at(hrv_rmssd_ms=rmssd, hrv_sdnn_ms=sdnn)
    assert find_target(series, "hrv").name == "hrv_sdnn"
    assert find_target(series, "hrv_rmssd").name == "hrv_rmssd"
    assert find_target(series_at(steps=rmssd), "hrv").name == "hrv_rmssd"


def test_the_rule_holds_for_people_of_sets_it_never_saw() -> None:
    """What was measured leaving whole sets out: coverage, nine people of ten, and near the best rule."""
    rule = read_level(ARTIFACTS)
    left_out = [
        score
        for target in rule.targets.values()
        for score in target.horizons[0].scores
        if score.left_out == "set" and score.nights >= 100
    ]
    assert len(left_out) >= 15
    coverage = np.array([score.coverage for score in left_out])
    assert ((coverage >= 0.76) & (coverage <= 0.86)).all()
    people = sum(score.long_people for score in left_out)
    assert sum(score.long_covered for score in left_out) / people >= 0.9
    assert all(score.error < 1.07 * score.best_rule_error for score in left_out)
    assert np.median([score.error / score.best_rule_error for score in left_out]) < 1.01


def test_typical_errors_grow_over_the_week() -> None:
    for target in read_level(ARTIFACTS).targets.values():
        errors = [horizon.prior.typical_error for horizon in target.horizons]
        assert errors[0] < min(errors[3], errors[6])
        assert errors[3] < 1.01 * errors[6]  # a score that one person has tells little of days so far off
