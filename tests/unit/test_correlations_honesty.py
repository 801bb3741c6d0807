"""The honesty benchmark in small: few people, wide margins, the same seeds every time."""

import numpy as np
import pytest

from common.compute.correlations import Tier
from tests.benchmarks.honesty import is_planted, tell, tell_once, tells_naively
from tests.benchmarks.people import make_person


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_people_without_effects_are_told_nothing(phi: float) -> None:
    """Goal: at most a tenth; naive correlation of the same days tells nearly everyone something."""
    told = naive = 0
    for seed in range(30):
        table = make_person(np.random.default_rng([20, seed]), 182, phi_outcome=phi, phi_input=phi)
        told += bool(tell(table, 182))
        naive += tells_naively(table)
    assert told <= 3
    assert naive >= 20


def test_a_lookback_of_ones_own_tells_few_people_without_effects_anything() -> None:
    """Days that hardly return to their level: at the rate of what is published it would be .15 of people."""
    told = 0
    for seed in range(40):
        table = make_person(np.random.default_rng([23, seed]), 182, phi_outcome=0.97, phi_input=0.97)
        told += bool(tell_once(table, 182))
    assert told <= 6


def test_asking_every_week_for_half_a_year_tells_few_people_without_effects_anything() -> None:
    told = 0
    for seed in range(10):
        table = make_person(np.random.default_rng([21, seed]), 182)
        told += any(tell(table, day) for day in range(35, 183, 7))
    assert told <= 3


@pytest.mark.parametrize(("d", "day", "least"), [(0.97, 119, 17), (0.55, 182, 9)])
def test_real_effects_are_found(d: float, day: int, least: int) -> None:
    found = 0
    for seed in range(20):
        table = make_person(np.random.default_rng([22, seed]), day, d=d, gaps=0.0)
        found += any(is_planted(f) and f.tier is Tier.PUBLISHED for f in tell(table, day))
    assert found >= least
