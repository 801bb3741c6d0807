"""Who is calling, from the header that carries the user's token.

The token is not in Authorization, because the signature of a service-to-service call (AWS SigV4) is there.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader

from common.auth import Caller, verify
from common.errors import Unauthenticated
from common.settings import get_settings

TOKEN_HEADER = "X-Nutri-Token"

_scheme = APIKeyHeader(name=TOKEN_HEADER, scheme_name="userToken", auto_error=False)


async def identify_caller(request: Request, token: Annotated[str | None, Depends(_scheme)]) -> Caller:
    """Raises Unauthenticated without one acceptable token."""
    if len(request.headers.getlist(TOKEN_HEADER)) > 1:
        raise Unauthenticated("a valid token is required")
    return verify(token, get_settings(), datetime.now(UTC))


CallerDep = Annotated[Caller, Depends(identify_caller)]
