"""Nights of up to ten million people, in virtual time: nobody waits past the morning, and no run fails."""

import pytest

from common.services.nightly.shards import SHARDS_MAX
from tests.benchmarks.night_simulated import PROCESSES, simulate

HOURS = 27
"""A day of launches, and three hours for the last of them."""


@pytest.fixture
def shards_max(request: pytest.FixtureRequest) -> int:
    """Fewer and larger shards take a tenth of the time to simulate."""
    return SHARDS_MAX if request.config.getoption("--full") else 80


@pytest.mark.parametrize("people", PROCESSES)
@pytest.mark.parametrize("first", [False, True], ids=["usual", "first"])
def test_everybody_is_computed_by_six_in_the_morning_and_no_run_fails(
    people: int, shards_max: int, *, first: bool
) -> None:
    fared = simulate(people, PROCESSES[people], first=first, hours=HOURS, shards_max=shards_max)
    assert fared.executions_failed == 0
    assert fared.share_in_time >= 0.999
    assert fared.in_time + fared.late >= 0.9 * people


def test_with_too_few_processes_people_are_late_and_still_no_run_fails(shards_max: int) -> None:
    fared = simulate(10_000_000, 5, first=True, hours=HOURS, shards_max=shards_max)
    assert fared.share_in_time < 0.9
    assert fared.executions_failed == 0
