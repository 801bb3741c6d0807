"""What images are built from: pins, sizes, order, and what an audit reports."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from babel.core import get_global

from common.compute.insights import LOCALES
from common.errors import ConfigurationError
from functions.local.emulator.template import read_document, read_template
from functions.local.images.audit import read_audit
from functions.local.images.build import build_images, default_base, name_base, require_pinned
from functions.local.images.engine import Engine, find_engine
from functions.local.images.pins import read_pins, write_hashes
from tests.fixtures.bundles import ROOT

FUNCTIONS = read_template(ROOT / "template.yaml").functions
DIGEST = "sha256:" + "a" * 64


@dataclass(frozen=True)
class Notes(Engine):
    """Builds nothing, and remembers what it was asked for."""

    asked: dict[str, tuple[str, str]] = field(default_factory=dict)

    def build(self, dockerfile: Path, context: Path, tag: str, arguments: Mapping[str, str]) -> None:
        assert dockerfile.is_file()
        self.asked[tag] = (str(dockerfile.relative_to(context)), arguments["BASE"])

    def size_bytes(self, tag: str) -> int:
        return {"base": 400_000_000, "nutri-features": 521_000_000}.get(tag, 500_000_000)


def test_every_image_stands_on_one_that_was_built_before_it() -> None:
    notes = Notes("docker")
    build_images(notes, ROOT, FUNCTIONS, "base", lambda _: None)
    built = ["base"]
    for tag, (_, base) in notes.asked.items():
        assert base in built
        built.append(tag)
    assert notes.asked["nutri-core"] == ("layers/core/Dockerfile", "base")
    assert notes.asked["nutri-predictions"] == ("functions/predictions/Dockerfile", "nutri-core-inference")


def test_a_dockerfile_names_the_layers_that_the_template_does() -> None:
    notes = Notes("docker")
    build_images(notes, ROOT, FUNCTIONS, "base", lambda _: None)
    for dockerfile, base in notes.asked.values():
        # the inference layer stands on core or on statistics, as its function needs
        if base != "base" and dockerfile != "layers/inference/Dockerfile":
            assert f"ARG BASE={base}\n" in (ROOT / dockerfile).read_text()


def test_an_image_over_its_budget_is_told_apart() -> None:
    built = {
        image.name: image for image in build_images(Notes("docker"), ROOT, FUNCTIONS, "base", lambda _: None)
    }
    assert (built["nutri-features"].megabytes, built["nutri-features"].too_large) == (121, True)
    assert not built["nutri-nightly"].too_large


def test_a_release_refuses_a_base_that_may_change_under_its_name() -> None:
    with pytest.raises(ConfigurationError, match="make pin-images"):
        require_pinned("python:3.13")
    require_pinned(f"python:3.13@{DIGEST}")


def test_a_base_is_named_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "layers" / "core").mkdir(parents=True)
    (tmp_path / "layers" / "core" / "Dockerfile").write_text("# why\nARG BASE=python:3.13\nFROM ${BASE}\n")
    name_base(tmp_path, f"python:3.13@{DIGEST}")
    assert default_base(tmp_path) == f"python:3.13@{DIGEST}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/*/Dockerfile")), ids=lambda path: path.parent.name)
def test_a_dockerfile_is_read_by_builders_that_know_no_here_documents(path: Path) -> None:
    assert "<<" not in path.read_text()


def test_the_image_keeps_the_language_data_of_every_language_there_is() -> None:
    dockerfile = (ROOT / "layers" / "words" / "Dockerfile").read_text()
    (kept,) = re.findall(r'LANGUAGES="([^"]+)"', dockerfile)
    needed = {"root"}
    for words in LOCALES.values():
        name: str | None = words.cldr
        while name and name != "root":
            needed.add(name)
            name = get_global("parent_exceptions").get(name) or name.rpartition("_")[0]
    assert set(kept.split()) == needed


@pytest.mark.parametrize("layer", ["core", "statistics", "inference", "words"])
def test_every_package_of_a_layer_is_pinned_to_its_bytes(layer: str) -> None:
    text = (ROOT / "layers" / layer / "requirements.txt").read_text()
    pins = read_pins(ROOT / "layers" / layer / "requirements.txt")
    assert len(pins) > 0
    for pin in pins:
        assert f"{pin} \\\n    --hash=sha256:" in text, pin


def test_hashes_are_written_after_their_pin_and_comments_are_kept() -> None:
    assert write_hashes("# why\na==1\n", {"a==1": ["0f", "1e"]}) == (
        "# why\na==1 \\\n    --hash=sha256:0f \\\n    --hash=sha256:1e\n"
    )


def test_an_audit_counts_what_it_could_not_ask_about_as_amiss() -> None:
    report = {
        "dependencies": [
            {"name": "fine", "version": "1", "vulns": []},
            {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1"}]},
            {"name": "unknown", "skip_reason": "not found"},
        ]
    }
    audit = read_audit(json.dumps(report))
    assert (audit.audited, audit.vulnerable, audit.skipped) == (2, ("bad 2: PYSEC-1",), ("unknown",))
    assert not audit.clean
    with pytest.raises(ConfigurationError):
        read_audit("Traceback")


@pytest.mark.parametrize(("processor", "platform"), [("x86_64", "linux/amd64"), ("arm64", "linux/arm64")])
def test_images_are_built_for_the_processor_that_is_asked_for(
    processor: str, platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "docker"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    find_engine(processor).build(ROOT / "layers/core/Dockerfile", ROOT, "nutri-core", {})
    find_engine().build(ROOT / "layers/core/Dockerfile", ROOT, "nutri-core", {})
    named, own = [line for line in (tmp_path / "asked").read_text().splitlines() if line.startswith("build")]
    assert f"--platform {platform} " in named
    assert "--platform" not in own
    assert processor in read_document(ROOT / "template.yaml")["Parameters"]["Processor"]["AllowedValues"]
