"""No health data, id, token or secret in any log or metric, whatever is asked and however it fails."""

from collections.abc import Iterator
from datetime import datetime, time

import pytest

from common.services.snapshot import Opened
from common.settings import get_settings
from common.store.address import parse_database_url
from common.store.engine import dispose_engine
from common.telemetry import configure_logging, own_metrics, render_metrics
from tests.conftest import forget_singletons
from tests.fixtures.backend import Backend
from tests.fixtures.calls import call
from tests.fixtures.operations import operations
from tests.fixtures.proxy import Proxy, proxied
from tests.fixtures.tokens import SECRET, mint
from tests.integration.people import add_person
from tests.people import LAST_DAY

PERSON = "canary-person"
CANARY = "canary"


@pytest.fixture(scope="module")
def database(settings_env: pytest.MonkeyPatch, database_url: str, backend: Backend) -> Iterator[Proxy]:
    """PostgreSQL behind a proxy, whose role has a password that would be noticed."""
    backend.run(
        "DROP ROLE IF EXISTS canary_role; CREATE ROLE canary_role SUPERUSER LOGIN PASSWORD 'canary-secret'"
    )
    address = parse_database_url(database_url)
    with proxied(address.port) as proxy, pytest.MonkeyPatch.context() as patch:
        url = database_url.replace("postgres@", "canary_role:canary-secret@")
        patch.setenv("DATABASE_URL", url.replace(f":{address.port}/", f":{proxy.port}/"))
        patch.setenv("DATABASE_STATEMENT_TIMEOUT_MS", "400")
        patch.setenv("DATABASE_CONNECT_TIMEOUT_S", "0.4")
        patch.setenv("JWT_SECRET", SECRET)
        patch.setenv("RATE_LIMIT_PER_MINUTE", "0")
        forget_singletons()
        add_person(PERSON, days=40)
        backend.add_meal(PERSON, datetime.combine(LAST_DAY, time(12)), "canary soup", calories=777.125)
        yield proxy
        dispose_engine()
    forget_singletons()


def ask_everything() -> tuple[str, set[int]]:
    """The token used, and what the answers were."""
    configure_logging(get_settings())  # to the standard output of this test
    token = mint(PERSON)
    seen = {operation.ask(PERSON, x_nutri_token=token).status for operation in operations()}
    for function in ("features", "insights"):
        seen.add(call(function, "POST", "/canary", body=b'{"canary', x_nutri_token="canary").status)
        seen.add(call(function, "GET", "/api/canary", query="canary=canary", authorization="canary").status)
    return token, seen


def assert_told_nothing(logged: str, token: str) -> None:
    told = logged + render_metrics(*own_metrics())
    assert "request" in logged
    for secret in (CANARY, "777.125", token, token.rpartition(".")[2], SECRET):
        assert secret not in told, secret


def test_when_all_is_well(database: Proxy, capfd: pytest.CaptureFixture[str]) -> None:
    token, seen = ask_everything()
    assert {200, 404, 403} <= seen
    assert_told_nothing("".join(capfd.readouterr()), token)


def test_when_the_database_is_away_or_refuses_us(
    database: Proxy, backend: Backend, capfd: pytest.CaptureFixture[str]
) -> None:
    database.silent = True
    dispose_engine()
    token, seen = ask_everything()
    assert 503 in seen
    database.silent = False
    backend.run("ALTER ROLE canary_role PASSWORD 'another'")
    dispose_engine()
    ask_everything()
    backend.run("ALTER ROLE canary_role PASSWORD 'canary-secret'")
    dispose_engine()
    assert_told_nothing("".join(capfd.readouterr()), token)


def test_when_the_code_is_at_fault(
    database: Proxy, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(opened: Opened, *_: object) -> None:
        raise ValueError(f"{CANARY} {opened.user_id} {get_settings().jwt_secret}")

    monkeypatch.setattr("common.services.answers.tag_of", broken)
    token, seen = ask_everything()
    assert 500 in seen
    logged = "".join(capfd.readouterr())
    assert "ValueError" in logged
    assert_told_nothing(logged, token)
