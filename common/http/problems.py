"""Every error as one shape: RFC 9457 problem details, from one table of class to status.

Never repeats a value the caller sent; of an unknown field its name, where it reads as one.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from common.errors import (
    Conflict,
    DeletedByUser,
    DisabledByUser,
    Forbidden,
    InsufficientData,
    InvalidInput,
    NotFound,
    NutriError,
    PayloadTooLarge,
    Problem,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from common.http.unknown_fields import describe_unknown
from common.schemas.model import ApiModel
from common.telemetry import request_id

MEDIA_TYPE = "application/problem+json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

logger = logging.getLogger(__name__)


class MalformedBody(InvalidInput):
    """A body that is not the JSON it should be, as opposed to JSON with a wrong value in it."""

    code = "malformed_body"


STATUS: dict[type[NutriError], HTTPStatus] = {
    MalformedBody: HTTPStatus.BAD_REQUEST,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    DisabledByUser: HTTPStatus.FORBIDDEN,
    DeletedByUser: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    InsufficientData: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class FieldProblem(ApiModel):
    pointer: str
    """JSON pointer (RFC 6901) into the body; `/query/…`, `/path/…` and `/header/…` for parameters."""
    code: str
    """Stable code of the fault."""
    detail: str
    """What is wrong, in a sentence."""


class ProblemDetails(ApiModel):
    """RFC 9457. `code` is stable; `have`, `need` and `unit` come with `insufficient_data`."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str
    """Always about:blank."""
    title: str
    """The status in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong, in a sentence."""
    code: str
    """Stable code to switch on."""
    request_id: str
    """Of the request, as in the service's logs."""
    errors: list[FieldProblem]
    """Where in the request."""
    have: int | None = None
    """What there is, in `unit`."""
    need: int | None = None
    """What it takes, in `unit`."""
    unit: str | None = None
    """What `have` and `need` count."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    body = {
        "type": f"urn:nutri:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "requestId": request_id.get(),
        "errors": errors,
        **members,
    }
    return Response(to_json(body), int(status), headers, MEDIA_TYPE)


def problem_of(error: NutriError) -> Response:
    """Return the answer to one of the service's own errors; one without a status is a fault of ours."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return fault(error)
    headers: dict[str, str] = {}
    members: dict[str, Any] = {}
    if isinstance(error, RateLimited | Unavailable):
        headers["retry-after"] = str(error.retry_after_seconds)
    elif isinstance(error, Unauthenticated):
        headers["www-authenticate"] = "X-Nutri-Token"
    elif isinstance(error, InsufficientData):
        members = {"have": error.have, "need": error.need, "unit": error.unit}
    errors = error.problems if isinstance(error, InvalidInput) else ()
    return problem(status, error.code, error.detail, errors=errors, headers=headers, **members)


def fault(error: BaseException) -> Response:
    """Return the answer to what nobody foresaw: told to the log, not to the caller."""
    logger.error("unexpected error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side.")


def install(app: FastAPI) -> None:
    app.add_exception_handler(NutriError, _service_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _framework_error)


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NutriError)
    if isinstance(error, InvalidInput):
        error.problems = tuple(replace(one, pointer=_place(request, one.pointer)) for one in error.problems)
    return problem_of(error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_problem_in(request, one) for one in error.errors()]
    return problem_of(InvalidInput("The request has invalid values.", found))


def _problem_in(request: Request, error: Mapping[str, Any]) -> Problem:
    kind, location = error["type"], error["loc"]
    detail = error["msg"].removeprefix("Value error, ")
    body = getattr(request.scope.get("route"), "body_field", None)
    if kind == "extra_forbidden" and body is not None:
        detail = describe_unknown(body.field_info.annotation, location[1:])
    return Problem(_pointer(kind, location), kind, detail)


async def _framework_error(request: Request, error: Exception) -> Response:
    """Return what routing refuses: an unknown path, a method a path does not have."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = {"allow": _allowed(request)} if status == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return problem(status, status.name.lower(), status.description or status.phrase, headers=headers)


def _allowed(request: Request) -> str:
    """Every method of the path as it is written out furthest: the framework names those of the first of its
    routes.
    """
    fitting = [
        route
        for route in request.app.router.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    ]
    fewest = min((len(route.param_convertors) for route in fitting), default=0)
    nearest = [route for route in fitting if len(route.param_convertors) == fewest]
    methods: set[str] = set().union(*(route.methods or () for route in nearest))
    return ", ".join(method for method in METHODS if method in methods)


def _place(request: Request, pointer: str) -> str:
    """Where the field a service speaks of stands in this request; services know only its name."""
    name = pointer.removeprefix("/")
    if name in request.path_params:
        return f"/path/{name}"
    return f"/query/{name}" if name in request.query_params else pointer


def _pointer(kind: str, location: Sequence[str | int]) -> str:
    parts = location[1:] if location[:1] == ("body",) else location
    if kind == "extra_forbidden":
        parts = parts[:-1]  # the name of an unknown field is the caller's own text
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
