"""A person's own habit from the journal's rows to what correlations answer, and shifts to a refusal."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from common.compute.journal import understand
from common.store.engine import transaction
from common.store.journal import save_entries
from tests.fixtures.backend import Backend, create_backend_schema
from tests.fixtures.calls import get
from tests.integration.people import add_person
from tests.people import LAST_DAY

WALK = "habit:evening_walk"
DAYS = 100

pytestmark = pytest.mark.usefixtures("settings_env")


@pytest.fixture(scope="module")
def database_url(make_database: Any, migrated_template: str) -> str:
    """A migrated database whose backend has every optional table."""
    url: str = make_database(migrated_template)
    create_backend_schema(url, ("backend_extras.sql",))
    return url


def refusals(user: str) -> dict[str, set[str | None]]:
    body = get(f"/api/correlations/{user}", f"date={LAST_DAY}&include=tested").body
    found: dict[str, set[str | None]] = {}
    for pair in body["pairs"]:
        found.setdefault(pair["feature"], set()).add(pair["refusal"])
    return found


def test_an_own_habit_of_the_journal_is_tested_like_any_other() -> None:
    user = add_person("walker", seed=3)
    before = refusals(user)
    assert WALK not in before
    walked = np.random.default_rng(5).random(DAYS) < 0.5
    with transaction() as connection:
        for back, yes in enumerate(walked.tolist()):
            save_entries(connection, user, LAST_DAY - timedelta(days=back), {WALK: understand(WALK, yes)}, ())
    after = refusals(user)
    assert None in after[WALK], "the rows change the answer at once, and the pair is tested"
    assert after.keys() - before.keys() == {WALK}


def test_whoever_works_shifts_is_refused_with_the_reason(backend: Backend) -> None:
    user = add_person("night_nurse", seed=3)
    backend.add_row("UserLifestyle", user, workSchedule="shift")
    answer = get(f"/api/correlations/{user}", f"date={LAST_DAY}&include=tested").body
    assert answer["tested"] == 0
    assert "shifts_unknown" in {pair["refusal"] for pair in answer["pairs"]}
    assert "shift" in answer["explanation"]
