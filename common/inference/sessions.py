"""Model files opened once per process, after their bytes were checked against the manifest.

A file that does not match its sha256, holds external data or operators of another domain, or whose inputs and
outputs are not those named in the manifest, is refused before it can answer anything.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from common.compute.forecasts.model_inputs import METRICS
from common.compute.series.rows import Floats
from common.errors import Unavailable
from common.inference.manifest import Manifest, read_manifest
from common.telemetry import span

MODEL_IDS: Mapping[str, str] = {name: metric.model_id for name, metric in METRICS.items()}
DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}

Shapes = dict[str, tuple[str | int, ...]]
"""Input or output -> element type, and shape without the batch."""


class Described(Protocol):
    """What any manifest says of its file."""

    @property
    def id(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def opset(self) -> dict[str, int]: ...


@dataclass(frozen=True)
class Model:
    manifest: Manifest
    session: ort.InferenceSession

    def deviations(self, row: Floats, window: Floats) -> Floats:
        """(N, F), (N, days, C), NaN where unknown -> (N,) deviations in units of the usual error."""
        feeds = {"row": row.astype(np.float32)}
        if self.manifest.inputs.window:
            feeds["window"] = window.astype(np.float32)
        with span("model", {"model.id": self.manifest.id, "model.version": self.manifest.version}):
            (deviation,) = self.session.run(["deviation"], feeds)
        result: NDArray[np.float64] = np.asarray(deviation, np.float64)[:, 0]
        return result


@lru_cache(maxsize=8)
def load_model(directory: Path, metric: str) -> Model:
    """Return the model of a metric, one of METRICS, under `directory`, loaded once. Raises Unavailable."""
    model_id = MODEL_IDS[metric]
    manifest = read_manifest(directory / model_id / "manifest.json")
    if (manifest.id, manifest.metric) != (model_id, metric):
        raise _refused(model_id, "its manifest names another model")
    try:
        content = (directory / model_id / manifest.file).read_bytes()
    except OSError:
        raise Unavailable(f"The model {model_id} is missing.", code="model_missing") from None
    return open_model(manifest, content)


def open_model(manifest: Manifest, content: bytes) -> Model:
    """Return a session over checked bytes. Raises Unavailable where the bytes are not what the manifest
    says.
    """
    inputs = manifest.inputs
    shapes: Shapes = {
        "row": ("tensor(float)", len(inputs.row)),
        "deviation": ("tensor(float)", 1),
        "members": ("tensor(float)", len(manifest.blend)),
    }
    if inputs.window:
        shapes["window"] = ("tensor(float)", inputs.window_days, len(inputs.window))
    return Model(manifest, open_session(manifest, content, shapes))


def open_session(described: Described, content: bytes, shapes: Shapes) -> ort.InferenceSession:
    """Return a session over bytes that match their description and have just these inputs and outputs.

    Raises Unavailable where they do not.
    """
    if hashlib.sha256(content).hexdigest() != described.sha256:
        raise _refused(described.id, "its bytes do not match the sha256 in its manifest")
    if (domains := declared_domains(content)) != set(described.opset) or not domains <= DOMAINS:
        raise _refused(described.id, "it uses operators of another domain")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # else weights outside the file would be looked for, unchecked, in the working directory
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", "/dev/null")
    try:
        session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no public base class
        raise _refused(described.id, f"onnxruntime cannot open it ({type(error).__name__})") from None
    found = {i.name: (i.type, *i.shape[1:]) for i in (*session.get_inputs(), *session.get_outputs())}
    if found != shapes:
        raise _refused(described.id, "its inputs or outputs are not those in its manifest")
    return session


def declared_domains(content: bytes) -> set[str]:
    """Return the operator domains an ONNX file imports: field 8 of its outermost protobuf message
    (onnx.proto).

    Raises Unavailable where the bytes are not a protobuf message.
    """
    domains, position = set(), 0
    try:
        while position < len(content):
            field, position, payload = _next_field(content, position)
            if field == 8:
                inner, _, name = _next_field(payload, 0) if payload else (0, 0, b"")
                domains.add(name.decode() if inner == 1 else "")
    except (IndexError, UnicodeDecodeError):
        raise _refused("file", "it is not an ONNX file") from None
    return domains


def _next_field(content: bytes, position: int) -> tuple[int, int, bytes]:
    """(field number, position after it, its bytes) of a protobuf field; numbers have no bytes."""
    key, position = _varint(content, position)
    match key & 7:
        case 0:
            _, position = _varint(content, position)
            return key >> 3, position, b""
        case 2:
            length, position = _varint(content, position)
            if position + length > len(content):
                raise IndexError
            return key >> 3, position + length, content[position : position + length]
        case _:
            raise IndexError


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7


def _refused(model_id: str, why: str) -> Unavailable:
    return Unavailable(f"The model {model_id} is refused: {why}.", code="model_refused")
