"""A person's own trial: seeded, balanced, exact under the null, and able to find what is there."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from common.compute.trials import (
    LENGTHS_DAYS,
    POWER,
    SURE,
    Expected,
    Result,
    Trial,
    analyse,
    combine,
    follow,
    learnt_by,
    pair_spread,
    power_of,
    values_on,
)

PAIRS, DAYS = 7, 14
TRIAL = Trial("last_meal_time", "hrv_rmssd", date(2026, 3, 2), 1, seed=7, length_days=DAYS)


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
    assert follow(TRIAL, none, usual=0.5, step=-1.0, today=TRIAL.days[-1]) == (DAYS, DAYS)


def test_nothing_is_said_of_days_beside_a_usual_that_is_not_known() -> None:
    assert follow(TRIAL, np.zeros(DAYS), usual=np.nan, step=-1.0, today=TRIAL.days[-1]) == (0, 0)


def test_outcomes_are_taken_from_the_day_they_could_move() -> None:
    known = {day + timedelta(days=1): float(n) for n, day in enumerate(TRIAL.days)}
    assert values_on(TRIAL.days, known, 1).tolist() == [float(n) for n in range(DAYS)]
    assert np.isnan(values_on(TRIAL.days, {}, 1)).all()


@pytest.mark.parametrize("length_days", LENGTHS_DAYS)
@pytest.mark.parametrize("feature", ["last_meal_time", "evening_training_minutes"])
def test_each_length_has_as_many_days_of_either_kind_in_pairs_of_runs(feature: str, length_days: int) -> None:
    trial = Trial.drawn_for("anna", feature, "rhr", date(2026, 3, 2), length_days)
    changed = trial.changed()
    assert len(changed) == len(trial.days) == length_days
    assert changed.count(True) == length_days // 2
    runs = [changed[n : n + trial.run_days] for n in range(0, length_days, trial.run_days)]
    assert all(len(set(run)) == 1 for run in runs)
    assert all(first != second for first, second in zip(runs[::2], runs[1::2], strict=True))


def test_what_lasts_into_the_first_night_of_a_run_does_not_blur_the_result() -> None:
    """Half of yesterday's effect is still there a day later: only the last night of each run counts."""
    changes = []
    for seed in range(40):
        trial = Trial("evening_training_minutes", "rhr", date(2026, 3, 2), 1, seed, 56, run_days=2)
        done = np.array(trial.changed(), float)
        result = analyse(trial, 2.0 * np.maximum(done, 0.5 * np.roll(done, 1)))
        assert result is not None
        changes.append(result.change)
    assert np.mean(changes) == pytest.approx(2.0)


def test_the_power_told_beforehand_is_how_often_such_trials_are_sure() -> None:
    spread = np.sqrt(2.0)
    for change, length_days in ((0.6, 28), (0.8, 40), (0.5, 56)):
        sure = 0
        for seed in range(150):
            trial = replace(TRIAL, seed=seed, length_days=length_days)
            nights = np.random.default_rng([seed, 3]).normal(0, 1, length_days)
            result = analyse(trial, nights + change * np.array(trial.changed()))
            assert result is not None
            sure += result.sure
        assert sure / 150 == pytest.approx(power_of(change, spread, length_days / 2), abs=0.1)
    assert power_of(3.0, spread, 5) == 0.0, "too few pairs to be sure of anything"
    assert power_of(1.0, float("nan"), 28) == 0.0
    assert 0 < POWER < 1


def test_nights_a_pair_apart_tell_how_much_pairs_differ() -> None:
    nights = np.random.default_rng(4).normal(50, 2.0, 400)
    nights[::4] = np.nan
    spread, share = pair_spread(nights, "last_meal_time")
    assert spread == pytest.approx(2.0 * np.sqrt(2), rel=0.1)
    assert share == pytest.approx(0.5, abs=0.02)
    assert np.isnan(pair_spread(nights[:10], "last_meal_time")[0])


def test_an_unsure_result_moves_what_was_known_only_a_little() -> None:
    unsure = Result(pairs=14, change=0.2, error=2.0, lower=-3.0, upper=3.5, p_value=0.69)
    both = combine(unsure, Expected(mean=-2.0, error=0.4))
    assert -2.0 < both.mean < -1.8
    assert both.interval[1] < 0
    assert both.error < 0.4


def test_what_a_trial_would_teach_is_the_gain_of_deciding_after_it() -> None:
    rng = np.random.default_rng(5)
    for before, error in ((Expected(0.3, 1.0), 0.8), (Expected(-1.0, 0.7), 0.5)):
        truth = rng.normal(before.mean, before.error, 400_000)
        seen = truth + rng.normal(0, error, len(truth))
        weight = before.error**2 / (before.error**2 + error**2)
        after = before.mean + weight * (seen - before.mean)
        gained = np.where(after > 0, truth, 0.0).mean() - max(before.mean, 0.0)
        assert learnt_by(before, +1, error) == pytest.approx(gained, abs=0.01)
    assert learnt_by(Expected(3.0, 0.1), +1, 0.5) < 1e-6, "nothing is learnt of what is sure"
