"""Query parameters: an operation refuses those it does not have, as a body refuses unknown fields."""

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from common.errors import InvalidInput, Problem


class KnownParameters:
    """A route's own application, for requests with no other parameters than the route's."""

    def __init__(self, route: APIRoute) -> None:
        self.app = route.app
        self.names = frozenset(
            parameter.alias
            for parameter in get_flat_params(route.dependant)
            if getattr(parameter.field_info, "in_", None) is ParamTypes.query
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["query_string"] and not self.names.issuperset(QueryParams(scope["query_string"])):
            known = f"it has {', '.join(sorted(self.names))}" if self.names else "it has none"
            raise InvalidInput(
                "The request has invalid values.",
                [Problem("/query", "extra_forbidden", f"a parameter this operation does not have; {known}")],
            )
        await self.app(scope, receive, send)
