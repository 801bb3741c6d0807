"""What the rule of a person's own level knows of people: the strict description it answers by.

Read without onnxruntime: the rule has no graph.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from common.compute.forecasts.intervals import GRID
from common.compute.forecasts.level import GAINS, OWN_LEVEL, LevelPrior
from common.compute.forecasts.targets import HORIZONS, TARGETS
from common.errors import Unavailable
from common.inference.manifest import Strict, TrainingSet

FOLDER = Path("rules") / OWN_LEVEL


class Prior(BaseModel):
    """What is believed of a person's own level before any night is known."""

    model_config = Strict

    usual_gains: Annotated[
        list[Annotated[float, Field(gt=0)]], Field(min_length=len(GAINS), max_length=len(GAINS))
    ]
    typical_error: Annotated[float, Field(gt=0)]
    """Mean absolute error, in the model's unit."""

    @property
    def of_level(self) -> LevelPrior:
        return LevelPrior(tuple(self.usual_gains), self.typical_error)


class Calibration(BaseModel):
    """Errors on people never seen, in units of the person's usual error."""

    model_config = Strict

    nights: int
    people: int
    scores: Annotated[list[float], Field(min_length=GRID, max_length=GRID)]
    """Ascending, no person counting too much; see `common.compute.forecasts.intervals`."""
    error_edges: list[float]
    """Usual errors that part comparable forecasts into bins, ascending."""
    confidence: list[Annotated[float, Field(ge=0, le=1)]]
    """Per bin: back-tested share of forecasts that were close."""


class LevelScore(BaseModel):
    """On people of a data set, by what was learned from others; errors in the model's unit."""

    model_config = Strict

    dataset: str
    left_out: Literal["set", "person", "nothing"]
    """What nothing was learned from: the whole set; of a target's only set, the person; or nobody."""
    people: int
    nights: int
    error: float
    best_rule: str
    """In hindsight, of this set."""
    best_rule_error: float
    coverage: float
    """Share of nights inside the 80% interval."""
    long_people: int
    """With at least 20 nights."""
    long_covered: int
    """Of them, those for whom it held at least 70% of their nights."""


class LevelHorizon(BaseModel):
    model_config = Strict

    prior: Prior
    settled: Calibration
    """Of people whose last week and month are known well enough."""
    sparse: Calibration
    """Of the others."""
    scores: list[LevelScore]


class TargetLevel(BaseModel):
    model_config = Strict

    unit: str
    mean: float
    """Of people, in the model's unit."""
    between_sd: Annotated[float, Field(gt=0)]
    horizons: list[LevelHorizon]
    """One to seven nights ahead."""
    training: list[TrainingSet]


class LevelManifest(BaseModel):
    model_config = Strict

    id: str
    version: str
    gains: list[float]
    targets: dict[str, TargetLevel]


@lru_cache(maxsize=4)
def read_level(models: Path) -> LevelManifest:
    """Of the directory of model files. Raises Unavailable: missing, malformed or made for another build."""
    try:
        manifest = LevelManifest.model_validate_json((models / FOLDER / "manifest.json").read_bytes())
    except OSError:
        raise Unavailable("The rule of a person's own level is missing.", code="model_missing") from None
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise _refused(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    units = {name: target.unit for name, target in manifest.targets.items()}
    if manifest.gains != list(GAINS) or units != {name: target.unit for name, target in TARGETS.items()}:
        raise _refused("it was made for other targets than this build forecasts")
    if any(len(target.horizons) != len(HORIZONS) for target in manifest.targets.values()):
        raise _refused("it does not reach a week ahead")
    return manifest


def _refused(why: str) -> Unavailable:
    return Unavailable(f"The rule of a person's own level is refused: {why}.", code="model_refused")
