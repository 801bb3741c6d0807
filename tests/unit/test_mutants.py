"""The tests notice what must never break, and a few faults drawn by lot. `make mutants` draws many."""

from pathlib import Path
from random import Random

import pytest

from tests.mutants import WANTED_SCORE, copy_of_common, failing, make, mutants_of

UNIT = "tests/unit"
NAMED = {
    "whose rows they are is not compared": (
        "common/store/owner.py",
        "if any(row[0] != user_id for row in rows):",
        "if False:",
        "test_store_owner.py",
    ),
    "a flight never ends": (
        "common/services/lease.py",
        "    finally:\n        release_lease(lease)\n",
        "    finally:\n        pass\n",
        "test_lease.py",
    ),
    "a turn never ends": (
        "common/services/lease.py",
        "        if key:\n            release_lease(key)\n",
        "        pass\n",
        "test_lease.py",
    ),
    "a server that was away stays away": (
        "common/store/engine.py",
        "        self._failures = 0\n\n    def check",
        "        pass\n\n    def check",
        "test_breaker.py",
    ),
    "a code is not compared": (
        "common/cache/mac.py",
        "return value if compare_digest(raw[:MAC_BYTES], _code(secret, key, value)) else None",
        "return value",
        "test_cache_mac.py",
    ),
}
DRAWN = {
    "common/auth.py": "test_auth.py",
    "common/services/lease.py": "test_lease.py",
    "common/store/owner.py": "test_store_owner.py",
}
"""Files whose meaning a unit test holds whole."""
SEED, DRAWN_EACH = 5, 2


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_common(tmp_path_factory.mktemp("mutants"))


def test_what_is_changed_is_what_is_tested(copy: Path) -> None:
    """A fault in a place that no test looks at would count as noticed, or as not, for no reason."""
    assert not failing(copy, [f"{UNIT}/test_store_owner.py"])


@pytest.mark.parametrize("fault", NAMED)
def test_a_fault_that_must_be_noticed_is(copy: Path, fault: str) -> None:
    path, code, broken, test = NAMED[fault]
    file = copy / path
    before = file.read_text()
    assert before.count(code) == 1
    file.write_text(before.replace(code, broken))
    try:
        assert failing(copy, [f"{UNIT}/{test}"])
    finally:
        file.write_text(before)


def test_of_faults_drawn_by_lot_enough_are_noticed(copy: Path) -> None:
    """Some change nothing that matters, so not every one has to be."""
    survivors = []
    for path, test in DRAWN.items():
        possible = [one for room in ("auth", "store", "services") for one in mutants_of(room, path)]
        for mutant in Random(f"{SEED}/{path}").sample(possible, DRAWN_EACH):
            before = make(mutant, copy)
            try:
                if not failing(copy, [f"{UNIT}/{test}"]):
                    survivors.append(mutant.name)
            finally:
                (copy / path).write_text(before)
    assert len(survivors) <= (1 - WANTED_SCORE) * DRAWN_EACH * len(DRAWN), survivors
