"""A base image made of Debian's packages, to prove images where no registry of images is reached."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from common.errors import ConfigurationError
from functions.local.images.engine import BuildFailed, Engine
from functions.local.images.pins import fetch_wheels, read_pins

CELLAR = Path(".nutri") / "images"
"""Where what it is made of is kept between builds."""
TAG = "nutri-standin"
RELEASE = "trixie"
"""Debian's release with the Python of AWS's base image."""
PACKAGES = "python3,python-is-python3"
PROGRAMS = {"buildah": "buildah", "debootstrap": "debootstrap", "bwrap": "bubblewrap", "ip": "iproute2"}
"""Program -> the Debian package it comes in."""
BROUGHT = ("awslambdaric", "pip")
"""What AWS's base image brings along."""


def require_programs() -> None:
    """Raise ConfigurationError where the proof cannot run, saying what is missing."""
    missing = sorted(package for program, package in PROGRAMS.items() if not shutil.which(program))
    if missing:
        raise ConfigurationError(
            f"The proof needs Debian's {', '.join(missing)}: apt-get install {' '.join(missing)}"
        )
    if os.geteuid():
        raise ConfigurationError("The proof mounts file systems, so it needs root.")


def make_standin(root: Path, cellar: Path) -> Engine:
    """Build the stand-in as TAG; returns an engine whose builds install from `cellar`, off any network."""
    cellar.mkdir(parents=True, exist_ok=True)
    wheels = fetch_wheelhouse(root, cellar / "wheels")
    engine = Engine("buildah", ("--isolation", "chroot", "--volume", f"{wheels}:/wheels:ro"))
    with tempfile.TemporaryDirectory(dir=cellar) as context:
        shutil.copy(make_root(cellar), context)
        engine.build(root / "layers" / "standin" / "Dockerfile", Path(context), TAG, {})
    return engine


def make_root(cellar: Path) -> Path:
    """Return a minimal Debian with Python as a tar file, made once."""
    archive = cellar / "rootfs.tar"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=cellar) as folder:
            _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, folder)
            left_out = [f"--exclude=./{path}" for path in ("var/cache/apt", "var/lib/apt/lists")]
            unfinished = archive.with_suffix(".part")
            _run("tar", "-C", folder, *left_out, "-cf", str(unfinished), ".")
            unfinished.rename(archive)
    return archive


def fetch_wheelhouse(root: Path, folder: Path) -> Path:
    """Return the wheels that the layers pin, and what a base image brings, for this machine's processor."""
    pins = [pin for path in sorted(root.glob("layers/*/requirements.txt")) for pin in read_pins(path)]
    processor = os.uname().machine
    fetch_wheels(pins, processor, folder)
    fetch_wheels(BROUGHT, processor, folder, needs=True)
    return folder


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"{' '.join(command[:3])} failed: {(done.stdout + done.stderr)[-500:]}")
