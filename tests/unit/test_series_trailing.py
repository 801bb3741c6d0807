import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.series.trailing import previous_median, trailing_sum

values = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=40)


@given(daily=values, days=st.integers(1, 10), minimum=st.integers(1, 10))
@settings(max_examples=100)
def test_the_median_is_of_known_values_before_the_day_alone(
    daily: list[float], days: int, minimum: int
) -> None:
    found = previous_median(np.array(daily), days, minimum)
    for day in range(len(daily)):
        before = [value for value in daily[max(day - days, 0) : day] if not np.isnan(value)]
        expected = np.median(before) if len(before) >= minimum else np.nan
        assert found[day] == pytest.approx(expected, nan_ok=True)


@given(daily=st.lists(st.integers(0, 9), min_size=1, max_size=40), days=st.integers(1, 45))
@settings(max_examples=100)
def test_the_sum_is_of_the_day_and_those_before_it(daily: list[int], days: int) -> None:
    found = trailing_sum(np.array(daily, float), days)
    assert found.tolist() == [sum(daily[max(day - days + 1, 0) : day + 1]) for day in range(len(daily))]
