"""One function's application: its own routes and the common ones, behind the same gate."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from common.http.health import ReadyCheck
from common.http.middleware import RequestMiddleware
from common.http.operations import Operation
from common.http.problems import install
from common.http.system import system_router
from common.settings import get_settings
from common.version import CONTRACT_VERSION, SERVICE


class Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Return the contract: with fields in words, errors as they are, and examples."""
        if self.openapi_schema is None:
            # no start needs it
            from common.http.contract import complete_document, name_operation  # noqa: PLC0415

            for route in self.routes:
                if isinstance(route, APIRoute):
                    route.unique_id = name_operation(route)
            complete_document(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema


def create_app(name: str, *routers: APIRouter, ready_checks: Sequence[ReadyCheck] = ()) -> FastAPI:
    """Return the application of the function `name`.

    `ready_checks` each give the reasons, if any, why the function cannot work. Raises ConfigurationError.
    Routes are taken as they are: `include_router` builds each a second time, within the first request.
    """
    settings = get_settings()
    app = Application(
        title=f"{SERVICE}: {name}",
        version=CONTRACT_VERSION,
        openapi_url="/openapi.json" if settings.shows_docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    install(app)
    own = [*routers, system_router(name, ready_checks)]
    routes = [route for router in own for route in router.routes if isinstance(route, APIRoute)]
    in_full = frozenset(route.path for route in routes if not route.param_convertors)
    for route in routes:
        route.app = Operation(route, in_full)
    app.router.routes.extend(routes)
    app.add_middleware(RequestMiddleware, body_limit_bytes=settings.request_body_limit_bytes)
    return app
