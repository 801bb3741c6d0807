"""What the contract says of an operation and the framework does not hold."""

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from common.errors import InvalidInput, Problem


class Operation:
    """A route's own application, for requests that are its own.

    A query parameter it does not have is refused, as a body refuses unknown fields. One of the paths
    `in_full` comes before a template that fits it, whatever the method (OpenAPI 3.1, "Path Templating").
    """

    def __init__(self, route: APIRoute, in_full: frozenset[str]) -> None:
        self.app = route.app
        self.foreign_paths = in_full - {route.path}
        self.parameters = frozenset(
            parameter.alias
            for parameter in get_flat_params(route.dependant)
            if getattr(parameter.field_info, "in_", None) is ParamTypes.query
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in self.foreign_paths:
            raise HTTPException(405)
        asked = scope["query_string"]
        if asked and not self.parameters.issuperset(QueryParams(asked)):
            known = f"it has {', '.join(sorted(self.parameters))}" if self.parameters else "it has none"
            raise InvalidInput(
                "The request has invalid values.",
                [Problem("/query", "extra_forbidden", f"a parameter this operation does not have; {known}")],
            )
        await self.app(scope, receive, send)
