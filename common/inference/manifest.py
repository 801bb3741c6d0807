"""What a model file is: the strict description stored beside it, without which its bytes are never opened.

Everything serving needs besides the graph is here: input names in order, units, the reference rule, conformal
quantiles, the cold-start population. A field missing, unknown or of the wrong type is refused.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.compute.forecasts.model_inputs import (
    INPUTS_VERSION,
    METRICS,
    WINDOW_DAYS,
    Metric,
    row_columns,
    window_channels,
)
from common.errors import Unavailable

Horizon = Literal["closed", "open"]
Quantiles = dict[int, tuple[float, float]]
"""Level in percent -> lower and upper score, in units of the person's usual error."""

EVIDENCE_PEOPLE_MIN = 20
"""Fewer people say nothing of the others."""

Strict = ConfigDict(extra="forbid", frozen=True)


class Calibration(BaseModel):
    """One device family and horizon."""

    model_config = Strict

    nights: int
    people: int
    intervals: Quantiles
    error_edges: list[float]
    """Usual errors that part comparable forecasts into bins, ascending."""
    confidence: list[Annotated[float, Field(ge=0, le=1)]]
    """Per bin: back-tested share of forecasts within 3 bpm or 15%."""


class Population(BaseModel):
    """Random-intercept model of levels between and within people, in the model's unit."""

    model_config = Strict

    mean: float
    between_sd: Annotated[float, Field(gt=0)]
    within_sd: dict[str, Annotated[float, Field(gt=0)]]
    """Device family -> spread of a person's nights."""


class TrainingSet(BaseModel):
    model_config = Strict

    dataset: str
    people: int
    nights: int
    licence: str
    credit: str


class Inputs(BaseModel):
    """Names in the model's own order; a model without a recurrent member has no window."""

    model_config = Strict

    row: list[str]
    window: list[str]
    window_days: int

    def ordered(self) -> "Inputs":
        """Return the same in an order that no build decides: models take the row's numbers by name."""
        return self.model_copy(update={"row": sorted(self.row)})


class Score(BaseModel):
    """Mean absolute error on people the scored members never saw, in the metric's unit.

    held_out: people kept from every fit. cross_fitted: everyone, each by
    members fitted without them.
    """

    model_config = Strict

    people_are: Literal["held_out", "cross_fitted"]
    dataset: str
    horizon: Horizon
    people: int
    nights: int
    model: float
    persistence: float
    best_rule: str
    best_rule_error: float
    skill_percent: float
    skill_low: float
    skill_high: float
    """90% bootstrap interval of the skill over the best rule, clustered by person."""
    members_percent: dict[str, float]
    """Skill over the best rule of each member alone."""
    coverage: dict[int, float]
    """Level -> share of nights inside the interval."""
    interval_skill_percent: float
    """Interval score at 80% against the best rule made conformal in the same way."""


class Evidence(BaseModel):
    """What an input's pull on the forecast was worth on people the members had not seen.

    slope: of what came, beyond the forecast with that input as usual, on how far the input moved it; 1 is a
    move as large as what came, 0 a move that meant nothing.
    """

    model_config = Strict

    people: int
    nights: int
    slope: float
    slope_low: float
    slope_high: float
    """98% bootstrap interval, clustered by person: several inputs are looked at."""

    @property
    def supports(self) -> bool:
        """Whether the direction of a move may be told."""
        return self.people >= EVIDENCE_PEOPLE_MIN and self.slope_low > 0


class Manifest(BaseModel):
    model_config = Strict

    id: str
    version: str
    metric: str
    unit: str
    target: str
    file: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.onnx$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    opset: dict[str, int]
    outlook_version: str
    """Of the inputs; a feature that is none of them may be added or changed under a model."""
    feature_version: str
    inputs: Inputs
    blend: dict[str, float]
    """Members in the order of the graph's output `members`, and their weights."""
    reference_rule: dict[str, str]
    trust_prior: Annotated[float, Field(gt=0)] | None = None
    """How strongly a person's own nights are drawn towards trusting the moves; None: all moves are made as
    they are. See `common.compute.forecasts.shrinkage`."""
    calibration: dict[str, dict[Horizon, Calibration]]
    cold_start: dict[Horizon, Calibration]
    population: Population
    seed: int
    training: list[TrainingSet]
    held_out_people: int
    """Kept out until the test; then the served model was fitted on everyone, by the same recipe."""
    scores: list[Score]
    what_if: dict[str, dict[str, Evidence]] = {}
    """Device family -> channel that may be supposed -> what that is worth; nothing is claimed of others."""


def read_manifest(path: Path) -> Manifest:
    """Read and check one manifest. Raises Unavailable where it is missing, malformed or for other inputs."""
    try:
        content = path.read_bytes()
    except OSError:
        raise Unavailable(f"The model {path.parent.name} is missing.", code="model_missing") from None
    return parse_manifest(content, path.parent.name)


def parse_manifest(content: bytes, model_id: str) -> Manifest:
    """Return the manifest in these bytes. Raises Unavailable where they are malformed, or for other
    inputs.
    """
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise _refused(model_id, f"{where}: {fault['msg']}") from None
    if (metric := METRICS.get(manifest.metric)) is None:
        raise _refused(model_id, "it was made for a metric that this build trains no model for")
    inputs, expected = manifest.inputs, expected_inputs(metric, windowed=bool(manifest.inputs.window))
    as_expected = inputs.ordered() == expected.ordered()
    if manifest.outlook_version != INPUTS_VERSION or not as_expected:
        raise _refused(model_id, "it was made for other inputs than this build computes")
    if manifest.unit != metric.unit or manifest.reference_rule != dict(metric.reference_rule):
        raise _refused(model_id, "it was made for another unit or reference rule")
    return manifest


@lru_cache(maxsize=4)
def read_versions(models: Path) -> tuple[str, ...]:
    """Id and version of every model of the directory, in order, read once per process.

    Raises Unavailable where a manifest is malformed, or a metric has none.
    """
    manifests = [read_manifest(path) for path in sorted(models.glob("*/manifest.json"))]
    if missing := set(METRICS) - {manifest.metric for manifest in manifests}:
        raise Unavailable(f"There is no model of {', '.join(sorted(missing))}.", code="model_missing")
    return tuple(f"{manifest.id}@{manifest.version}" for manifest in manifests)


def expected_inputs(metric: Metric, *, windowed: bool) -> Inputs:
    """Return what this build computes for a metric."""
    return Inputs(
        row=list(row_columns(metric)),
        window=list(window_channels(metric)) if windowed else [],
        window_days=WINDOW_DAYS if windowed else 0,
    )


def _refused(model_id: str, why: str) -> Unavailable:
    return Unavailable(f"The model {model_id} is refused: {why}.", code="model_refused")
