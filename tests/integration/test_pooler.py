"""Behind PgBouncer in transaction mode: each statement may go to another server, among other clients'."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from common.settings import get_settings
from common.store.address import parse_database_url
from common.store.engine import Breaker, dispose_engine, make_engine, transaction
from tests.fixtures.events import request_event
from tests.fixtures.pooler import EXECUTABLE, WHY_NOT, pooled
from tests.fixtures.worker import Worker
from tests.integration.people import add_person
from tests.people import LAST_DAY

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=WHY_NOT)

PROCESSES = 4
REQUESTS = 30
PEOPLE = [f"pooled{number}" for number in range(4)]


@pytest.fixture(scope="module")
def pooler_url(settings_env: pytest.MonkeyPatch, database_url: str) -> Iterator[str]:
    for person in PEOPLE:
        add_person(person, days=20)
    dispose_engine()
    with pooled(database_url) as url:
        yield url


def test_several_processes_behind_a_pooler_answer_everyone_with_their_own(pooler_url: str) -> None:
    def ask(number: int) -> Counter[str]:
        worker = Worker("features", {"DATABASE_URL": pooler_url, "REDIS_URL": ""})
        told: Counter[str] = Counter()
        try:
            for turn in range(REQUESTS):
                person = PEOPLE[(turn + number) % len(PEOPLE)]
                day = LAST_DAY - timedelta(days=turn % 10)
                answer = worker.ask(request_event("GET", f"/api/features/{person}/{day}"))
                own = answer["statusCode"] == 200 and json.loads(answer["body"])["userId"] == person
                told["own" if own else str(answer["statusCode"])] += 1
        finally:
            worker.kill()
        return told

    with ThreadPoolExecutor(PROCESSES) as pool:
        told = sum(pool.map(ask, range(PROCESSES)), Counter[str]())
    assert told == {"own": PROCESSES * REQUESTS}


def test_interleaved_clients_each_run_their_own_statement(pooler_url: str) -> None:
    address = parse_database_url(pooler_url)

    def ask(number: int) -> list[object]:
        engine = make_engine(
            address,
            connect_timeout_seconds=5,
            statement_timeout_ms=5_000,
            breaker=Breaker(),
        )
        with engine.connect() as connection:
            answers = [
                connection.scalar(text(f"SELECT {number} * 1000 + CAST(:turn AS int)"), {"turn": turn})
                for turn in range(150)
            ]
        engine.dispose()
        return answers

    with ThreadPoolExecutor(PROCESSES) as pool:
        answers = list(pool.map(ask, range(PROCESSES)))
    assert answers == [[number * 1000 + turn for turn in range(150)] for number in range(PROCESSES)]


def test_a_transaction_stays_whole_behind_a_pooler(pooler_url: str, settings_env: pytest.MonkeyPatch) -> None:
    server = text("SELECT pg_backend_pid() + CAST(:x AS int)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", pooler_url)
        get_settings.cache_clear()
        dispose_engine()
        with transaction() as connection:
            assert len({connection.scalar(server, {"x": 0}) for _ in range(20)}) == 1
        dispose_engine()
    get_settings.cache_clear()
