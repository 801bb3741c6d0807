"""Simple rules against slow, obvious ones; what they may look at; how a thin history is trusted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.forecasts.rules import (
    ERROR_POWER,
    EWMA,
    MEANS,
    PRIOR_DAYS,
    RULE_DAYS,
    RULES,
    combine_rules,
    rule_forecasts,
    shrink,
    usual_error,
)
from common.compute.series.rows import Floats

gappy = st.lists(st.one_of(st.floats(30, 90), st.just(np.nan)), min_size=1, max_size=130).map(np.array)


def slow_rule(values: Floats, rule: str, day: int) -> float:
    known = [
        (day - i, values[i]) for i in range(max(0, day - RULE_DAYS + 1), day + 1) if values[i] == values[i]
    ]
    if rule in MEANS:
        known = [(age, value) for age, value in known if age < MEANS[rule]]
    if not known:
        return np.nan
    if rule == "persistence":
        return float(known[-1][1])
    weights = [(1 - EWMA[rule]) ** age if rule in EWMA else 1.0 for age, _ in known]
    return float(sum(w * value for w, (_, value) in zip(weights, known, strict=True)) / sum(weights))


@settings(max_examples=30)
@given(gappy)
def test_every_rule_equals_its_slow_definition(values: Floats) -> None:
    fast = rule_forecasts(values)
    for day in {0, len(values) // 2, len(values) - 1}:
        slow = [slow_rule(values, rule, day) for rule in RULES]
        assert fast[:, day] == pytest.approx(slow, nan_ok=True)


@settings(max_examples=20)
@given(gappy, st.floats(30, 90))
def test_a_value_yet_to_come_changes_no_rule_and_no_error(values: Floats, later: float) -> None:
    longer = np.append(values, later)
    for f in (rule_forecasts, lambda v: usual_error(v, rule_forecasts(v), 2.0)):
        assert np.array_equal(f(longer)[:, :-1], f(values), equal_nan=True)


def test_a_value_sixty_days_old_is_forgotten() -> None:
    values = np.concatenate([[60.0], np.full(RULE_DAYS, np.nan)])
    forecasts = rule_forecasts(values)
    assert np.isfinite(forecasts[:, : MEANS["mean_7d"]]).all()
    assert np.isnan(forecasts[:, -1]).all()


def test_the_usual_error_starts_at_the_prior_and_moves_to_the_persons_own() -> None:
    values = np.tile([60.0, 64.0], 100)
    errors = usual_error(values, rule_forecasts(values), 1.0)[RULES.index("persistence")]
    assert errors[0] == 1.0
    assert errors[1] == pytest.approx((4 + PRIOR_DAYS) / (1 + PRIOR_DAYS))
    assert 3 < errors[-1] < 4


def test_one_glitch_cannot_widen_intervals_without_limit() -> None:
    values = np.full(100, 60.0)
    values[90] = 1_000.0
    assert usual_error(values, rule_forecasts(values), 1.0).max() < 1.5


def test_the_fewer_days_the_nearer_to_the_typical_person() -> None:
    own, days = np.array([80.0, 80.0, 80.0]), np.array([1.0, 5.0, 1e9])
    levels = shrink(own, days, typical=60.0, within_sd=4.0, between_sd=8.0)
    assert levels[0] == pytest.approx(60 + 20 * 64 / (64 + 16))
    assert levels[0] < levels[1] < levels[2] == pytest.approx(80.0)


def test_the_rule_less_off_lately_counts_more_and_an_unknown_one_not_at_all() -> None:
    forecasts = np.array([[60.0, np.nan, np.nan], [70.0, 70.0, np.nan]])
    errors = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    mean, error = combine_rules(forecasts, errors)
    share = 1 / (1 + 2**-ERROR_POWER)
    assert mean[0] == pytest.approx(share * 60 + (1 - share) * 70)
    assert error[0] == pytest.approx(share * 1 + (1 - share) * 2)
    assert (mean[1], error[1]) == (70, 2)
    assert np.isnan(mean[2])
