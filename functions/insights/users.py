"""Routes about everything that is known of a person. Each is one call into its service."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from common.http import VisibleUser, documented
from common.schemas.deletion import DeletionAnswer, ExportAnswer, ResumedAnswer
from common.schemas.fields import Day
from common.schemas.journal import ContextAnswer, ContextDeletion, ContextRangeAnswer, ContextRequest
from common.schemas.timezones import StatedTimezones, TimezonesAnswer
from common.services.deletion import delete_data, export_data, resume
from common.services.journal import delete_day, read_day, read_days, write_day
from common.services.timezones import list_timezones, set_timezones

router = APIRouter(prefix="/api/users", tags=["users"])

ContextDate = Annotated[Day, Path(alias="date", description="The local day.")]


@router.delete("/{userId}/data", name="delete_data", response_model=documented(DeletionAnswer))
async def delete(user_id: VisibleUser) -> DeletionAnswer:
    """Delete everything computed about this person and compute nothing more. It may be repeated."""
    return delete_data(user_id)


@router.post("/{userId}/resume", name="resume", response_model=documented(ResumedAnswer))
async def start_again(user_id: VisibleUser) -> ResumedAnswer:
    """After a deletion: computes for this person again, as for somebody new. It may be repeated."""
    return resume(user_id)


@router.get("/{userId}/export", response_model=documented(ExportAnswer))
async def export(
    user_id: VisibleUser,
    cursor: Annotated[str | None, Query(max_length=1_000, description="`cursor` of the page before.")] = None,
) -> ExportAnswer:
    """Everything this service stores about this person, page by page."""
    return export_data(user_id, cursor, now=datetime.now(UTC))


@router.get("/{userId}/timezones", response_model=documented(TimezonesAnswer))
async def timezones(user_id: VisibleUser) -> TimezonesAnswer:
    """Return the time zones this person lived in. A past day keeps the zone it was lived in."""
    return list_timezones(user_id, now=datetime.now(UTC))


@router.put("/{userId}/timezones", name="set_timezones", response_model=documented(TimezonesAnswer))
async def state(user_id: VisibleUser, body: StatedTimezones) -> TimezonesAnswer:
    """State where this person lived, and from when on. It replaces what is on record and may be repeated."""
    return set_timezones(user_id, body, now=datetime.now(UTC))


@router.get("/{userId}/days/context", response_model=documented(ContextRangeAnswer))
async def journal(
    user_id: VisibleUser,
    first: Annotated[Day, Query(alias="from", description="The first day.")],
    last: Annotated[Day, Query(alias="to", description="The last day, included; up to 366 days.")],
) -> ContextRangeAnswer:
    """Return what this person said of their days, from `from` to `to`."""
    return read_days(user_id, first, last)


@router.get("/{userId}/days/{date}/context", response_model=documented(ContextAnswer))
async def context(user_id: VisibleUser, day: ContextDate) -> ContextAnswer:
    """Return what this person said of one day."""
    return read_day(user_id, day)


@router.put("/{userId}/days/{date}/context", response_model=documented(ContextAnswer))
async def set_context(user_id: VisibleUser, day: ContextDate, body: ContextRequest) -> ContextAnswer:
    """Say what this person did on one day: sets what is sent and leaves the rest. It may be repeated."""
    return write_day(user_id, day, body, now=datetime.now(UTC))


@router.delete("/{userId}/days/{date}/context", response_model=documented(ContextDeletion))
async def clear_context(user_id: VisibleUser, day: ContextDate) -> ContextDeletion:
    """Take back everything this person said of one day. It may be repeated."""
    return delete_day(user_id, day)
