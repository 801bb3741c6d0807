"""Routes of the insights function. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from common.compute.insights import LOCALES
from common.http import SERVICE_ONLY, CallerDep, VisibleUser, answer_response, costing, create_app, documented
from common.schemas.evidence import EvidenceAnswer
from common.schemas.experiments import ExperimentAnswer, ExperimentRequest, ExperimentsAnswer
from common.schemas.feedback import FeedbackAnswer, FeedbackRequest, FeedbackSummary
from common.schemas.fields import Day
from common.schemas.insights import (
    GenerateRequest,
    InsightsAnswer,
    InsightType,
    OneInsightAnswer,
    Priority,
    UnitSystem,
)
from common.schemas.many_people import FeedsAnswer, FinishedNights, NightsAnswer, PeopleRequest
from common.services.evidence import read_evidence
from common.services.feedback import give_feedback, summarise_feedback
from common.services.feeds import read_feeds, read_insight
from common.services.finished_nights import list_finished_since, read_finished
from common.services.insights import generate_insights, read_insights
from common.services.presenting import View
from common.services.readiness import find_contract_faults, find_manifest_faults
from common.services.trials import list_trials, start_trial
from functions.insights import users

router = APIRouter(prefix="/api/insights", tags=["insights"])

AsOfDate = Annotated[Day | None, Query(alias="date", description="As of this day; absent: today.")]
Locale = Annotated[
    str,
    Query(
        pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$",
        description=f"Language, of {', '.join(LOCALES)}; English if unknown.",
    ),
]

Units = Annotated[UnitSystem, Query(description="Units of the sentences; evidence stays metric.")]


async def choose_view(  # noqa: PLR0917 - one parameter a query parameter
    kind: Annotated[list[InsightType] | None, Query(alias="type", description="Only these kinds.")] = None,
    priority: Annotated[list[Priority] | None, Query(description="Only these priorities.")] = None,
    since: Annotated[Day | None, Query(description="Only what was told on this day or later.")] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=50, description="At most so many a page; absent: all.")
    ] = None,
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9a-f]{32}$", description="`nextCursor` of the page before.")
    ] = None,
    viewed: Annotated[
        bool | None, Query(description="true: only what the person saw; false: only what they did not.")
    ] = None,
    include_dismissed: Annotated[
        bool, Query(alias="includeDismissed", description="Also what the person put away.")
    ] = False,
    locale: Locale = "en",
    units: Units = UnitSystem.METRIC,
) -> View:
    return View(
        types=tuple(kind or ()),
        priorities=tuple(priority or ()),
        since=since,
        limit=limit,
        cursor=cursor,
        viewed=viewed,
        include_dismissed=include_dismissed,
        locale=locale,
        units=units,
    )


InsightId = Annotated[
    str, Path(alias="insightId", pattern=r"^[0-9a-f]{32}$", description="`id` of an insight of a feed.")
]
ChosenView = Annotated[View, Depends(choose_view)]


@router.get("/summary", response_model=documented(FeedbackSummary))
async def summary(
    caller: CallerDep,
    since: Annotated[Day | None, Query(description="Insights first told on this day or later.")] = None,
) -> FeedbackSummary:
    """Return what everybody said of each kind of insight. Needs a token with the service scope."""
    caller.require_service()
    return summarise_feedback(since, now=datetime.now(UTC))


@router.post(
    "/batch", response_model=documented(FeedsAnswer), dependencies=[SERVICE_ONLY], openapi_extra=costing(20)
)
async def feeds(
    body: PeopleRequest,
    viewed: Annotated[bool | None, Query(description="As in the feed of one person.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=50, description="So many of each person at most.")] = None,
    locale: Locale = "en",
    units: Units = UnitSystem.METRIC,
) -> Response:
    """Return the feeds of up to 100 people, each answered or refused on its own. Needs the service scope.

    Quick where the night computed them; slow in proportion to the people it did not.
    """
    view = View(viewed=viewed, limit=limit, locale=locale, units=units)
    told = read_feeds(body.user_ids, None, view, now=datetime.now(UTC))
    return Response(told, media_type="application/json")


@router.post("/nights", response_model=documented(NightsAnswer), dependencies=[SERVICE_ONLY])
async def nights_of(body: PeopleRequest) -> NightsAnswer:
    """Of up to 100 people, whose latest night is done, so that feed and forecasts are ready.

    Needs the service scope.
    """
    return read_finished(body.user_ids, now=datetime.now(UTC))


@router.get("/nights", response_model=documented(FinishedNights), dependencies=[SERVICE_ONLY])
async def nights(
    after: Annotated[
        str | None,
        Query(max_length=200, description="`next` of the last answer; absent: from the beginning."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="At most so many a page.")] = 500,
) -> FinishedNights:
    """Whose nights were computed since the last answer, to poll every minute. Needs the service scope.

    A night is listed half a minute after it was stored, once and in order; of each person the last.
    """
    return list_finished_since(after, limit)


@router.get("/{userId}", response_model=documented(InsightsAnswer))
async def feed(request: Request, user_id: VisibleUser, view: ChosenView, day: AsOfDate = None) -> Response:
    """Return what this person should know today, the most useful first; generated where missing or out of
    date.

    Slow when it has to be generated, correlations and forecasts included; the answer comes in one piece.
    """
    return answer_response(request, read_insights(user_id, day, view, now=datetime.now(UTC)))


@router.post("/{userId}/generate", response_model=documented(InsightsAnswer), openapi_extra=costing(10))
async def generate(
    request: Request, user_id: VisibleUser, view: ChosenView, body: GenerateRequest | None = None
) -> Response:
    """Compute the feed anew. A past `date` is answered and leaves the stored feed alone.

    Slow: correlations and forecasts are computed where they are missing, and the answer comes in one piece.
    """
    day = body.date if body is not None else None
    return answer_response(request, generate_insights(user_id, day, view, now=datetime.now(UTC)))


@router.post(
    "/{userId}/experiments", name="start_trial", response_model=documented(ExperimentAnswer), status_code=201
)
async def start(
    user_id: VisibleUser, body: ExperimentRequest, locale: Locale = "en", units: Units = UnitSystem.METRIC
) -> ExperimentAnswer:
    """Start four to eight weeks that alternate a change with the usual, in an order drawn by lot.

    As long as it takes to see what is suspected, by how much this person's nights differ anyway.
    """
    return start_trial(user_id, body, locale, units, now=datetime.now(UTC))


@router.get("/{userId}/experiments", name="trials", response_model=documented(ExperimentsAnswer))
async def experiments(
    user_id: VisibleUser, locale: Locale = "en", units: Units = UnitSystem.METRIC
) -> ExperimentsAnswer:
    """Return this person's trials as they stand, by what was logged, and what to try next."""
    return list_trials(user_id, locale, units, now=datetime.now(UTC))


