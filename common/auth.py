"""Who is asking, and whom they may see: the backend's short-lived HS256 tokens (RFC 7519, RFC 8725).

Owns the rules for a token and for access to a person. Knows no HTTP header and no database.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from common.errors import Forbidden, NotFound, Unauthenticated
from common.schemas.fields import USER_ID
from common.settings import Settings

ALGORITHM = "HS256"
SERVICE_SCOPE = "service"
TOKEN_CHARACTERS_MAX = 4_096
LIFETIME_SECONDS_MAX = 86_400
LEEWAY_SECONDS = 10

_SUBJECT = re.compile(USER_ID)
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")  # str.split() would split at other scripts' blanks too

_REFUSED = "a valid token is required"
_CLAIMS = ["exp", "iat", "iss", "aud", "sub"]
# times are compared here, against the caller's clock
_CHECKS: Options = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False}


@dataclass(frozen=True, slots=True)
class Caller:
    """`service` may see everyone; anybody else exactly one person."""

    user_id: str | None
    service: bool = False

    def may_see(self, user_id: str) -> bool:
        return self.service or self.user_id == user_id

    def require(self, *user_ids: str) -> None:
        """Raise NotFound, the same as for a person who does not exist, if any of them is somebody else."""
        if not all(self.may_see(user_id) for user_id in user_ids):
            raise NotFound("no such user")

    def require_service(self) -> None:
        """Raise Forbidden for a token without the service scope."""
        if not self.service:
            raise Forbidden("this needs a token with the service scope")


EVERYONE = Caller(None, service=True)


def verify(token: str | None, settings: Settings, now: datetime) -> Caller:
    """Return the caller a token stands for; everyone where the settings leave the service open.

    `now` is timezone-aware. Raises Unauthenticated, never saying which rule a token broke.
    """
    if settings.open_to_all:
        return EVERYONE
    if not token or len(token) > TOKEN_CHARACTERS_MAX:
        raise Unauthenticated(_REFUSED)
    claims = _claims(token, settings)
    moment = now.timestamp()
    if not (
        moment - LEEWAY_SECONDS < _instant(claims["exp"]) <= moment + LIFETIME_SECONDS_MAX + LEEWAY_SECONDS
        and _instant(claims["iat"]) <= moment + LEEWAY_SECONDS
        and _instant(claims.get("nbf", 0)) <= moment + LEEWAY_SECONDS
    ):
        raise Unauthenticated(_REFUSED)
    subject, scope = claims["sub"], claims.get("scope", "")
    if not _SUBJECT.fullmatch(subject) or not isinstance(scope, str):
        raise Unauthenticated(_REFUSED)
    return Caller(subject, service=SERVICE_SCOPE in _BLANKS.split(scope))


def _claims(token: str, settings: Settings) -> dict[str, Any]:
    """Return the claims, if either live secret signed them; both are tried whichever it was."""
    found: dict[str, Any] | None = None
    for secret in (settings.jwt_secret, settings.jwt_secret_previous):
        if secret is None:
            continue
        try:
            found = jwt.decode(
                token,
                secret.get_secret_value(),
                algorithms=[ALGORITHM],
                audience=settings.jwt_audience,
                issuer=settings.jwt_issuer,
                options=_CHECKS,
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            continue
    if found is None:
        raise Unauthenticated(_REFUSED)
    return found


def _instant(claim: object) -> float:
    """Return seconds since 1970, of a claim that must be a finite JSON number."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not abs(claim) < 1e12:
        raise Unauthenticated(_REFUSED)
    return float(claim)
