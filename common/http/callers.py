"""Who is calling, how often, and whom they ask about, from the header with the user's token and the path.

The token is not in Authorization, because the signature of a service-to-service call (AWS SigV4) is there.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security.base import SecurityBase

from common.auth import Caller, verify
from common.errors import Unauthenticated
from common.http.limits import Limiter
from common.schemas.fields import UserId
from common.settings import get_settings

TOKEN_HEADER = "X-Nutri-Token"
COST = "x-nutri-cost"
EXPLORING_SHARE = 10
"""One in so many requests a minute may explore, which is computed each time."""

PersonInPath = Annotated[UserId, Path(alias="userId", description="Who it is about: `User.id`.")]

_limiter = Limiter()


class _UserToken(SecurityBase):
    """The documented scheme and its check in one dependency: each further one costs a request 20 us."""

    scheme_name = "userToken"
    model = APIKey(**{"in": APIKeyIn.header}, name=TOKEN_HEADER, description="The user's token (JWT, HS256).")


class _IdentifyCaller(_UserToken):
    async def __call__(self, request: Request) -> Caller:
        """Raise Unauthenticated without exactly one acceptable token, and RateLimited."""
        return _identify(request)


class _RequireVisibleUser(_UserToken):
    async def __call__(self, request: Request, user_id: PersonInPath) -> str:
        """Raise what identifying does, and NotFound where the path names somebody they may not see."""
        _identify(request).require(user_id)
        return user_id


class _RequireService(_UserToken):
    async def __call__(self, request: Request) -> None:
        """Raise Unauthenticated, and Forbidden without the service scope, before a body is looked at."""
        _identify(request).require_service()


def _identify(request: Request) -> Caller:
    tokens = request.headers.getlist(TOKEN_HEADER)
    if len(tokens) > 1:
        raise Unauthenticated("a valid token is required")
    settings, now = get_settings(), datetime.now(UTC)
    caller = verify(tokens[0] if tokens else None, settings, now)
    _admit(caller, now, cost=(request.scope["route"].openapi_extra or {}).get(COST, 1))
    request.state.caller = caller
    return caller


def admit_exploration(request: Request) -> None:
    """Count a request of an identified caller against the smaller budget for what nobody else asks.

    Raises RateLimited.
    """
    _admit(request.state.caller, datetime.now(UTC), share=EXPLORING_SHARE, of=":exploring")


def _admit(caller: Caller, now: datetime, *, cost: int = 1, share: int = 1, of: str = "") -> None:
    settings = get_settings()
    limit = settings.rate_limit_service_per_minute if caller.service else settings.rate_limit_per_minute
    if limit and caller.user_id is not None:
        # there is one issuer; but a service may be named as a person is, and has another limit
        role = "service" if caller.service else "person"
        _limiter.admit(f"{role}:{caller.user_id}{of}", max(limit // share, 1), now.timestamp(), cost)


def costing(requests: int) -> dict[str, int]:
    """Return what a route says as its `openapi_extra`: it counts as so many requests of its caller."""
    return {COST: requests}


CallerDep = Annotated[Caller, Depends(_IdentifyCaller())]

# The path's {userId}, after it was checked that this caller may ask about that person.
VisibleUser = Annotated[str, Depends(_RequireVisibleUser())]

# For operations about many people: the backend's, never a person's own.
SERVICE_ONLY = Depends(_RequireService())
