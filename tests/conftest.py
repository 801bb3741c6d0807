"""Servers and databases for every test that needs them: real ones, started once per session (and worker)."""

import itertools
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from common.cache import get_cache
from common.services.registry import get_registry
from common.settings import get_settings
from common.store.engine import dispose_engine
from common.store.migrations import run_migrations
from functions.local.servers import postgres, valkey
from functions.local.servers.process import Server
from tests.fixtures.backend import Backend, connect_native, create_backend_schema

TEMPLATE = "template_nutri"

MakeDatabase = Callable[[str], str]


@pytest.fixture(scope="module", autouse=True)
def own_logging() -> Iterator[None]:
    """A function's process sets up logging for itself; what a module set up, the next does not inherit."""
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raising


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the long form of tests that have one")
    parser.addoption("--write-examples", action="store_true", help="write the contract's examples again")
    parser.addoption("--seconds", type=float, help="how long a test that goes on for a while does so")
    parser.addoption("--seed", type=int, help="repeats what such a test chose by lot")


def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile("full", settings.get_profile("default"))
    if config.getoption("--full"):
        settings.load_profile("full")


PATIENCE_SECONDS = 1.0
"""What a test waits for the cache: a healthy server on a busy machine may take more than 50 ms."""


@pytest.fixture(scope="session")
def state_directory() -> Iterator[Path]:
    """A directory that PostgreSQL's own user may enter too; pytest's is closed to others."""
    path = Path(tempfile.mkdtemp(prefix="nutri-tests-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def postgres_server(state_directory: Path) -> Iterator[Server]:
    server = postgres.start(state_directory / "postgres", settings=postgres.THROW_AWAY)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_server(state_directory: Path) -> Iterator[Server]:
    server = valkey.start(state_directory / "valkey")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def make_database(postgres_server: Server) -> MakeDatabase:
    """`make_database(template)` clones a database and gives its URL; "template0" is an empty one."""
    numbers = itertools.count(1)

    def make(template: str) -> str:
        name = f"test_{next(numbers)}"
        connection = connect_native(postgres_server.url)
        try:
            connection.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            connection.close()
        return postgres_server.url.rpartition("/")[0] + f"/{name}"

    return make


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Server) -> str:
    """A current Prisma backend without ML tables, and our migrations on top."""
    connection = connect_native(postgres_server.url)
    connection.run(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE template0')
    connection.close()
    url = postgres_server.url.rpartition("/")[0] + f"/{TEMPLATE}"
    create_backend_schema(url, ("backend.sql", "backend_newer_user.sql"))
    run_migrations(url)
    return TEMPLATE


@pytest.fixture(scope="module")
def database_url(make_database: MakeDatabase, migrated_template: str) -> str:
    """A migrated backend database of the test module's own."""
    return make_database(migrated_template)


@pytest.fixture(scope="module")
def redis_url(valkey_server: Server) -> str:
    return valkey_server.url


@pytest.fixture(scope="module")
def settings_env(database_url: str, redis_url: str) -> Iterator[pytest.MonkeyPatch]:
    """The environment that points the settings at the servers; nothing made from other settings is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url)
        patch.setenv("REDIS_URL", redis_url)
        patch.setenv("ENVIRONMENT", "development")
        patch.delenv("JWT_SECRET", raising=False)
        patch.setattr("common.cache.client.BUDGET_SECONDS", PATIENCE_SECONDS)
        forget_singletons()
        yield patch
        forget_singletons()


def forget_singletons() -> None:
    dispose_engine()
    get_cache.cache_clear()
    get_registry.cache_clear()
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def backend(database_url: str) -> Iterator[Backend]:
    """Writes rows as the Node backend would."""
    writer = Backend(database_url)
    yield writer
    writer.close()
