"""Putting a folder of model files into the registry, having opened it as serving does."""

from hashlib import sha256
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from common.errors import Conflict, NotFound, Unavailable
from common.inference.manifest import Manifest, parse_manifest
from common.inference.sessions import open_model
from common.store.models import CHALLENGER, CHAMPION, Artifact, Published, find_published, publish, set_alias
from model_export.export.golden import read_golden

PARITY = 1e-5


def publish_model(connection: Connection, directory: Path) -> Manifest:
    """Publish the model of `directory` (manifest.json, its file, golden.json), without an alias.

    Raises Unavailable where a file is missing or unsound, or the graph does not give its golden answers;
    Conflict where this version was published with other bytes.
    """
    manifest, artifact = read_artifact(directory)
    published = Published(
        metric=manifest.metric,
        model_id=manifest.id,
        version=manifest.version,
        sha256=manifest.sha256,
        manifest_sha256=sha256(artifact.manifest).hexdigest(),
        metrics={"scores": [score.model_dump(mode="json") for score in manifest.scores]},
    )
    if not publish(connection, published, artifact):
        raise Conflict(
            f"{manifest.id} {manifest.version} was published with other bytes.", code="version_taken"
        )
    return manifest


def read_artifact(directory: Path) -> tuple[Manifest, Artifact]:
    """Return the checked files. Raises Unavailable."""
    name = directory.name
    try:
        manifest_json = (directory / "manifest.json").read_bytes()
        manifest = parse_manifest(manifest_json, name)
        content = (directory / manifest.file).read_bytes()
        row, window, deviation = read_golden(directory / "golden.json")
    except OSError as error:
        raise Unavailable(f"The model {name} is missing: {error.filename}.", code="model_missing") from None
    model = open_model(manifest, content)
    if not np.allclose(model.deviations(row, window), np.ravel(deviation), atol=PARITY):
        raise Unavailable(f"The model {name} does not give its golden answers.", code="model_refused")
    return manifest, Artifact(manifest_json, content)


def promote_model(connection: Connection, metric: str, version: str) -> None:
    """Make it the champion. Raises NotFound where that version was never published."""
    if not set_alias(connection, metric, version, CHAMPION):
        raise NotFound(f"No {metric} model {version} is published.")


def challenge(connection: Connection, metric: str, version: str) -> None:
    """Make it the challenger. Raises NotFound, and Conflict where it is the champion."""
    known = find_published(connection, metric, version)
    if known is not None and known.alias == CHAMPION:
        raise Conflict(f"The {metric} model {version} is the champion.", code="is_champion")
    if not set_alias(connection, metric, version, CHALLENGER):
        raise NotFound(f"No {metric} model {version} is published.")
