"""What starting a server by hand takes: a lock on its state, a port, and the truth about a process id.

Owns no server; `postgres` and `valkey` do.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from common.errors import ConfigurationError


@dataclass(frozen=True)
class Server:
    """A server that answers at `url`. `stop()` ends it and may be called twice."""

    url: str
    port: int
    stop: Callable[[], None]


def lock_state(path: Path) -> IO[str]:
    """Return an exclusive lock, held until the file is closed or this process is gone.

    A server still running under a free lock has lost its owner and may be taken over.
    Raises ConfigurationError if another live process holds it, or the directory belongs to another user.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except PermissionError as error:
        raise ConfigurationError(
            f"{path.parent} may not be written: choose another state directory"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise ConfigurationError(
            f"{path.parent} is in use by process {owner}: stop it, or choose another state directory",
            code="state_in_use",
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def choose_port(wanted: int | None) -> int:
    """`wanted` if nothing listens there, else any free one."""
    for port in (wanted or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    raise ConfigurationError("no free port on 127.0.0.1")


def command_of(pid: int) -> str | None:
    """Return the command line of a process that really runs; None if it is gone or only waits to be
    reaped.
    """
    if Path("/proc/self/stat").exists():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return None
    else:
        shown = subprocess.run(
            [shutil.which("ps") or "/bin/ps", "-o", "stat=,args=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        state, _, command = shown.strip().partition(" ")
    return None if not state or state.startswith(("Z", "X")) else command


def wait_until(true: Callable[[], bool], timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
