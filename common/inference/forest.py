"""The model of unusual nights: how easily a night is told apart from all others, its measures together.

Its manifest is checked as strictly as a forecasting model's, and its bytes are opened by the same rules.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort

from common.compute.series.rows import Floats
from common.errors import Unavailable
from common.inference.forest_manifest import FOLDER, ForestManifest, read_forest_manifest
from common.inference.sessions import Shapes, open_session


@dataclass(frozen=True)
class Forest:
    manifest: ForestManifest
    session: ort.InferenceSession

    def rate(self, rows: Floats) -> Floats:
        """(n, inputs), NaN where unknown -> (n,) 0..1, the higher the rarer (Liu, Ting and Zhou 2008).

        What is unknown is taken to be as usual.
        """
        (rarity,) = self.session.run(["rarity"], {"nights": np.nan_to_num(rows).astype(np.float32)})
        score: Floats = np.asarray(rarity, np.float64)[:, 0]
        return score


@lru_cache(maxsize=4)
def load_forest(models: Path) -> Forest:
    """Return the forest under the directory of model files, loaded once. Raises Unavailable."""
    manifest = read_forest_manifest(models)
    try:
        content = (models / FOLDER / manifest.file).read_bytes()
    except OSError:
        raise Unavailable("The model of unusual nights is missing.", code="model_missing") from None
    return open_forest(manifest, content)


def open_forest(manifest: ForestManifest, content: bytes) -> Forest:
    """Raise Unavailable where the bytes are not what the manifest says."""
    shapes: Shapes = {
        "nights": ("tensor(float)", len(manifest.inputs)),
        "rarity": ("tensor(float)", 1),
    }
    return Forest(manifest, open_session(manifest, content, shapes))
