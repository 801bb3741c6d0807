"""What many people say of a pair: mean, spread and error, robust, by fold, and never of a few."""

import numpy as np
import pytest

from common.compute.population.pooling import FOLDS, LEAST_PEOPLE, fold_of, pool_pair, pool_people

PAIR = ("alcohol_drinks", "rhr_bpm")


def draw(people: int, mean: float, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    errors = rng.uniform(0.15, 0.35, people)
    return mean + spread * rng.standard_normal(people) + errors * rng.standard_normal(people), errors


def test_mean_spread_and_error_are_those_people_were_drawn_with() -> None:
    told = pool_pair(*draw(2_000, 0.4, 0.3))
    assert told.mean == pytest.approx(0.4, abs=0.03)
    assert told.spread == pytest.approx(0.3, abs=0.03)
    assert told.error == pytest.approx(np.sqrt((0.3**2 + 0.25**2) / 2_000), rel=0.15)
    assert told.people == 2_000


def test_people_who_differ_by_their_errors_alone_have_no_spread() -> None:
    assert pool_pair(*draw(500, 0.2, 0.0)).spread <= 0.07


def test_the_interval_of_the_mean_holds_it_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(300):
        told = pool_pair(*draw(40, 0.3, 0.25, seed))
        held += abs(told.mean - 0.3) <= 1.96 * told.error
    assert held / 300 >= 0.91


def test_one_odd_person_moves_next_to_nothing() -> None:
    estimates, errors = draw(60, 0.2, 0.2)
    odd = np.append(estimates, 40.0), np.append(errors, 0.01)
    assert pool_pair(*odd).mean == pytest.approx(pool_pair(estimates, errors).mean, abs=0.04)


def test_what_a_person_is_told_of_others_does_not_depend_on_the_person() -> None:
    estimates, errors = draw(60, 0.2, 0.2)
    people = [
        (n % FOLDS, {PAIR: (float(e), float(s))})
        for n, (e, s) in enumerate(zip(estimates, errors, strict=True))
    ]
    changed = [*people]
    changed[7] = (7 % FOLDS, {PAIR: (5.0, 0.05)})
    before, after = pool_people(people), pool_people(changed)
    assert before[7 % FOLDS] == after[7 % FOLDS]
    assert any(before[fold] != after[fold] for fold in range(FOLDS))
    assert pool_people(reversed(people)) == before


def test_nothing_is_said_by_fewer_people_than_the_least() -> None:
    few = [(n % FOLDS, {PAIR: (0.5, 0.2)}) for n in range(LEAST_PEOPLE)]
    assert pool_people(few) == [{}] * FOLDS
    assert pool_people([(0, {PAIR: (0.5, 0.2)})] * (LEAST_PEOPLE - 1))[1] == {}
    assert pool_people([(0, {PAIR: (0.5, 0.2)})] * LEAST_PEOPLE)[1][PAIR].people == LEAST_PEOPLE


def test_folds_are_even_and_a_persons_own_for_good() -> None:
    counts = np.bincount([fold_of(f"user-{n}") for n in range(5_000)], minlength=FOLDS)
    assert counts.min() > 900
    assert fold_of("anna") == fold_of("anna") < FOLDS
