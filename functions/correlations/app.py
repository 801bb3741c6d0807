"""Routes of the correlations function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from common.http import VisibleUser, answer_response, create_app
from common.schemas.correlations import CorrelationsAnswer
from common.schemas.fields import Day
from common.services.correlations import read_correlations
from common.services.readiness import find_contract_faults

router = APIRouter(prefix="/api/correlations", tags=["correlations"])

AsOfDate = Annotated[Day | None, Query(alias="date", description="As of this day; absent: the user's today.")]
LookbackDays = Annotated[
    int | None,
    Query(
        alias="lookbackDays", ge=30, le=730, description="Other than the default: findings are exploratory."
    ),
]
MetricType = Annotated[
    str, Path(alias="metricType", pattern=r"^[A-Za-z0-9_]{1,64}$", description="rhr, hrv, sleep, recovery, …")
]


@router.get("/{userId}", response_model=CorrelationsAnswer)
async def all_correlations(
    request: Request, user_id: VisibleUser, day: AsOfDate = None, lookback_days: LookbackDays = None
) -> Response:
    """What moves this person's measures, as far as their own closed days can tell."""
    answer = read_correlations(user_id, None, day, lookback_days, now=datetime.now(UTC))
    return answer_response(request, answer)


@router.get("/{userId}/{metricType}", response_model=CorrelationsAnswer)
async def metric_correlations(
    request: Request,
    user_id: VisibleUser,
    metric: MetricType,
    day: AsOfDate = None,
    lookback_days: LookbackDays = None,
) -> Response:
    """The same for one measure. Everything is tested either way: narrowing never makes a finding likelier."""
    answer = read_correlations(user_id, metric, day, lookback_days, now=datetime.now(UTC))
    return answer_response(request, answer)


app = create_app("correlations", router, ready_checks=[find_contract_faults])
