"""Routes of the features function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from common.http import CallerDep, VisibleUser, answer_response, costing, create_app, documented
from common.schemas.features import (
    CatalogAnswer,
    Categories,
    EngineerRequest,
    FeaturesAnswer,
    FeaturesRangeAnswer,
)
from common.schemas.fields import Day
from common.services.features import describe_catalogue, engineer_range, read_features, read_range
from common.services.readiness import find_contract_faults

router = APIRouter(prefix="/api/features", tags=["features"])

CategoriesAsked = Annotated[Categories | None, Query(description="Comma-separated; absent: all.")]


@router.post(
    "/engineer", response_model=documented(FeaturesAnswer | FeaturesRangeAnswer), openapi_extra=costing(5)
)
async def engineer(request: Request, body: EngineerRequest, caller: CallerDep) -> Response:
    """Compute one day, or each day of a range of up to 366, and write it to "MLFeature".

    A long range is slow, and its answer (2 MB for a year of every category) comes in one piece.
    """
    caller.require(body.user_id)
    now = datetime.now(UTC)
    if body.from_ is not None and body.to is not None:
        answer = engineer_range(body.user_id, body.from_, body.to, body.categories, now=now)
    else:
        answer = read_features(body.user_id, body.date, body.categories, now=now, force=body.force_recompute)
    return answer_response(request, answer)


@router.get("/catalog", response_model=documented(CatalogAnswer))
async def catalog(request: Request) -> Response:
    """Every feature with its unit, definition, window and what it is derived from."""
    return answer_response(request, describe_catalogue())


@router.get(
    "/{userId}", name="range", response_model=documented(FeaturesRangeAnswer), openapi_extra=costing(2)
)
async def days_of_a_range(
    request: Request,
    user_id: VisibleUser,
    first: Annotated[Day, Query(alias="from", description="The first day.")],
    last: Annotated[Day | None, Query(alias="to", description="The last; absent: the user's today.")] = None,
    categories: CategoriesAsked = None,
) -> Response:
    """Each day from `from` to `to`, up to 366, to look at: nothing is written.

    A long range is slow where it is not cached, and its answer (2 MB for a year of every category) comes in
    one piece. Days without data are there, every value null.
    """
    return answer_response(request, read_range(user_id, first, last, categories, now=datetime.now(UTC)))


@router.get("/{userId}/{date}", response_model=documented(FeaturesAnswer))
async def day(
    request: Request,
    user_id: VisibleUser,
    day: Annotated[Day, Path(alias="date", description="The local day.")],
    categories: CategoriesAsked = None,
) -> Response:
    """One day's features; of a day that is not over what is known so far, marked partial."""
    return answer_response(request, read_features(user_id, day, categories, now=datetime.now(UTC)))


app = create_app("features", router, ready_checks=[find_contract_faults])
