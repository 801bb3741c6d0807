"""How the night stands, for dashboards: told as whole groups, so that nothing of an older night is left."""

from collections.abc import Iterator, Sequence
from datetime import UTC

from common.cache import get_cache
from common.compute.experiments.evaluation import Estimate
from common.services.nightly.evaluation import ModelScore
from common.services.nightly.runs import Run
from common.services.nightly.shards import Plan
from common.store.engine import reading
from common.store.nights import count_quarantined
from common.telemetry import Sample, gauge, set_gauges


def set_plan_gauges(run: Run, plan: Plan) -> None:
    readings = [
        gauge("nutri_night_run_timestamp_seconds", _seconds(run)),
        gauge("nutri_night_people", plan.people),
        gauge("nutri_night_shards", len(plan.shards)),
    ]
    set_gauges("night", readings)
    get_cache().share_metrics()


def set_evaluation_gauges(run: Run, model_scores: Sequence[ModelScore]) -> None:
    """Raise Unavailable."""
    with reading() as connection:
        quarantined = count_quarantined(connection)
    readings = [
        gauge("nutri_night_evaluated_timestamp_seconds", _seconds(run)),
        gauge("nutri_quarantined_people", quarantined),
        *(reading for one in model_scores for reading in _of_model(one)),
        *{
            one.metric: gauge("nutri_outcome_drift", one.drift.index, metric=one.metric)
            for one in model_scores
            if one.drift is not None
        }.values(),
    ]
    set_gauges("forecasts", readings)
    get_cache().share_metrics()


def _of_model(model_scores: ModelScore) -> Iterator[tuple[Sample, float]]:
    model = {
        "metric": model_scores.metric,
        "model": model_scores.model_id,
        "version": model_scores.model_version,
    }
    for reason in model_scores.should_retrain:
        yield gauge("nutri_retrain_wanted", 1, **model, reason=reason)
    if (score := model_scores.score) is not None:
        yield gauge("nutri_forecasts_judged", score.forecasts, **model)
        yield gauge("nutri_forecast_error", score.mean_absolute_error, **model)
        for bound, value in _bounds(score.skill):
            yield gauge("nutri_forecast_skill", value, **model, bound=bound)
        for bound, value in _bounds(score.coverage):
            yield gauge("nutri_forecast_coverage", value, **model, bound=bound)


def _bounds(estimate: Estimate) -> Iterator[tuple[str, float]]:
    yield "value", estimate.value
    if estimate.lower is not None and estimate.upper is not None:
        yield "lower", estimate.lower
        yield "upper", estimate.upper


def _seconds(run: Run) -> float:
    return run.hour.replace(tzinfo=UTC).timestamp()
