"""The engine on every real person of the shared data."""

import os
from pathlib import Path

import pytest

from tests.benchmarks.honesty import summarise_real_people


@pytest.mark.skipif("NUTRI_DATA_DIR" not in os.environ, reason="NUTRI_DATA_DIR names no shared data")
def test_every_real_person_is_answered() -> None:
    folder = Path(os.environ["NUTRI_DATA_DIR"])
    told = list(summarise_real_people(folder))
    assert len(told) == len(list(folder.glob("*.csv")))
    assert not [line for line in told if ": 0 people" in line]
