"""A person's own trial: seeded, balanced, exact under the null, and able to find what is there."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from common.compute.trials import DAYS, PAIRS, SURE, Trial, analyse, follow, values_on

TRIAL = Trial("last_meal_time", "hrv_rmssd", date(2026, 3, 2), 1, seed=7)


def test_every_pair_has_one_day_of_each_and_the_order_is_the_seeds() -> None:
    changed = TRIAL.changed()
    assert len(changed) == DAYS
    assert all(changed[2 * n] != changed[2 * n + 1] for n in range(PAIRS))
    assert changed == TRIAL.changed()
    orders = {tuple(replace(TRIAL, seed=seed).changed()) for seed in range(400)}
    assert len(orders) > 100


@pytest.mark.parametrize("resemblance", [0.0, 0.5, 0.85])
@pytest.mark.parametrize(("weekend", "missing"), [(0.0, 0.0), (3.0, 0.0), (0.0, 0.08)])
def test_without_an_effect_chance_is_told_apart_no_more_often_than_it_claims(
    resemblance: float, weekend: float, missing: float
) -> None:
    """Whatever nights resemble, whatever weekends do, and with nights missing."""
    sure = answered = 0
    for seed in range(400):
        rng = np.random.default_rng([seed, 1])
        nights = [rng.normal()]
        while len(nights) < DAYS:
            nights.append(resemblance * nights[-1] + rng.normal())
        outcomes = np.array(nights) + weekend * (np.arange(DAYS) % 7 >= 5)
        outcomes[rng.random(DAYS) < missing] = np.nan
        result = analyse(replace(TRIAL, seed=seed), outcomes)
        if result is not None:
            answered += 1
            sure += result.sure
    assert answered >= 200
    assert sure / answered <= SURE + 2 * np.sqrt(SURE * (1 - SURE) / answered)


def test_a_strong_effect_is_found_with_its_size_inside_the_interval() -> None:
    sure = inside = 0
    for seed in range(200):
        trial = replace(TRIAL, seed=seed)
        nights = np.random.default_rng([seed, 2]).normal(0, 1, DAYS) + 2.0 * np.array(trial.changed())
        result = analyse(trial, nights)
        assert result is not None
        sure += result.sure
        inside += result.lower <= 2.0 <= result.upper
    assert sure >= 0.7 * 200
    assert inside >= 0.8 * 200


def test_the_p_value_is_the_share_of_orders_that_do_as_much() -> None:
    outcomes = np.where(TRIAL.changed(), 5.0, 1.0)
    result = analyse(TRIAL, outcomes)
    assert result is not None
    assert (result.change, result.p_value) == (4.0, 2 / 2**PAIRS)


def test_too_few_complete_pairs_give_no_result() -> None:
    outcomes = np.ones(DAYS)
    outcomes[[0, 5]] = np.nan
    assert analyse(TRIAL, outcomes) is None


def test_a_day_counts_as_kept_where_the_habit_was_as_planned() -> None:
    values = np.where(TRIAL.changed(), 19.0, 20.0)
    assert follow(TRIAL, values, usual=20.0, step=-1.0, today=TRIAL.days[-1]) == (DAYS, DAYS)
    assert follow(TRIAL, np.full(DAYS, 20.0), 20.0, -1.0, TRIAL.days[-1]) == (PAIRS, DAYS)
    assert follow(TRIAL, values, 20.0, -1.0, TRIAL.days[3]) == (4, 4)
    values[0] = np.nan
    assert follow(TRIAL, values, 20.0, -1.0, TRIAL.days[-1]) == (DAYS - 1, DAYS - 1)


def test_who_usually_does_not_can_keep_every_day_without() -> None:
    none, some = np.zeros(DAYS), np.ones(DAYS)
    assert follow(TRIAL, none, usual=0.0, step=-1.0, today=TRIAL.days[-1]) == (DAYS, DAYS)
    assert follow(TRIAL, some, usual=0.0, step=-1.0, today=TRIAL.days[-1]) == (PAIRS, DAYS)


def test_outcomes_are_taken_from_the_day_they_could_move() -> None:
    known = {day + timedelta(days=1): float(n) for n, day in enumerate(TRIAL.days)}
    assert values_on(TRIAL.days, known, 1).tolist() == [float(n) for n in range(DAYS)]
    assert np.isnan(values_on(TRIAL.days, {}, 1)).all()
