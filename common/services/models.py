"""From a metric to the opened model that answers: open in this process -> Redis -> PostgreSQL -> the image.

Each source's bytes are checked before onnxruntime sees them. What is damaged, or was made for another build,
is logged and the next source asked; where none is sound, the refusal says whether the model is missing.
"""

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from common.cache import get_cache
from common.compute.forecasts.model_inputs import METRICS
from common.errors import DATABASE_UNAVAILABLE, InvalidInput, Problem, Unavailable
from common.inference.manifest import parse_manifest
from common.inference.sessions import Model, load_model, open_model
from common.services.registry import get_registry
from common.settings import get_settings
from common.store.engine import reading
from common.store.models import Artifact, Published, find_published, load_artifact

OPEN_AT_MOST: Final = 8

logger = logging.getLogger(__name__)

_open: dict[tuple[str, ...], Model] = {}


def champion(metric: str) -> Model:
    """Return the model that answers for a metric. Raises Unavailable (`model_missing`,
    `model_refused`).
    """
    published = get_registry().champion(metric)
    promoted = None if published is None else _find_sound(published)
    return promoted or load_model(get_settings().models, metric)


def served_model(metric: str, user_id: str) -> Model:
    """Return the model that answers for this person: the champion, or in an experiment perhaps the
    challenger.

    Raises Unavailable.
    """
    if get_registry().is_challenged(metric, user_id) and (shown := challenger(metric)) is not None:
        return shown
    return champion(metric)


def shadow_model(metric: str, user_id: str) -> Model | None:
    """Return the other of champion and challenger, scored but not shown. None without a (sound)
    challenger.
    """
    other = challenger(metric)
    if other is not None and get_registry().is_challenged(metric, user_id):
        return champion(metric)
    return other


def challenger(metric: str) -> Model | None:
    published = get_registry().challenger(metric)
    return None if published is None else _find_sound(published)


def model_of_version(metric: str, version: str) -> Model:
    """Return that version, whether it serves or not.

    Raises InvalidInput (`unknown_model_version`) where nobody published it, Unavailable where it is damaged,
    or cannot be read now.
    """
    serving = champion(metric)
    if serving.manifest.version == version:
        return serving
    with reading() as connection:
        published = find_published(connection, metric, version)
    if published is not None and (model := _find_sound(published)) is not None:
        return model
    image = load_model(get_settings().models, metric)
    if image.manifest.version == version:
        return image
    if published is not None and (published.model_id, version) in get_registry().refused:
        raise Unavailable("That version of the model is damaged.", code="model_refused")
    if published is not None:
        raise Unavailable("That version of the model cannot be read now.", code=DATABASE_UNAVAILABLE)
    raise InvalidInput(
        "There is no such version of the model.",
        [
            Problem(
                "/modelVersion", "unknown_model_version", "must be a published version of this metric's model"
            )
        ],
        code="unknown_model_version",
    )


def find_model_faults() -> list[str]:
    """Why forecasts cannot be made, for the readiness check; empty when every metric has a sound model."""
    faults = []
    for metric in METRICS:
        try:
            champion(metric)
        except Unavailable as reason:
            faults.append(reason.detail)
    return faults


def open_artifact(artifact: Artifact, published: Published) -> Model:
    """Return the model in these bytes. Raises Unavailable where they are not exactly what was published."""
    named = (published.model_id, published.version, published.metric, published.sha256)
    if sha256(artifact.manifest).hexdigest() != published.manifest_sha256:
        raise _refused(published, "its manifest does not match its sha256")
    manifest = parse_manifest(artifact.manifest, published.model_id)
    if (manifest.id, manifest.version, manifest.metric, manifest.sha256) != named:
        raise _refused(published, "its manifest names another model")
    return open_model(manifest, artifact.content)


def _find_sound(published: Published) -> Model | None:
    """None where no source has it sound, or none can be asked now: then the next request asks again."""
    key = (published.model_id, published.version, published.sha256, published.manifest_sha256)
    if (known := _open.get(key)) is not None:
        return known
    refused = get_registry().refused
    if key[:2] in refused:
        return None
    sources: dict[str, Callable[[Published], Artifact | None]] = {
        "redis": _from_cache,
        "postgresql": _from_database,
    }
    away = False
    for name, fetch in sources.items():
        try:
            if (artifact := fetch(published)) is None:
                continue
            model = open_artifact(artifact, published)
        except Unavailable as reason:
            logger.error("a model is not taken from %s: %s", name, reason.detail)
            away = away or reason.code == DATABASE_UNAVAILABLE
            continue
        if name != "redis":
            get_cache().set(_key(published), _pack(artifact), get_settings().cache_ttl_models)
        while len(_open) >= OPEN_AT_MOST:
            _open.pop(next(iter(_open)))
        _open[key] = model
        return model
    if not away:
        refused.add(key[:2])
    return None


def _from_cache(published: Published) -> Artifact | None:
    packed = get_cache().get(_key(published))
    if packed is None:
        return None
    try:
        kept = json.loads(packed)
        return Artifact(kept["manifest"].encode(), b64decode(kept["content"], validate=True))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _refused(published, "it is not what is kept under this key") from None


def _from_database(published: Published) -> Artifact | None:
    with reading() as connection:
        return load_artifact(connection, published.model_id, published.version)


def _pack(artifact: Artifact) -> bytes:
    return json.dumps(
        {"manifest": artifact.manifest.decode(), "content": b64encode(artifact.content).decode()}
    ).encode()


def _key(published: Published) -> str:
    return f"model:{published.model_id}:{published.version}"


def _refused(published: Published, why: str) -> Unavailable:
    return Unavailable(f"The model {published.model_id} is refused: {why}.", code="model_refused")
