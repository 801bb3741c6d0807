"""What images hold as a bill of materials (CycloneDX), and the advisories that are known against it."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from common.errors import ConfigurationError
from functions.local.images.pins import read_pins

BILL = "bill-of-materials.cdx.json"


@dataclass(frozen=True)
class Audit:
    """`vulnerable` are "package version: advisory"; `skipped` packages nothing could be asked about."""

    audited: int
    vulnerable: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not self.vulnerable and not self.skipped


def pins_of_layers(root: Path) -> list[str]:
    paths = sorted(root.glob("layers/*/requirements.txt"))
    return [pin.partition(";")[0].strip() for path in paths for pin in read_pins(path)]


def write_bill(pins: Iterable[str], path: Path) -> None:
    """Write a CycloneDX document of these packages, the same for the same pins."""
    command = (
        sys.executable,
        "-m",
        "cyclonedx_py",
        "requirements",
        "--output-reproducible",
        "-o",
        str(path),
        "-",
    )
    _run(command, "\n".join(pins))


def audit_packages(pins: Iterable[str], folder: Path) -> Audit:
    """Ask for advisories of exactly these versions. A package that is not found is skipped, and named."""
    listed = folder / "audited.txt"
    listed.write_text("\n".join(pins) + "\n")
    options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    return read_audit(_run((sys.executable, "-m", "pip_audit", *options, "-r", str(listed))))


def read_audit(report: str) -> Audit:
    """pip-audit's JSON. Raises ConfigurationError where it is none."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(f"pip-audit gave no report: {report[-300:]}") from None
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    vulnerable = [
        f"{package['name']} {package['version']}: {advisory['id']}"
        for package in packages
        for advisory in package.get("vulns", ())
    ]
    return Audit(len(packages) - len(skipped), tuple(vulnerable), tuple(skipped))


def _run(command: tuple[str, ...], given: str = "") -> str:
    """Return standard output, for pip-audit's exit code says only that it found something."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout:
        raise ConfigurationError(f"{command[2]} failed: {done.stderr[-300:]}")
    return done.stdout
