"""A person's right to see and to delete what is known of them: all of it, at once, for good."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from redis import Redis

from common.cache import get_cache
from common.errors import DeletedByUser
from common.services.correlations import read_correlations
from common.services.features import HISTORY_DAYS, read_features
from common.services.nightly import Shard, recompute, run_at
from common.services.snapshot import open_snapshot
from common.settings import get_settings
from common.store.address import parse_database_url
from common.store.engine import dispose_engine, transaction
from common.store.nights import Quarantine, begin_attempt, cut_people, forget_departed, save_quarantine
from common.store.tables import BACKEND_TABLES, ML_TABLES
from tests.conftest import forget_singletons
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, call, get, post
from tests.fixtures.hostile import hostile_server, silent
from tests.fixtures.proxy import proxied
from tests.integration.people import add_person

TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)
ABOUT_NOBODY = {"NightRun", "Population", "alembic_version", "Model", "ModelExperiment", "ModelScore"}
"""Tables in schema ml that hold nothing about a person."""


def ask_everything(user: str) -> list[Reply]:
    return [
        call("insights", "PUT", f"/api/users/{user}/days/{TODAY}/context", body={"entries": {"stress": 3}}),
        get(f"/api/features/{user}/{TODAY}"),
        get(f"/api/features/{user}", f"from={TODAY}"),
        get(f"/api/correlations/{user}"),
        get(f"/api/predictions/{user}/{TOMORROW}"),
        get(f"/api/insights/{user}"),
        post(f"/api/insights/{user}/generate", {}),
        post("/api/features/engineer", {"userId": user}),
        post("/api/predictions/rhr", {"userId": user}),
    ]


def spend_a_night() -> None:
    recompute(run_at(datetime.now(UTC) + timedelta(days=1)), Shard(), lambda: False)


def delete(user: str) -> Reply:
    return call("insights", "DELETE", f"/api/users/{user}/data")


def export(user: str, query: str = "") -> Reply:
    return call("insights", "GET", f"/api/users/{user}/export", query=query)


def personal_tables(backend: Backend) -> list[str]:
    found = backend.run("""
        SELECT table_name FROM information_schema.columns JOIN information_schema.tables
            USING (table_schema, table_name)
        WHERE table_type = 'BASE TABLE' AND table_schema = 'ml' AND column_name = 'userId'
            AND table_name <> 'Tombstone'
    """)
    return [f'ml."{name}"' for (name,) in found] + [f'public."{table.name}"' for table in ML_TABLES]


def count_rows(backend: Backend, user: str, tables: list[str]) -> dict[str, int]:
    return {
        table: backend.run(f'SELECT count(*) FROM {table} WHERE "userId" = :u', u=user)[0][0]
        for table in tables
    }


def keys_of(user: str) -> set[str]:
    server = Redis.from_url(get_settings().redis_url.get_secret_value(), decode_responses=True)
    return set(map(str, server.keys(f"*{user}*")))


@pytest.fixture
def known(backend: Backend) -> Iterator[str]:
    """Somebody about whom every group of the cache holds something."""
    user = add_person(f"known-{datetime.now(UTC).timestamp():.6f}", days=40, last=TODAY)
    assert {reply.status for reply in ask_everything(user)[:4]} == {200}
    yield user
    backend.delete("User", user)


@pytest.fixture
def slept(backend: Backend, known: str) -> str:
    """Somebody about whom every table holds something too."""
    begun = post(f"/api/insights/{known}/experiments", {"feature": "last_meal_time", "metric": "rhr"})
    assert begun.status == 201
    spend_a_night()
    with transaction() as connection:
        save_quarantine(connection, known, Quarantine(1, "reason", "engine", TODAY))
        begin_attempt(connection, known, TODAY, "engine")
    backend.run(
        """INSERT INTO ml."Tally" VALUES (:u, 'outcome', '{RESTING_HEART_RATE}', :day, '{58}')""",
        u=known,
        day=TODAY,
    )
    return known


def test_every_private_table_is_a_persons_or_known_to_be_about_nobody(backend: Backend) -> None:
    tables = {name for (name,) in backend.run("SELECT tablename FROM pg_tables WHERE schemaname = 'ml'")}
    owned = {name.split('"')[1] for name in personal_tables(backend)} | {"Tombstone"}
    assert tables - owned == ABOUT_NOBODY


def test_everything_computed_is_deleted_and_what_the_backend_wrote_stays(
    backend: Backend, slept: str
) -> None:
    other = add_person("other", days=40, last=TODAY)
    get(f"/api/features/{other}/{TODAY}")
    theirs = [f'public."{table.name}"' for table in BACKEND_TABLES if table.name != "User"]
    before, of_other = (
        count_rows(backend, slept, theirs),
        count_rows(backend, other, personal_tables(backend)),
    )
    assert all(count_rows(backend, slept, personal_tables(backend)).values()), "a table that tests nothing"
    reply = delete(slept)
    assert reply.status == 200, reply.text
    assert reply.body["deletedAt"]
    assert reply.body["cachedAnswers"] >= 4
    assert all(reply.body["deleted"].values())
    assert len(reply.body["deleted"]) == len(personal_tables(backend))
    assert set(count_rows(backend, slept, personal_tables(backend)).values()) == {0}
    assert keys_of(slept) == {f"deleted:{slept}"}
    assert count_rows(backend, slept, theirs) == before
    assert count_rows(backend, other, personal_tables(backend)) == of_other


def test_nothing_is_computed_about_somebody_deleted(backend: Backend, known: str) -> None:
    with transaction() as connection:
        people = cut_people(connection, 10, 10)[0]
    delete(known)
    assert {(reply.status, reply.body["code"]) for reply in ask_everything(known)} == {
        (403, "deleted_by_user")
    }
    spend_a_night()
    with transaction() as connection:
        save_quarantine(connection, known, Quarantine(1, "reason", "engine", TODAY))
        assert cut_people(connection, 10, 10)[0] == people - 1
    assert set(count_rows(backend, known, personal_tables(backend)).values()) == {0}


def test_what_a_caller_asked_and_switched_off_is_remembered_beyond_a_deletion(known: str) -> None:
    kept = {f"rate:person:{known}:1": b"299", f"blocked:{known}:insights": b"1", f"lease:{known}:x": b"t"}
    before = delete(known).body["cachedAnswers"]
    for key, value in kept.items():
        get_cache().set(key, value, 60)
    assert delete(known).body["cachedAnswers"] == 0 <= before
    assert {key: get_cache().get(key) for key in kept} == kept
    get_cache().delete(*kept)


def test_deleting_twice_is_deleting_once(known: str) -> None:
    first, again = delete(known), delete(known)
    assert again.status == 200
    assert again.body["deletedAt"] == first.body["deletedAt"]
    assert set(again.body["deleted"].values()) == {0}


def test_what_the_backend_left_of_somebody_it_deleted_can_be_deleted(backend: Backend, slept: str) -> None:
    backend.delete("User", slept)
    assert count_rows(backend, slept, ['ml."Night"']) == {'ml."Night"': 1}
    reply = delete(slept)
    assert (reply.status, reply.body["deletedAt"]) == (200, None)
    assert set(count_rows(backend, slept, personal_tables(backend)).values()) == {0}
    assert export(slept).status == 404


def test_a_request_in_flight_neither_saves_nor_caches_what_was_deleted(backend: Backend, known: str) -> None:
    now = datetime.now(UTC)
    snapshot = open_snapshot(known, TODAY, HISTORY_DAYS, now).loaded
    delete(known)
    assert snapshot.save(lambda connection: pytest.fail("saved")) is False

    def begun_before(user_id: str, *_: object) -> object:
        return snapshot

    with pytest.MonkeyPatch.context() as patch:
        for service in ("features", "correlations"):
            patch.setattr(f"common.services.{service}.open_snapshot", begun_before)
        read_features(known, TODAY, None, now=now, force=True)
        read_correlations(known, None, TODAY, None, now=now)
    assert keys_of(known) == {f"deleted:{known}"}


def test_without_postgresql_nobody_deleted_is_answered_about(
    settings_env: pytest.MonkeyPatch, database_url: str, known: str
) -> None:
    address = parse_database_url(database_url)
    with proxied(address.port) as proxy, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url.replace(f":{address.port}/", f":{proxy.port}/"))
        patch.setenv("DATABASE_STATEMENT_TIMEOUT_MS", "400")
        patch.setenv("DATABASE_CONNECT_TIMEOUT_S", "0.4")
        forget_singletons()
        cached = {key: get_cache().get(key) for key in keys_of(known)}
        assert delete(known).status == 200
        for key, value in cached.items():
            get_cache().set(key, value or b"", 60)  # as if the server had been put back
        proxy.silent = True
        assert {(reply.status, reply.body["code"]) for reply in (*ask_everything(known), delete(known))} == {
            (503, "database_unavailable")
        }
        proxy.silent = False
        dispose_engine()
    forget_singletons()


def test_a_deletion_the_cache_did_not_confirm_is_not_reported_as_done(
    settings_env: pytest.MonkeyPatch, known: str
) -> None:
    with hostile_server(silent) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", f"redis://127.0.0.1:{server.port}/0")
        get_cache.cache_clear()
        get_settings.cache_clear()
        reply = delete(known)
        assert (reply.status, reply.body["code"]) == (503, "cache_unavailable")
        assert int(reply.headers["retry-after"]) > 0
    get_cache.cache_clear()
    get_settings.cache_clear()
    assert len(keys_of(known)) >= 4
    assert get(f"/api/features/{known}/{TODAY}").status == 403, "what is cached is not served"
    assert delete(known).body["cachedAnswers"] >= 4
    answers = keys_of(known) - {f"blocked:{known}:everything"}
    assert answers == {f"deleted:{known}"}


def test_without_a_cache_there_is_nothing_to_confirm(settings_env: pytest.MonkeyPatch, known: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", "")
        get_cache.cache_clear()
        get_settings.cache_clear()
        assert (delete(known).status, delete(known).body["cachedAnswers"]) == (200, 0)
    get_cache.cache_clear()
    get_settings.cache_clear()


def test_a_person_can_come_back_as_somebody_new(backend: Backend, known: str) -> None:
    delete(known)
    for _ in range(2):
        assert call("insights", "POST", f"/api/users/{known}/resume").status == 200
    assert {reply.status for reply in ask_everything(known)} == {200}
    assert get(f"/api/correlations/{known}").body["cached"]
    assert backend.run('SELECT "resumedAt" IS NULL FROM ml."Tombstone" WHERE "userId" = :u', u=known) == [
        [False]
    ]
    assert call("insights", "POST", "/api/users/nobody/resume").status == 404
    assert delete(known).body["deleted"]["MLFeature"] > 0
    with pytest.raises(DeletedByUser):
        open_snapshot(known, None, 30, datetime.now(UTC))


def test_the_export_holds_every_row_page_by_page(backend: Backend, slept: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("common.services.deletion.ROWS_PER_PAGE", 7)
        seen: dict[str, int] = {}
        query = ""
        while True:
            reply = export(slept, query)
            assert reply.status == 200, reply.text
            for table, rows in reply.body["tables"].items():
                assert all(row["userId"] == slept for row in rows)
                seen[table] = seen.get(table, 0) + len(rows)
            if reply.body["cursor"] is None:
                break
            query = f"cursor={reply.body['cursor']}"
    stored = count_rows(backend, slept, personal_tables(backend))
    assert seen == {table.split('"')[1]: rows for table, rows in stored.items()}
    whole = export(slept)
    assert sum(map(len, whole.body["tables"].values())) <= 500
    assert whole.headers["cache-control"].startswith("private")
    delete(slept)
    assert list(export(slept).body["tables"]) == ["Tombstone"]


@pytest.mark.parametrize(("user", "query", "status"), [("nobody", "", 404), ("other", "cursor=x", 422)])
def test_what_cannot_be_exported(user: str, query: str, status: int) -> None:
    assert export(user, query).status == status


def test_a_table_added_later_is_exported_deleted_and_swept(backend: Backend, known: str) -> None:
    backend.run('CREATE TABLE ml."Later" ("userId" text, "day" date, PRIMARY KEY ("day", "userId"))')
    try:
        for user in (known, "departed"):
            backend.run('INSERT INTO ml."Later" VALUES (:u, :d)', u=user, d=date(2026, 1, 1))
        assert export(known, "cursor=Kz~").body["tables"]["Later"] == [{"userId": known, "day": "2026-01-01"}]
        with transaction() as connection:
            forget_departed(connection, "", "")
        assert backend.run('SELECT "userId" FROM ml."Later"') == [[known]]
        assert delete(known).body["deleted"]["Later"] == 1
        assert backend.run('SELECT count(*) FROM ml."Later"') == [[0]]
    finally:
        backend.run('DROP TABLE ml."Later"')


def test_the_night_clears_both_stores_of_people_the_backend_deleted(
    backend: Backend, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("leaving", "staying", "gone.too"):
        add_person(user, days=40)
        ask_everything(user)
    recompute(run_at(datetime(TODAY.year, TODAY.month, TODAY.day, 3, tzinfo=UTC)), Shard(), lambda: False)
    assert len(keys_of("leaving")) >= 4
    for user in ("leaving", "gone.too"):
        backend.delete("User", user)
        assert get(f"/api/features/{user}/{TODAY}").status == 404
    monkeypatch.setattr("common.services.nightly.shards.SWEEP_HOUR", 5)
    recompute(run_at(datetime(TODAY.year, TODAY.month, TODAY.day, 5, tzinfo=UTC)), Shard(), lambda: False)
    assert keys_of("leaving") == keys_of("gone.too") == set()
    assert len(keys_of("staying")) >= 4
    assert not backend.run("""SELECT 1 FROM ml."Night" WHERE "userId" = 'leaving'""")


def test_what_a_person_switched_off_stays_off_after_a_deletion(backend: Backend) -> None:
    user = add_person("chooser", days=40)
    backend.run(
        """INSERT INTO "UserMLProfile" ("id", "userId", "modelsAvailable", "updatedAt", "enablePredictions",
            "insightFrequency", "totalDataPoints")
        VALUES ('p', :user, '["rhr"]', now(), false, 'weekly', 7)""",
        user=user,
    )
    assert delete(user).status == 200
    kept = 'SELECT "enablePredictions", "insightFrequency", "totalDataPoints", "modelsAvailable"::text'
    assert backend.run(f'{kept} FROM "UserMLProfile" WHERE "userId" = :user', user=user) == [
        [False, "weekly", 0, "[]"]
    ]
    assert call("insights", "POST", f"/api/users/{user}/resume").status == 200
    refused = get(f"/api/predictions/{user}/{TOMORROW}")
    assert (refused.status, refused.body["code"]) == (403, "disabled_by_user")
    assert post("/api/predictions/rhr", {"userId": user}).status == 403
    assert get(f"/api/features/{user}/{TODAY}").status == 200


def test_a_profile_without_a_choice_goes_with_all_the_rest(backend: Backend) -> None:
    user = add_person("undecided", days=40)
    backend.add_profile(user)
    assert delete(user).body["deleted"]["UserMLProfile"] == 1
