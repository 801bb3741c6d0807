"""Servers that were left behind, killed, taken twice or put where they cannot reach."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
import redis
from pg8000.exceptions import DatabaseError, InterfaceError

from common.errors import ConfigurationError
from common.store.migrations import create_backend_tables
from functions.local.servers import postgres, valkey
from functions.local.servers.process import Server, choose_port, command_of
from functions.local.servers.start import open_servers
from tests.fixtures.backend import connect_native

SHELF = Path("/var/tmp")


@pytest.fixture(scope="module", params=[postgres, valkey], ids=["postgres", "valkey"])
def kind(request: pytest.FixtureRequest) -> ModuleType:
    module: ModuleType = request.param
    return module


@pytest.fixture(scope="module")
def state(state_directory: Path, kind: ModuleType) -> Path:
    """Deep, and with a name that needs quoting. Every test leaves its server stopped."""
    path = state_directory / f"{kind.__name__} 'of' this module" / ("deep" * 20)
    path.mkdir(parents=True)
    return path


def write(server: Server) -> None:
    if server.url.startswith("redis"):
        with redis.Redis(port=server.port) as client:
            client.set("written", "yes")
    else:
        connection = connect_native(server.url)
        connection.run("CREATE TABLE written ()")
        connection.close()


def has_what_was_written(server: Server) -> bool:
    if server.url.startswith("redis"):
        with redis.Redis(port=server.port) as client:
            return bool(client.get("written") == b"yes")
    connection = connect_native(server.url)
    found = connection.run("SELECT to_regclass('written') IS NOT NULL")
    connection.close()
    return bool(found[0][0])


def answers(server: Server) -> bool:
    try:
        has_what_was_written(server)
    except (redis.RedisError, InterfaceError):
        return False
    return True


def pid_of(kind: ModuleType, state: Path) -> int:
    file = state / ("pgdata/postmaster.pid" if kind is postgres else "valkey.pid")
    return int(file.read_text().split("\n")[0])


def start_and_die(kind: ModuleType, state: Path) -> None:
    """Another process starts the server and is killed without a chance to stop it."""
    start = f"from {kind.__name__} import start; start(pathlib.Path({str(state)!r}))"
    program = f"import os, pathlib; {start}; os._exit(9)"
    subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(postgres.__file__).parents[3])


def test_what_was_written_is_there_after_a_restart_on_the_same_port(kind: ModuleType, state: Path) -> None:
    first = kind.start(state)
    write(first)
    first.stop()
    first.stop()
    assert not answers(first)
    second = kind.start(state, first.port)
    assert second.port == first.port
    assert has_what_was_written(second)
    second.stop()


def test_a_server_whose_owner_was_killed_is_taken_over(kind: ModuleType, state: Path) -> None:
    start_and_die(kind, state)
    pid = pid_of(kind, state)
    server = kind.start(state)
    assert pid_of(kind, state) == pid
    assert answers(server)
    server.stop()
    assert command_of(pid) is None


def test_a_killed_server_is_replaced(kind: ModuleType, state: Path) -> None:
    start_and_die(kind, state)
    os.kill(pid_of(kind, state), signal.SIGKILL)
    server = kind.start(state)
    assert answers(server)
    server.stop()


def test_a_pid_that_now_belongs_to_another_program_is_left_alone(kind: ModuleType, state: Path) -> None:
    start_and_die(kind, state)
    file = state / ("pgdata/postmaster.pid" if kind is postgres else "valkey.pid")
    pid, content = pid_of(kind, state), file.read_text()
    os.kill(pid, signal.SIGKILL)
    with subprocess.Popen(["/bin/sleep", "60"]) as bystander:
        file.write_text(content.replace(str(pid), str(bystander.pid), 1))
        server = kind.start(state)
        assert answers(server)
        server.stop()
        assert bystander.poll() is None
        bystander.kill()


def test_two_starts_on_one_state_are_refused_with_the_owners_pid(kind: ModuleType, state: Path) -> None:
    server = kind.start(state)
    with pytest.raises(ConfigurationError, match=f"process {os.getpid()}"):
        kind.start(state)
    assert answers(server)
    server.stop()


def test_a_taken_port_is_not_fought_over(kind: ModuleType, state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        server = kind.start(state, taken)
        assert server.port != taken
        assert answers(server)
        server.stop()


def test_an_orphan_on_another_port_moves_to_the_port_asked_for(kind: ModuleType, state: Path) -> None:
    start_and_die(kind, state)
    wanted = choose_port(None)
    server = kind.start(state, wanted)
    assert server.port == wanted
    assert answers(server)
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another user")
def test_a_state_that_the_servers_user_may_not_enter_has_its_data_elsewhere(
    kind: ModuleType, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    before = set(SHELF.glob("nutri-*"))
    server = kind.start(tmp_path / "state")
    assert answers(server)
    server.stop()
    for made in set(SHELF.glob("nutri-*")) - before:
        shutil.rmtree(made)


def test_a_guarded_server_asks_for_its_password_and_lets_no_superuser_in(state_directory: Path) -> None:
    state = state_directory / "guarded"
    before = postgres.start(state, settings=postgres.THROW_AWAY)
    old = connect_native(before.url)
    old.run("CREATE SCHEMA ml; CREATE TYPE mood AS ENUM ('good'); CREATE TABLE ml.kept (mood mood)")
    old.run("CREATE FUNCTION ml.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    old.close()
    before.stop()
    server = postgres.start(state, settings=postgres.THROW_AWAY, guarded=True)
    try:
        connection = connect_native(server.url)
        assert connection.run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [[False]]
        connection.run("ALTER TABLE ml.kept ADD more int")
        connection.run("DROP FUNCTION ml.one()")
        connection.run("ALTER TYPE mood RENAME VALUE 'good' TO 'bad'")
        connection.run("CREATE TABLE public.own (id int)")
        connection.close()
        address = urlsplit(server.url)
        place = f"127.0.0.1:{server.port}/postgres"
        for stranger in ("postgres", f"postgres:{address.password}", "nutri", "nutri:guess", "nobody"):
            with pytest.raises((DatabaseError, InterfaceError, AttributeError)):
                connect_native(f"postgresql://{stranger}@{place}")
        assert stat.S_IMODE((state / "postgres.password").stat().st_mode) == 0o600
    finally:
        server.stop()
    again = postgres.start(state, settings=postgres.THROW_AWAY, guarded=True)
    try:
        assert urlsplit(again.url).password == address.password
        connect_native(again.url).close()
    finally:
        again.stop()


@pytest.mark.parametrize(
    ("revision", "reason"), [("newer", "at migration newer"), ("0012", "already exists")]
)
def test_a_database_of_another_build_is_set_aside_and_a_new_one_begun(
    state_directory: Path, revision: str, reason: str
) -> None:
    state = state_directory / f"of another build, {revision}"
    taken = state / f"database-at-migration-{revision}"
    taken.mkdir(parents=True)
    old = postgres.start(state, settings=postgres.THROW_AWAY, guarded=True)
    create_backend_tables(old.url)
    connection = connect_native(old.url)
    connection.run(f"CREATE SCHEMA ml; CREATE TABLE ml.alembic_version AS SELECT '{revision}' AS version_num")
    connection.run('CREATE TABLE ml."DayContext" ()')
    connection.close()
    old.stop()
    with open_servers(state, None, "redis://127.0.0.1:1") as servers:
        assert servers.set_aside is not None
        assert (servers.set_aside.revision, servers.set_aside.state.name) == (revision, f"{taken.name}-2")
        assert reason in servers.set_aside.reason
        connection = connect_native(servers.database_url)
        assert connection.run("SELECT to_regclass('ml.alembic_version')") == [[None]]
        connection.close()
    kept = postgres.start(servers.set_aside.state, settings=postgres.THROW_AWAY, guarded=True)
    assert postgres.read_revision(kept) == revision
    kept.stop()
