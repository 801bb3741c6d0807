"""Routes of the predictions function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from common.http import SERVICE_ONLY, CallerDep, VisibleUser, answer_response, costing, create_app, documented
from common.schemas.back_tests import BackTestAnswer
from common.schemas.fields import Day, ModelId
from common.schemas.performance import ModelsAnswer, PerformanceAnswer
from common.schemas.predictions import (
    BatchAnswer,
    BatchRequest,
    ForecastMetric,
    Horizon,
    ModelledMetric,
    PredictionAnswer,
    PredictionsAnswer,
    PredictRequest,
    WhatIfAnswer,
    WhatIfOptions,
    WhatIfRequest,
)
from common.services.answers import Answer
from common.services.back_tests import back_test
from common.services.batch import predict_batch
from common.services.models import find_model_faults
from common.services.performance import list_models, read_performance
from common.services.predictions import predict, read_predictions
from common.services.readiness import find_contract_faults
from common.services.what_if import answer_what_if, list_what_if

NightsAhead = Annotated[Horizon, Query(description="Nights ahead: the forecast is made so many days before.")]
MetricInPath = Annotated[ForecastMetric, Path(description="Which measure.")]
MetricAsked = Annotated[ForecastMetric, Query(description="Which measure.")]
ModelledAsked = Annotated[ModelledMetric, Query(description="Which measure.")]

router = APIRouter(prefix="/api/predictions", tags=["predictions"])


@router.post("/rhr", response_model=documented(PredictionAnswer))
async def rhr(request: Request, body: PredictRequest, caller: CallerDep) -> Response:
    """Return the resting heart rate (bpm) of the night that ends on `targetDate`, or follows `date`."""
    caller.require(body.user_id)
    return answer_response(request, _predict("rhr", body))


@router.post("/hrv", response_model=documented(PredictionAnswer))
async def hrv(request: Request, body: PredictRequest, caller: CallerDep) -> Response:
    """Return the heart rate variability (ms) of the night that ends on `targetDate`, or follows `date`.

    `method` says which the person's device measures, RMSSD or SDNN.
    """
    caller.require(body.user_id)
    return answer_response(request, _predict("hrv", body))


@router.post("/targets/{metric}", response_model=documented(PredictionAnswer))
async def predict_target(
    request: Request, metric: MetricInPath, body: PredictRequest, caller: CallerDep
) -> Response:
    """Return any measure that is forecast, in its own unit: HRV by either method, sleep, device scores."""
    caller.require(body.user_id)
    return answer_response(request, _predict(metric, body))


@router.post(
    "/batch",
    response_model=documented(BatchAnswer),
    dependencies=[SERVICE_ONLY],
    openapi_extra=costing(20),
)
async def batch(body: BatchRequest) -> Response:
    """Up to 100 forecasts of many people, each answered or refused on its own. Needs the service scope.

    Slow in proportion to the people, one after another; the answer comes in one piece.
    """
    return Response(predict_batch(body.items, now=datetime.now(UTC)), media_type="application/json")


@router.post("/what-if", response_model=documented(WhatIfAnswer), openapi_extra=costing(5))
async def what_if(body: WhatIfRequest, caller: CallerDep) -> WhatIfAnswer:
    """How the forecast would move had the day gone otherwise; refused for inputs no evidence speaks of."""
    caller.require(body.user_id)
    return answer_what_if(body, now=datetime.now(UTC))


@router.get("/{userId}/what-if", response_model=documented(WhatIfOptions), openapi_extra=costing(2))
async def what_if_options(user_id: VisibleUser, metric: ModelledAsked) -> WhatIfOptions:
    """Return what may be supposed for this person, the usual value of each, and why of the rest nothing is
    said.
    """
    return list_what_if(user_id, metric, now=datetime.now(UTC))


@router.get("/{userId}/back-test", response_model=documented(BackTestAnswer), openapi_extra=costing(5))
async def back_test_range(
    request: Request,
    user_id: VisibleUser,
    *,
    metric: MetricAsked,
    first: Annotated[Day | None, Query(alias="from", description="The first night's day.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="The last night's; absent: today.")] = None,
    horizon: NightsAhead = 1,
) -> Response:
    """Up to 120 past nights, each forecast without hindsight, beside what was told then and what came.

    Default: the 90 nights up to the person's today.
    """
    made = back_test(user_id, metric, first, last, horizon=horizon, now=datetime.now(UTC))
    return answer_response(request, made)


@router.get("/models", response_model=documented(ModelsAnswer), dependencies=[SERVICE_ONLY])
async def models() -> ModelsAnswer:
    """Every version of every model, which of them serves, and the experiments. Needs the service scope."""
    return list_models()


@router.get(
    "/models/{modelId}/performance",
    response_model=documented(PerformanceAnswer),
    dependencies=[SERVICE_ONLY],
)
async def performance(
    model_id: Annotated[ModelId, Path(alias="modelId", description="The model.")],
) -> PerformanceAnswer:
    """How a model's forecasts fared, and whether it should be trained again. Needs the service scope."""
    return read_performance(model_id, now=datetime.now(UTC))


@router.get("/{userId}/{date}", response_model=documented(PredictionsAnswer))
async def night(
    request: Request,
    user_id: VisibleUser,
    target: Annotated[Day, Path(alias="date", description="The local day the night ends on.")],
    horizon: NightsAhead = 1,
) -> Response:
    """Every metric's forecast for the night that ends on that date, made `horizon` days before it.

    Of a past night without hindsight; of one to come, up to `horizon` days after the person's today.
    """
    made = read_predictions(user_id, target, horizon=horizon, now=datetime.now(UTC))
    return answer_response(request, made)


def _predict(metric: str, body: PredictRequest) -> Answer:
    now = datetime.now(UTC)
    version = body.model_version
    return predict(body.user_id, metric, body.night, version, horizon=body.horizon, now=now)


app = create_app("predictions", router, ready_checks=[find_contract_faults, find_model_faults])