@router.get("/{userId}/{insightId}", response_model=documented(OneInsightAnswer))
async def insight(
    request: Request,
    user_id: VisibleUser,
    insight_id: InsightId,
    locale: Locale = "en",
    units: Units = UnitSystem.METRIC,
) -> Response:
    """One insight this person was told, whether or not it still stands: for a link or a notification."""
    return answer_response(request, read_insight(user_id, insight_id, locale, units, now=datetime.now(UTC)))


@router.get("/{userId}/{insightId}/evidence", response_model=documented(EvidenceAnswer))
async def evidence(
    request: Request,
    user_id: VisibleUser,
    insight_id: InsightId,
    locale: Locale = "en",
    units: Units = UnitSystem.METRIC,
) -> Response:
    """Return the days behind an insight of this person, as of the day it was found, ready to plot."""
    return answer_response(request, read_evidence(user_id, insight_id, locale, units, now=datetime.now(UTC)))


@router.put("/{userId}/{insightId}/feedback", response_model=documented(FeedbackAnswer))
async def feedback(user_id: VisibleUser, insight_id: InsightId, body: FeedbackRequest) -> FeedbackAnswer:
    """Say what the person did with an insight, or thinks of it. It changes the order, never what holds."""
    return give_feedback(user_id, insight_id, body)


app = create_app("insights", router, users.router, ready_checks=[find_contract_faults, find_manifest_faults])
