"""Routes of the insights function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from common.http import VisibleUser, answer_response, create_app
from common.schemas.fields import Day
from common.schemas.insights import GenerateRequest, InsightsAnswer
from common.services.insights import generate_insights, read_insights
from common.services.readiness import find_contract_faults, find_manifest_faults

router = APIRouter(prefix="/api/insights", tags=["insights"])

AsOfDate = Annotated[Day | None, Query(alias="date", description="As of this day; absent: today.")]


@router.get("/{userId}", response_model=InsightsAnswer)
async def feed(request: Request, user_id: VisibleUser, day: AsOfDate = None) -> Response:
    """What this person should know today, the most useful first; generated where missing or out of date."""
    return answer_response(request, read_insights(user_id, day, now=datetime.now(UTC)))


@router.post("/{userId}/generate", response_model=InsightsAnswer)
async def generate(request: Request, user_id: VisibleUser, body: GenerateRequest | None = None) -> Response:
    """Computes the feed anew. A past `date` is answered and leaves the stored feed alone."""
    day = body.date if body is not None else None
    return answer_response(request, generate_insights(user_id, day, now=datetime.now(UTC)))


app = create_app("insights", router, ready_checks=[find_contract_faults, find_manifest_faults])
