"""The program that builds images: docker, podman or buildah, whichever answers."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common.errors import ConfigurationError, NutriError

PROGRAMS = ("docker", "podman", "buildah")
PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


class BuildFailed(NutriError):
    """An image could not be built."""


@dataclass(frozen=True)
class Engine:
    program: str
    options: tuple[str, ...] = ()
    """Added to every build."""

    def build(self, dockerfile: Path, context: Path, tag: str, arguments: Mapping[str, str]) -> None:
        """Raise BuildFailed with the end of what the program said."""
        given = [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
        self._run("build", *self.options, *given, "-f", str(dockerfile), "-t", tag, str(context))

    def size_bytes(self, tag: str) -> int:
        """Return what the image's files take, its base included."""
        if self.program != "buildah":
            return int(self._run("image", "inspect", "--format", "{{.Size}}", tag))
        (image,) = json.loads(self._run("images", "--json", tag))
        number, unit = re.fullmatch(r"([\d.]+) ?([KMG]?B)", image["size"]).groups()  # type: ignore[union-attr]
        return int(float(number) * UNITS[unit])

    def digest(self, image: str) -> str:
        """Return the registry's digest of an image, which is pulled. Raises BuildFailed where none is
        reachable.
        """
        self._run("pull", image)
        if self.program == "buildah":
            return self._run("inspect", "--type", "image", "--format", "{{.FromImageDigest}}", image).strip()
        named = self._run("image", "inspect", "--format", "{{index .RepoDigests 0}}", image)
        return named.strip().partition("@")[2]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
            raise BuildFailed(f"{self.program} {' '.join(arguments)} failed:\n{said}")
        return done.stdout


def find_engine(processor: str | None = None) -> Engine:
    """Return the first program that answers, to build for a processor, as Lambda names it, or for its own.

    Raises ConfigurationError where none does.
    """
    options = () if processor is None else ("--platform", PLATFORMS[processor])
    for program in PROGRAMS:
        if shutil.which(program):
            asked = subprocess.run([program, "info"], capture_output=True, check=False)
            if not asked.returncode:
                return Engine(program, options)
    raise ConfigurationError(
        "Images need docker, podman or buildah, and none of them answers here. "
        "On Debian: apt-get install buildah."
    )
