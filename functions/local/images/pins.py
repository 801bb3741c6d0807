"""What images install, to the byte: the hash of every wheel that fits the base image, for both processors."""

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from common.errors import NutriError

PYTHON = "3.13"
"""Of the base image."""
GLIBC = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_17", "manylinux2014")
"""Wheels that run on Amazon Linux 2023, whose C library is 2.34."""
PROCESSORS = ("x86_64", "aarch64")
HASH = re.compile(r" \\\n +--hash=\S+")


class WheelsMissing(NutriError):
    """A wheel of a pinned version cannot be had."""


def pin_layers(root: Path) -> list[Path]:
    """Write into each layer's requirements the hashes of its wheels; returns them. Raises WheelsMissing."""
    layers = sorted(root.glob("layers/*/requirements.txt"))
    for path in layers:
        pins = read_pins(path)
        with tempfile.TemporaryDirectory() as folder:
            hashes = {pin: hash_wheels(pin, Path(folder) / str(number)) for number, pin in enumerate(pins)}
        path.write_text(write_hashes(HASH.sub("", path.read_text()), hashes))
    return layers


def read_pins(path: Path) -> list[str]:
    """Return the requirements of a layer, without hashes."""
    lines = HASH.sub("", path.read_text()).splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def hash_wheels(pin: str, folder: Path) -> list[str]:
    """Of one wheel for both processors, or of one for each."""
    for processor in PROCESSORS:
        fetch_wheels([pin], processor, folder)
    return sorted({hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in folder.iterdir()})


def fetch_wheels(pins: Sequence[str], processor: str, folder: Path, *, needs: bool = False) -> None:
    """Fetch the wheels the base image would install, alone or with what they need. Raises WheelsMissing."""
    fits = [part for glibc in GLIBC for part in ("--platform", f"{glibc}_{processor}")]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", *fits]
    command += ["--python-version", PYTHON, "--dest", str(folder), *([] if needs else ["--no-deps"])]
    # a pin for older Pythons only is fetched all the same: its hash stands in the same file
    command += [pin.partition(";")[0] for pin in pins]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WheelsMissing(f"No wheels of {', '.join(pins)} for {processor}: {done.stderr.strip()[-300:]}")


def write_hashes(plain: str, hashes: Mapping[str, Iterable[str]]) -> str:
    lines = [
        " \\\n    ".join([line, *(f"--hash=sha256:{digest}" for digest in hashes.get(line, ()))])
        for line in plain.splitlines()
    ]
    return "\n".join(lines) + "\n"
