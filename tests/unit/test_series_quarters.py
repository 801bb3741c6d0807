"""Samples that come many times an hour."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from common.compute.series.quarters import reduce_quarters

MINUTE = 60_000
NOON = 12 * 60 * MINUTE


def reduce(minutes: list[float], values: list[float], sampled: bool = True) -> tuple[list[int], list[float]]:
    at = np.array([NOON + round(m * MINUTE) for m in minutes], np.int64)
    n = len(at)
    stays, reduced, _ = reduce_quarters(
        np.zeros(n, np.int64), at, np.array(values, float), at, np.full(n, sampled)
    )
    return stays.tolist(), reduced.tolist() if len(reduced) == len(stays) else []


def test_three_readings_of_a_quarter_hour_are_one_and_a_glitch_does_not_move_it() -> None:
    stays, values = reduce([0, 5, 10, 15, 20], [100, 500, 104, 90, 91])
    assert (stays, values) == ([0, 3, 4], [104, 90, 91])


def test_counts_stamps_and_what_is_no_number_stay_as_they_are() -> None:
    assert reduce([0, 5, 10], [1, 2, 3], sampled=False)[0] == [0, 1, 2]
    assert reduce([0, 5, 10], [1, np.nan, 3])[0] == [0, 1, 2]
    midnight = -NOON / MINUTE
    assert reduce([midnight, midnight + 1, midnight + 2], [1, 2, 3])[0] == [0, 1, 2]


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(40, 400)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_and_reducing_again_change_nothing(
    rows: list[tuple[int, int]], random: Random
) -> None:
    rows = list({minute: (minute, value) for minute, value in rows}.values())
    shuffled = rows.copy()
    random.shuffle(shuffled)

    def told(which: list[tuple[int, int]]) -> list[tuple[int, float]]:
        stays, values = reduce([m for m, _ in which], [v for _, v in which])
        return sorted((which[i][0], value) for i, value in zip(stays, values, strict=True))

    once = told(rows)
    assert told(shuffled) == once
    again, values = reduce([m for m, _ in once], [v for _, v in once])
    assert sorted((once[i][0], v) for i, v in zip(again, values, strict=True)) == once
