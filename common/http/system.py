"""The routes every function has besides its own: what it is, how it is, and its reference."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from common.cache import get_cache
from common.http.docs import docs_page
from common.http.health import Health, HealthAnswer, ReadyAnswer, ReadyCheck, check_health, find_unready
from common.http.problems import problem
from common.settings import get_settings
from common.telemetry import own_metrics, render_metrics
from common.version import SERVICE, VERSION


def system_router(name: str, ready_checks: Sequence[ReadyCheck]) -> APIRouter:
    router = APIRouter(tags=["service"])
    settings = get_settings()
    links = ["/health", "/ready", "/metrics", *(["/docs", "/openapi.json"] if settings.shows_docs else [])]
    about = {
        "service": SERVICE,
        "function": name,
        "version": VERSION,
        "environment": settings.environment,
        "links": {link.strip("/").removesuffix(".json"): link for link in links},
    }

    @router.get("/", summary="What this is")
    async def describe() -> Response:
        return JSONResponse(about)

    @router.get("/health", summary="Whether it works", response_model=HealthAnswer)
    async def health() -> Response:
        answer = check_health()
        unreachable = answer.dependencies.database is Health.UNHEALTHY
        return _uncached(answer.model_dump_json(), 503 if unreachable else 200)

    @router.get("/ready", summary="Whether it should be given work", response_model=ReadyAnswer)
    async def ready() -> Response:
        missing = find_unready(ready_checks)
        if missing:
            headers = {"retry-after": "5", "cache-control": "no-store"}
            return problem(
                503, "not_ready", "This function cannot work yet.", errors=missing, headers=headers
            )
        return _uncached(ReadyAnswer(ready=True).model_dump_json(), 200)

    @router.get("/metrics", summary="Counts for Prometheus", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Of all instances of all functions; without Redis, of the one that answers."""
        text = render_metrics(*(get_cache().read_metrics() or own_metrics()))
        return Response(text, media_type="text/plain; version=0.0.4")

    if settings.shows_docs:

        @router.get("/docs", include_in_schema=False)
        async def docs() -> Response:
            page, policy = docs_page()
            return HTMLResponse(page, headers={"content-security-policy": policy})

    return router


def _uncached(body: str, status: int) -> Response:
    return Response(body, status, {"cache-control": "no-store"}, "application/json")
