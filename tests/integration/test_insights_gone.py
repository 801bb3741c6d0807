"""The backend deletes rows of "MLInsight": no answer names one that is gone."""

from datetime import UTC, datetime

import pytest

from common.services.snapshot import Snapshot
from common.store.engine import transaction
from functions.local.data.cohort import make_cohort
from functions.local.data.loading import save_people
from tests.fixtures.backend import Backend
from tests.fixtures.calls import get, put

TODAY = datetime.now(UTC).date()
USER = "demo-bruno"


@pytest.fixture(scope="module", autouse=True)
def _people(_servers: None) -> None:
    cohort = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == USER]
    with transaction() as connection:
        save_people(connection, cohort, "demo")


def named() -> list[str]:
    """Every id the feed names, each of which can be asked about and rated."""
    answer = get(f"/api/insights/{USER}", "includeDismissed=true").body
    ids = [insight["id"] for insight in answer["insights"]]
    for one in {*ids, *answer["new"], *answer["expired"]}:
        assert get(f"/api/insights/{USER}/{one}/evidence").status == 200, one
        assert put(f"/api/insights/{USER}/{one}/feedback", {"viewed": True}).status == 200, one
    return ids


def stored(backend: Backend) -> set[str]:
    return {row[0] for row in backend.run('SELECT "id" FROM "MLInsight" WHERE "userId" = :user', user=USER)}


def test_a_feed_whose_rows_are_deleted_is_told_and_stored_anew(backend: Backend) -> None:
    before = named()
    assert before
    backend.run('DELETE FROM "MLInsight" WHERE "userId" = :user', user=USER)
    assert set(named()) <= stored(backend)
    assert named()


def test_a_single_row_that_is_deleted_is_noticed(backend: Backend) -> None:
    gone = named()[-1]
    backend.run('DELETE FROM "MLInsight" WHERE "id" = :gone', gone=gone)
    assert set(named()) <= stored(backend)


def test_what_ended_and_was_deleted_is_not_named(backend: Backend) -> None:
    backend.run(
        """INSERT INTO "MLInsight" ("id", "userId", "insightType", "priority", "title", "description",
            "recommendation", "confidence", "dataPoints", "metadata", "createdAt", "expiresAt")
        SELECT 'ended', "userId", "insightType", "priority", "title", "description", "recommendation",
            "confidence", "dataPoints", jsonb_set("metadata", '{subject}', '"something else"'), "createdAt",
            "expiresAt" FROM "MLInsight" WHERE "userId" = :user LIMIT 1""",
        user=USER,
    )
    backend.update("User", USER, height=181.0)
    assert "ended" in get(f"/api/insights/{USER}").body["expired"]
    backend.delete("MLInsight", "ended")
    assert "ended" not in get(f"/api/insights/{USER}").body["expired"]
    assert named()


def test_what_could_not_be_stored_is_not_named(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.run('DELETE FROM "MLInsight" WHERE "userId" = :user', user=USER)
    with monkeypatch.context() as patch:
        patch.setattr(Snapshot, "save", lambda *_: False)  # the person's rows changed meanwhile
        assert named() == []
    assert named()
