"""Every image in the order in which they stand on each other: the base, the layers, the functions."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from common.errors import ConfigurationError
from functions.local.emulator.template import Function
from functions.local.images.engine import Engine

MEGABYTE = 10**6
PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")
NAMED = re.compile(r"^ARG BASE=(\S+)$", re.MULTILINE)
CORE = Path("layers/core/Dockerfile")


@dataclass(frozen=True)
class Built:
    """Sizes are of all files, above those of the base image."""

    name: str
    megabytes: float
    megabytes_max: int | None

    @property
    def too_large(self) -> bool:
        return self.megabytes_max is not None and self.megabytes > self.megabytes_max


def default_base(root: Path) -> str:
    """Return the base image that the core layer names."""
    found = NAMED.search((root / CORE).read_text())
    if found is None:
        raise ConfigurationError(f"{CORE} names no base image")
    return found[1]


def name_base(root: Path, base: str) -> None:
    """Make it the base image of the core layer."""
    dockerfile = root / CORE
    dockerfile.write_text(NAMED.sub(f"ARG BASE={base}", dockerfile.read_text(), count=1))


def require_pinned(base: str) -> None:
    """Raise ConfigurationError for an image that a registry may replace under the same name."""
    if not PINNED.search(base):
        raise ConfigurationError(
            f"A release is built on a base image named by its digest, and {base} is not: run make pin-images."
        )


def chain_tag(layers: Iterable[str]) -> str:
    """Return the image that holds these layers: nutri-core-inference."""
    return "-".join(("nutri", *layers))


def build_images(
    engine: Engine, root: Path, functions: Iterable[Function], base: str, told: Callable[[str], None]
) -> list[Built]:
    """Return layers once, then each function on its own; `told` hears each name. Raises BuildFailed."""
    functions = tuple(functions)
    tags: dict[tuple[str, ...], str] = {(): base}
    for layers in sorted({f.layers[:end] for f in functions for end in range(1, len(f.layers) + 1)}, key=len):
        tags[layers] = chain_tag(layers)
        told(tags[layers])
        dockerfile = root / "layers" / layers[-1] / "Dockerfile"
        engine.build(dockerfile, root, tags[layers], {"BASE": tags[layers[:-1]]})
    floor = engine.size_bytes(base)
    built = []
    for function in functions:
        told(function.deployed_name)
        dockerfile = root / "functions" / function.name / "Dockerfile"
        engine.build(dockerfile, root, function.deployed_name, {"BASE": tags[function.layers]})
        size = (engine.size_bytes(function.deployed_name) - floor) / MEGABYTE
        built.append(Built(function.deployed_name, round(size, 1), function.image_megabytes))
    return built
