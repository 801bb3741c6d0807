"""Which models there are, and how their forecasts fared as the nights found. Knows no person and no HTTP."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError

from common.compute.forecasts.level import OWN_LEVEL
from common.compute.forecasts.model_inputs import METRICS
from common.errors import NotFound
from common.inference.manifest import Manifest, read_manifest
from common.inference.sessions import MODEL_IDS
from common.schemas.performance import (
    ExperimentState,
    Judgement,
    ModelAnswer,
    ModelsAnswer,
    PastScore,
    PerformanceAnswer,
    VersionPerformance,
)
from common.settings import get_settings
from common.store.engine import reading
from common.store.experiments import Experiment, list_experiments
from common.store.model_scores import ModelScoreRow, read_model_scores
from common.store.models import CHAMPION, Published, list_published

HISTORY_DAYS: Final = 120


def list_models() -> ModelsAnswer:
    """Every published version and the image's own, which come last of their metric. Raises Unavailable."""
    with reading() as connection:
        published = list_published(connection)
        experiments = list_experiments(connection)
    models = []
    for metric in METRICS:
        mine = [one for one in published if one.metric == metric]
        models += [_describe_published(one) for one in mine]
        serves = all(one.alias != CHAMPION for one in mine)
        models.append(_describe_image(_image(metric), serves=serves))
    known = [describe_experiment(one) for one in experiments if one.metric in METRICS]
    return ModelsAnswer(models=models, experiments=known)


def read_performance(model_id: str, *, now: datetime) -> PerformanceAnswer:
    """Return what the nights said of every version of a model. Raises NotFound for one nobody knows,
    Unavailable.
    """
    since = now.date() - timedelta(days=HISTORY_DAYS)
    with reading() as connection:
        published = [one for one in list_published(connection) if one.model_id == model_id]
        rows = read_model_scores(connection, model_id, since)
    if not (rows or published or model_id in {*MODEL_IDS.values(), OWN_LEVEL}):
        raise NotFound("no such model")
    versions = sorted(_by_version(rows), key=lambda one: one.latest.day, reverse=True)
    serving = {one.version for one in published if one.alias == CHAMPION}
    chosen = [one for one in versions if one.model_version in serving] or versions
    return PerformanceAnswer(
        model_id=model_id,
        status="evaluated" if versions else "not_evaluated",
        versions=versions,
        should_retrain=bool(chosen) and chosen[0].latest.should_retrain,
        reasons=chosen[0].latest.reasons if chosen else [],
    )


def _by_version(rows: Sequence[ModelScoreRow]) -> list[VersionPerformance]:
    versions: dict[str, list[Judgement]] = {}
    for row in rows:
        with suppress(ValidationError):  # written by another build
            told = Judgement.model_validate(row.told)
            versions.setdefault(row.model_version, []).append(told)
    return [
        VersionPerformance(model_version=version, latest=told[-1], history=[_past(one) for one in told])
        for version, told in versions.items()
    ]


def _past(told: Judgement) -> PastScore:
    score = told.score
    return PastScore(
        day=told.day,
        skill=score and score.skill.value,
        coverage=score and score.coverage.value,
        mean_absolute_error=score and score.mean_absolute_error,
    )


def describe_experiment(one: Experiment) -> ExperimentState:
    return ExperimentState(
        name=one.name,
        metric=one.metric,
        champion=one.champion,
        challenger=one.challenger,
        traffic_share=one.traffic_share,
        first_night=one.first_night,
        stopped_at=_utc(one.stopped_at),
        outcome=one.outcome,
        comparison=None if one.comparison is None else dict(one.comparison),
        compared_on=one.compared_on,
    )


def _describe_published(one: Published) -> ModelAnswer:
    return ModelAnswer(
        metric=one.metric,
        model_id=one.model_id,
        model_version=one.version,
        source="registry",
        alias=one.alias,
        traffic_share=one.traffic_share,
        experiment=one.experiment,
        sha256=one.sha256,
        published_at=_utc(one.published_at),
        promoted_at=_utc(one.promoted_at),
        withdrawn_at=_utc(one.withdrawn_at),
        withdrawn_for=one.withdrawn_for,
    )


def _describe_image(manifest: Manifest, *, serves: bool) -> ModelAnswer:
    return ModelAnswer(
        metric=manifest.metric,
        model_id=manifest.id,
        model_version=manifest.version,
        source="image",
        alias=CHAMPION if serves else None,
        traffic_share=0.0,
        experiment=None,
        sha256=manifest.sha256,
    )


def _image(metric: str) -> Manifest:
    return read_manifest(get_settings().models / MODEL_IDS[metric] / "manifest.json")


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
