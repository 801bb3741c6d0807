"""Routes of the predictions function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from common.http import CallerDep, VisibleUser, answer_response, create_app, documented
from common.schemas.fields import Day
from common.schemas.predictions import PredictionAnswer, PredictionsAnswer, PredictRequest
from common.services.models import find_model_faults
from common.services.predictions import predict, read_predictions
from common.services.readiness import find_contract_faults

router = APIRouter(prefix="/api/predictions", tags=["predictions"])


@router.post("/rhr", response_model=documented(PredictionAnswer))
async def predict_rhr(request: Request, body: PredictRequest, caller: CallerDep) -> Response:
    """The resting heart rate (bpm) of the night that ends on `targetDate`, or follows `date`."""
    caller.require(body.user_id)
    made = predict(body.user_id, "rhr", body.night, body.model_version, now=datetime.now(UTC))
    return answer_response(request, made)


@router.post("/hrv", response_model=documented(PredictionAnswer))
async def predict_hrv(request: Request, body: PredictRequest, caller: CallerDep) -> Response:
    """The heart rate variability (RMSSD, ms) of the night that ends on `targetDate`, or follows `date`."""
    caller.require(body.user_id)
    made = predict(body.user_id, "hrv", body.night, body.model_version, now=datetime.now(UTC))
    return answer_response(request, made)


@router.get("/{userId}/{date}", response_model=documented(PredictionsAnswer))
async def one_night(
    request: Request, user_id: VisibleUser, target: Annotated[Day, Path(alias="date")]
) -> Response:
    """Every metric's forecast for the night that ends on that date; of a past night, without hindsight."""
    return answer_response(request, read_predictions(user_id, target, now=datetime.now(UTC)))


app = create_app("predictions", router, ready_checks=[find_contract_faults, find_model_faults])
