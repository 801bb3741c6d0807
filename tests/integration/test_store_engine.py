"""The connection under everything that can go wrong with one."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from common.deadline import begin_request
from common.errors import Unavailable
from common.settings import get_settings
from common.store import engine as engine_module
from common.store.address import parse_database_url
from common.store.engine import Breaker, dispose_engine, make_engine, ping, reading, transaction
from tests.fixtures.backend import Backend
from tests.fixtures.proxy import Proxy, proxied

USERS = [f"user{number}" for number in range(8)]
NAME = text('SELECT "timezone" FROM ml.person(:id)')


@pytest.fixture(scope="module", autouse=True)
def _eight_users(backend: Backend) -> None:
    for user in USERS:
        backend.add_user(user, timezone=f"Secret/{user}")


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    dispose_engine()
    yield
    dispose_engine()


@pytest.fixture
def proxy(settings_env: pytest.MonkeyPatch, database_url: str) -> Iterator[Proxy]:
    """Everything goes through it for the length of a test."""
    address = parse_database_url(database_url)
    with proxied(address.port) as proxy, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url.replace(f":{address.port}/", f":{proxy.port}/"))
        patch.setenv("DATABASE_STATEMENT_TIMEOUT_MS", "400")
        patch.setenv("DATABASE_CONNECT_TIMEOUT_S", "0.5")
        get_settings.cache_clear()
        yield proxy
        dispose_engine()
    get_settings.cache_clear()


def ask(user: str) -> object:
    with reading() as connection:
        return connection.scalar(NAME, {"id": user})


def everyone_gets_their_own() -> bool:
    return all(ask(user) == f"Secret/{user}" for user in USERS)


class Interrupted(Exception):
    """What a signal handler raises."""


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def a_surrogate(connection: Connection) -> None:
    connection.scalar(NAME, {"id": "x\ud800"})


def a_surrogate_in_the_statement(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT '\ud800'")


def a_signal(connection: Connection) -> None:
    with interrupted_after(0.1):
        connection.scalar(text("SELECT :x || pg_sleep(2)"), {"x": "a"})


def a_raising_adapter(connection: Connection) -> None:
    def refuse(value: str) -> Any:
        raise Interrupted

    raw: Any = connection.connection.dbapi_connection
    raw.register_in_adapter(23, refuse)
    connection.execute(text("SELECT generate_series(1, 3), :x"), {"x": "a"}).all()


def a_missing_stream(connection: Connection) -> None:
    connection.exec_driver_sql('COPY "MLFeature" FROM STDIN')


@pytest.mark.parametrize(
    "interrupt",
    [a_surrogate, a_surrogate_in_the_statement, a_signal, a_raising_adapter, a_missing_stream],
)
@pytest.mark.parametrize("scope", [reading, transaction])
def test_an_interrupted_exchange_never_gives_one_user_anothers_rows(interrupt: Any, scope: Any) -> None:
    assert everyone_gets_their_own()
    with pytest.raises((Interrupted, UnicodeEncodeError, DBAPIError)), scope() as connection:
        interrupt(connection)
    assert everyone_gets_their_own()


def test_a_request_that_waited_long_enough_says_nothing_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Much asked for one person is not a server that is away: nobody else is refused for it."""
    monkeypatch.setattr("common.deadline.REQUEST_SECONDS", 0.3)

    def ask_much() -> None:
        begin_request()
        with pytest.raises(Unavailable), reading() as connection:
            connection.scalar(text("SELECT :x || pg_sleep(2)"), {"x": "a"})
        with pytest.raises(Unavailable):
            ask(USERS[0])

    copy_context().run(ask_much)
    assert everyone_gets_their_own()


def test_one_connection_serves_everyone_until_something_interrupts_it() -> None:
    def backend_pid() -> object:
        with reading() as connection:
            return connection.scalar(text("SELECT pg_backend_pid()"))

    first = backend_pid()
    with pytest.raises(DBAPIError), reading() as connection:
        connection.execute(text("SELECT 1 / CAST(:zero AS int)"), {"zero": 0})
    assert backend_pid() == first
    with pytest.raises(UnicodeEncodeError), reading() as connection:
        a_surrogate(connection)
    assert backend_pid() != first


def test_a_read_that_meets_a_dead_connection_is_retried_once(backend: Backend) -> None:
    assert everyone_gets_their_own()
    backend.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nutri-ml'")
    assert everyone_gets_their_own()


def test_a_connection_dropped_in_the_middle_of_a_read_is_replaced(proxy: Proxy) -> None:
    with reading() as connection:
        assert connection.scalar(NAME, {"id": USERS[0]}) == f"Secret/{USERS[0]}"
        proxy.drop_connections()
        assert connection.scalar(NAME, {"id": USERS[1]}) == f"Secret/{USERS[1]}"


def test_a_write_is_never_repeated_behind_the_callers_back(proxy: Proxy, backend: Backend) -> None:
    user = backend.add_user()

    def write() -> None:
        with transaction() as connection:
            connection.execute(text("""UPDATE "User" SET "name" = 'once' WHERE "id" = :id"""), {"id": user})
            proxy.drop_connections()
            connection.execute(text("""UPDATE "User" SET "height" = 1 WHERE "id" = :id"""), {"id": user})

    with pytest.raises(Unavailable):
        write()
    assert backend.run('SELECT "name", "height" FROM "User" WHERE "id" = :id', id=user) == [
        ["A. Person", None]
    ]


