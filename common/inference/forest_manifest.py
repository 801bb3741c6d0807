"""What the model of unusual nights is: the strict description stored beside it.

Read without onnxruntime, so that a handler can name the version it would answer with.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from common.compute.anomalies import FOREST_INPUTS
from common.errors import Unavailable
from common.inference.manifest import Strict, TrainingSet

FOLDER = Path("nights") / "isolation_forest"
UNIT = "spreads of the person's own steps towards strain, 0 to 5; an unknown one counts as 0"


class ForestManifest(BaseModel):
    model_config = Strict

    id: str
    version: str
    file: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.onnx$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    opset: dict[str, int]
    inputs: list[str]
    """In order."""
    unit: str
    trees: int
    nights_a_tree: int
    seed: int
    training: list[TrainingSet]
    known_share: dict[str, float]
    """Input -> share of the training nights it is known on."""
    quantiles: dict[str, float]
    """Share of the training nights, in percent -> the score they stay below."""


@lru_cache(maxsize=4)
def read_forest_manifest(models: Path) -> ForestManifest:
    """Of the directory of model files. Raises Unavailable: missing, malformed or for other inputs."""
    try:
        manifest = ForestManifest.model_validate_json((models / FOLDER / "manifest.json").read_bytes())
    except OSError:
        raise Unavailable("The model of unusual nights is missing.", code="model_missing") from None
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise _refused(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    if (manifest.inputs, manifest.unit) != (list(FOREST_INPUTS), UNIT):
        raise _refused("it was made for other inputs than this build computes")
    return manifest


def _refused(why: str) -> Unavailable:
    return Unavailable(f"The model of unusual nights is refused: {why}.", code="model_refused")
