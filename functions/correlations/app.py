"""Routes of the correlations function. Each is one call into its service."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from common.compute.correlations import DEFAULT_LOOKBACK_DAYS
from common.http import VisibleUser, admit_exploration, answer_response, create_app, documented
from common.schemas.correlations import CorrelationsAnswer, LagProfileAnswer
from common.schemas.fields import Day
from common.services.answers import Answer
from common.services.correlations import read_correlations, read_lags
from common.services.readiness import find_contract_faults

router = APIRouter(prefix="/api/correlations", tags=["correlations"])

AsOfDate = Annotated[Day | None, Query(alias="date", description="As of this day; absent: the user's today.")]
LookbackDays = Annotated[
    int | None,
    Query(alias="lookbackDays", ge=30, le=730, description="Other than 365: findings are exploratory."),
]
Include = Annotated[Literal["tested"] | None, Query(description="`tested` lists every pair that was asked.")]
MetricType = Annotated[
    str, Path(alias="metricType", pattern=r"^[A-Za-z0-9_]{1,64}$", description="rhr, hrv, sleep, recovery, …")
]
FeatureName = Annotated[str, Query(pattern=r"^[a-z0-9_]{1,64}$", description="An input of the catalogue.")]


@dataclass(frozen=True)
class Days:
    """Which of a person's days are looked at."""

    day: date | None
    lookback_days: int | None


@dataclass(frozen=True)
class Asked(Days):
    """What is asked, of whichever measure."""

    include: str | None

    def answer(self, user_id: str, metric: str | None) -> Answer:
        now, with_pairs = datetime.now(UTC), self.include is not None
        return read_correlations(
            user_id, metric, self.day, self.lookback_days, now=now, with_pairs=with_pairs
        )


# asynchronous like the routes: FastAPI runs any other dependency, a class too, in a thread
async def read_days(request: Request, day: AsOfDate = None, lookback_days: LookbackDays = None) -> Days:
    admit_exploration(request)
    return Days(day, lookback_days)


async def read_question(
    request: Request, day: AsOfDate = None, lookback_days: LookbackDays = None, include: Include = None
) -> Asked:
    if include is not None or lookback_days not in (None, DEFAULT_LOOKBACK_DAYS):
        admit_exploration(request)
    return Asked(day, lookback_days, include)


DaysAsked = Annotated[Days, Depends(read_days)]
QuestionAsked = Annotated[Asked, Depends(read_question)]


@router.get("/{userId}", name="all", response_model=documented(CorrelationsAnswer))
async def all_correlations(request: Request, user_id: VisibleUser, asked: QuestionAsked) -> Response:
    """Return what moves this person's measures, as far as their own closed days can tell.

    Slow where nothing is cached: hundreds of pairs are tested, and the answer comes in one piece.
    """
    return answer_response(request, asked.answer(user_id, None))


@router.get("/{userId}/{metricType}", name="metric", response_model=documented(CorrelationsAnswer))
async def metric_correlations(
    request: Request, user_id: VisibleUser, metric: MetricType, asked: QuestionAsked
) -> Response:
    """Return the same for one measure. Everything is tested either way: narrowing never makes a finding
    likelier.

    So it is as slow where nothing is cached, and the answer comes in one piece.
    """
    return answer_response(request, asked.answer(user_id, metric))


@router.get("/{userId}/{metricType}/lags", response_model=documented(LagProfileAnswer))
async def lags(
    request: Request, user_id: VisibleUser, metric: MetricType, feature: FeatureName, days: DaysAsked
) -> Response:
    """One input against one measure at every lag of a week: to look at, never published.

    Slow where nothing is cached, as every pair counts in the correction; the answer comes in one piece.
    """
    answer = read_lags(user_id, metric, feature, days.day, days.lookback_days, now=datetime.now(UTC))
    return answer_response(request, answer)


app = create_app("correlations", router, ready_checks=[find_contract_faults])
