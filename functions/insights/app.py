"""Routes of the insights function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from common.http import VisibleUser, answer_response, create_app
from common.schemas.fields import Day
from common.schemas.insights import (
    GenerateRequest,
    InsightsAnswer,
    InsightType,
    Priority,
    UnitSystem,
)
from common.services.insights import generate_insights, read_insights
from common.services.presenting import View
from common.services.readiness import find_contract_faults, find_manifest_faults

router = APIRouter(prefix="/api/insights", tags=["insights"])

AsOfDate = Annotated[Day | None, Query(alias="date", description="As of this day; absent: today.")]
Locale = Annotated[
    str, Query(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", description="Language; English if unknown.")
]


def choose_view(  # noqa: PLR0917 - one parameter a query parameter
    kind: Annotated[list[InsightType] | None, Query(alias="type")] = None,
    priority: Annotated[list[Priority] | None, Query()] = None,
    since: Annotated[Day | None, Query(description="Only what was told on this day or later.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=50)] = None,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    include_dismissed: Annotated[bool, Query(alias="includeDismissed")] = False,
    locale: Locale = "en",
    units: Annotated[UnitSystem, Query()] = UnitSystem.METRIC,
) -> View:
    return View(
        types=tuple(kind or ()),
        priorities=tuple(priority or ()),
        since=since,
        limit=limit,
        cursor=cursor,
        include_dismissed=include_dismissed,
        locale=locale,
        units=units,
    )


ChosenView = Annotated[View, Depends(choose_view)]


@router.get("/{userId}", response_model=InsightsAnswer)
async def feed(request: Request, user_id: VisibleUser, view: ChosenView, day: AsOfDate = None) -> Response:
    """What this person should know today, the most useful first; generated where missing or out of date."""
    return answer_response(request, read_insights(user_id, day, view, now=datetime.now(UTC)))


@router.post("/{userId}/generate", response_model=InsightsAnswer)
async def generate(
    request: Request, user_id: VisibleUser, view: ChosenView, body: GenerateRequest | None = None
) -> Response:
    """Computes the feed anew. A past `date` is answered and leaves the stored feed alone."""
    day = body.date if body is not None else None
    return answer_response(request, generate_insights(user_id, day, view, now=datetime.now(UTC)))


app = create_app("insights", router, ready_checks=[find_contract_faults, find_manifest_faults])
