"""The weekly step over people: who takes part, what is kept, and how an answer speaks of it."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from common.compute.population.pooling import FOLDS, LEAST_PEOPLE, fold_of
from common.services.correlations import digest_look, history_days, read_correlations
from common.services.population import POOLING_VERSION
from common.services.snapshot import load_snapshot
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.integration.night import forget_everyone
from tests.integration.people import add_person
from tests.people import LAST_DAY

PEOPLE = 26
WEEK = date(2025, 6, 29)  # the last Sunday that is over everywhere on the 1st of July
NOW = datetime.fromisoformat("2025-07-01T06:00:00+00:00")


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> Iterator[None]:
    forget_everyone(backend)
    backend.run('DELETE FROM ml."Population"')
    yield
    backend.run('DELETE FROM ml."Population"')
    backend.run('DROP TABLE IF EXISTS "UserConsent"')


def share(backend: Backend, *names: str) -> None:
    for name in names:
        add_person(name, seed=int(name.partition("-")[2]), days=56, last=LAST_DAY)
        backend.add_profile(name, shareDataForResearch=True)


def pool(scheduled: str = "2025-07-01T03:00:00Z", action: str = "pool") -> dict[str, object]:
    return handler({"action": action, "scheduled": scheduled}, None)


def kept(backend: Backend) -> list[list[object]]:
    found: list[list[object]] = backend.run(
        'SELECT "fold", "week", "version", "pairs"::text FROM ml."Population" ORDER BY "fold"'
    )
    return found


def test_who_shares_is_pooled_who_stops_is_gone_with_the_next_week_and_nobody_is_named(
    backend: Backend,
) -> None:
    names = [f"sharer-{n}" for n in range(PEOPLE)]
    share(backend, *names)
    add_person("private-1", days=64, last=LAST_DAY)

    told = pool(action="evaluate")
    assert told["pooledPeople"] == PEOPLE
    before = kept(backend)
    assert [row[:2] for row in before] == [[fold, WEEK] for fold in range(FOLDS)]
    pairs = json.loads(str(before[0][3]))
    assert pairs
    outside = sum(fold_of(name) != 0 for name in names)
    assert {figures[0] for figures in pairs.values()} <= set(range(LEAST_PEOPLE, outside + 1))
    assert not any(name in str(before) for name in names)
    assert "pooledPeople" not in pool(action="evaluate"), "once a week is enough"
    assert pool()["pooledPeople"] == PEOPLE
    assert kept(backend) == before, "the same rows, the same figures and version"

    # one of fold k leaves: everybody's evidence changes but that of fold k
    gone = names[0]
    backend.run('UPDATE "UserMLProfile" SET "shareDataForResearch" = false WHERE "userId" = :u', u=gone)
    assert pool(scheduled="2025-07-08T03:00:00Z")["pooledPeople"] == PEOPLE - 1
    backend.run('DELETE FROM "User" WHERE "id" = :u', u=names[1])
    backend.run('UPDATE "UserMLProfile" SET "shareDataForResearch" = false')
    assert pool(scheduled="2025-07-15T03:00:00Z")["pooledPeople"] == 0
    assert {row[3] for row in kept(backend)} == {"{}"}


def test_where_the_backend_asks_for_consent_the_switch_alone_is_not_enough(backend: Backend) -> None:
    share(backend, "sharer-1", "sharer-2", "sharer-3")
    backend.run(
        'CREATE TABLE "UserConsent" ("userId" text, "purpose" text, "granted" boolean, '
        'UNIQUE ("userId", "purpose"))'
    )
    backend.run("""INSERT INTO "UserConsent" VALUES ('sharer-1', 'RESEARCH', true),
        ('sharer-2', 'RESEARCH', false), ('sharer-3', 'PERSONALIZATION', true)""")
    assert pool()["pooledPeople"] == 1


def test_what_others_say_makes_another_answer_and_another_look_but_only_from_its_week_on(
    backend: Backend,
) -> None:
    add_person("told-beside-others", days=64, last=LAST_DAY)

    def look() -> str:
        return digest_look(load_snapshot("told-beside-others", history_days(), NOW))

    def asked(day: date | None = None) -> bool:
        return read_correlations("told-beside-others", None, day, None, now=NOW).cached

    alone = look()
    assert not asked()
    assert asked()
    figures = json.dumps({"alcohol_drinks>rhr_bpm": [25, 0.6, 0.05, 0.2]})
    backend.run(
        """INSERT INTO ml."Population" SELECT fold, :week, :engine, 'v1', CAST(:pairs AS jsonb)
        FROM generate_series(0, 4) AS fold""",
        week=WEEK, engine=POOLING_VERSION, pairs=figures,
    )  # fmt: skip
    assert look() != alone
    assert not asked(), "cached without what others say"
    assert asked()
    backend.run(
        """UPDATE ml."Population" SET "week" = :week, "version" = 'v2'""", week=WEEK + timedelta(days=7)
    )
    assert look() == alone, "a past week knows nothing of a later one"
    older = """UPDATE ml."Population" SET "week" = :week, "engineVersion" = 'older', "version" = 'v3'"""
    backend.run(older, week=WEEK)
    assert look() == alone, "estimates of another engine are on another scale"