def test_a_silent_server_is_unavailable_then_at_once_then_back(proxy: Proxy) -> None:
    assert everyone_gets_their_own()
    proxy.silent = True
    waited = []
    for _ in range(2):
        started = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            ask(USERS[0])
        assert (caught.value.code, caught.value.retry_after_seconds > 0) == ("database_unavailable", True)
        waited.append(time.monotonic() - started)
    assert waited[1] < waited[0] / 20, "the breaker answers without asking"
    proxy.silent = False
    while time.monotonic() - started < 10:
        try:
            assert ask(USERS[0]) == f"Secret/{USERS[0]}"
            break
        except Unavailable:
            time.sleep(0.05)
    assert everyone_gets_their_own()


def test_a_server_that_is_not_there_is_unavailable(proxy: Proxy) -> None:
    proxy.listener.close()
    proxy.drop_connections()
    with pytest.raises(Unavailable), transaction() as connection:
        connection.execute(text("SELECT 1"))


def test_a_slow_statement_is_abandoned_and_harms_no_other(proxy: Proxy) -> None:
    with pytest.raises(Unavailable), reading() as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    assert everyone_gets_their_own()


def test_a_ping_needs_no_healthy_engine_and_keeps_its_time(proxy: Proxy) -> None:
    ping(0.5)
    proxy.silent = True
    started = time.monotonic()
    with pytest.raises(Unavailable):
        ping(0.2)
    assert time.monotonic() - started < 5


def test_a_repeated_read_is_one_round_trip_and_a_transaction_three(proxy: Proxy) -> None:
    def round_trips(scope: Any) -> int:
        before = proxy.round_trips
        with scope() as connection:
            connection.scalar(NAME, {"id": USERS[0]})
        return proxy.round_trips - before

    round_trips(reading)
    assert round_trips(reading) == 1
    assert round_trips(transaction) == 3


def test_behind_a_pooler_nothing_is_prepared_and_no_setting_is_sent(database_url: str) -> None:
    address = parse_database_url(f"{database_url}?pgbouncer=true")
    engine = make_engine(address, connect_timeout_seconds=1, statement_timeout_ms=1_000, breaker=Breaker())
    with engine.connect() as connection:
        assert [connection.scalar(NAME, {"id": user}) for user in USERS] == [
            f"Secret/{user}" for user in USERS
        ]
        assert connection.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
    engine.dispose()


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(
    settings_env: pytest.MonkeyPatch, database_url: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"{database_url}?sslmode=require")
        get_settings.cache_clear()
        with pytest.raises(Unavailable), reading() as connection:
            connection.scalar(NAME, {"id": USERS[0]})
    get_settings.cache_clear()


def test_a_migration_under_a_prepared_statement_costs_no_error(backend: Backend) -> None:
    backend.run("CREATE TABLE changing (a int)")
    statement = text("SELECT * FROM changing WHERE :x = 'x'")
    with reading() as connection:
        assert connection.execute(statement, {"x": "x"}).all() == []
    backend.run("ALTER TABLE changing ALTER a TYPE text")
    with reading() as connection:
        assert connection.execute(statement, {"x": "x"}).all() == []


def test_statements_beyond_the_limit_are_forgotten_by_the_server_too() -> None:
    with reading() as connection:
        for number in range(80):
            assert connection.scalar(text(f"SELECT {number} + CAST(:x AS int)"), {"x": 1}) == number + 1
        kept = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
        assert isinstance(kept, int)
        assert kept <= 64


def test_a_transaction_is_kept_whole_or_not_at_all(backend: Backend) -> None:
    user = backend.add_user(height=170.0)
    change = text('UPDATE "User" SET "height" = :height WHERE "id" = :id')

    def height() -> object:
        return backend.run('SELECT "height" FROM "User" WHERE "id" = :id', id=user)[0][0]

    with transaction() as connection:
        connection.execute(change, {"height": 171, "id": user})
        assert height() == 170
    assert height() == 171

    def change_and_fail() -> None:
        with transaction() as connection:
            connection.execute(change, {"height": 172, "id": user})
            raise Interrupted

    with pytest.raises(Interrupted):
        change_and_fail()
    assert height() == 171
    with reading() as connection:
        raw: Any = connection.connection.dbapi_connection
        assert raw.autocommit


@pytest.mark.parametrize("stored", ["infinity", "-infinity", "20000-01-01", "0001-01-01 BC"])
def test_no_time_in_the_database_crashes_a_read(stored: str) -> None:
    with reading() as connection:
        rows = connection.execute(text("SELECT CAST(:t AS timestamp), :t"), {"t": stored}).all()
    assert rows == [(None, stored)]


def test_an_error_shows_no_parameter() -> None:
    statement = text("SELECT 1 / CAST(:zero AS int), :weight")
    with pytest.raises(DBAPIError) as caught, reading() as connection:
        connection.execute(statement, {"zero": 0, "weight": "my health data"})
    assert "my health data" not in str(caught.value)


def test_a_hung_server_is_asked_briefly_and_used_again_when_it_answers(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert everyone_gets_their_own()
    patiences: list[float] = []
    real = engine_module.ping

    def noted(seconds: float) -> None:
        patiences.append(seconds)
        real(seconds)

    monkeypatch.setattr(engine_module, "ping", noted)
    monkeypatch.setattr(engine_module, "BREAKER_SECONDS", 0.05)
    monkeypatch.setattr(engine_module, "PROBE_SECONDS", 0.05)
    proxy.silent = True
    for _ in range(4):
        with pytest.raises(Unavailable):
            ask(USERS[0])
        time.sleep(0.5)
    assert patiences == [0.05] * 3
    proxy.silent = False
    proxy.drop_connections()
    assert everyone_gets_their_own()
    assert len(patiences) == 4, "the one that was answered closes it"
