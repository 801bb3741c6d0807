"""The one port for all paths: finds the function a path belongs to, and answers for all of them together."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from common.errors import ConfigurationError
from functions.local.function_url import FunctionUrl
from functions.local.health import merge_health
from functions.local.lambda_api import PREFIX as LAMBDA_PREFIX
from functions.local.lambda_api import LambdaApi
from functions.local.openapi import merge_documents
from functions.local.web import Request, Response


class Gateway:
    """Routes are the template's; the longest prefix wins."""

    def __init__(self, urls: Sequence[FunctionUrl], lambda_api: LambdaApi) -> None:
        self._urls, self._lambda_api = urls, lambda_api
        prefixes = {route.prefix: url for url in urls for route in url.pool.function.routes}
        self._routes = sorted(prefixes.items(), key=lambda item: len(item[0]), reverse=True)

    async def respond(self, request: Request) -> Response:
        if request.path.startswith(LAMBDA_PREFIX):
            return await self._lambda_api.respond(request)
        if url := self._find(request.path):
            return await url.respond(request)
        if request.method in ("GET", "HEAD") and (
            response := await self._answer_for_all(request.path, request)
        ):
            return response
        return _problem(404, "not_found", "No function serves this path.")

    async def _answer_for_all(self, path: str, request: Request) -> Response | None:
        match path:
            case "/":
                return self._answer_index()
            case "/health":
                return await self._answer_health(replace(request, method="GET"))
            case "/openapi.json":
                return await self._answer_openapi(replace(request, method="GET"))
            case "/docs" | "/ready" | "/metrics" if self._urls:
                return await self._urls[0].respond(request)
        return None

    def _find(self, path: str) -> FunctionUrl | None:
        return next((url for prefix, url in self._routes if path.startswith(prefix)), None)

    def _answer_index(self) -> Response:
        names = [url.pool.function.name for url in self._urls]
        return _json(
            200, {"service": "Nutri ML Service", "functions": names, "docs": "/docs", "health": "/health"}
        )

    async def _answer_health(self, request: Request) -> Response:
        answers = await self._ask_all(request)
        parsed = {name: (response.status, _read_json(response)) for name, response in answers.items()}
        return _json(*merge_health(parsed))

    async def _answer_openapi(self, request: Request) -> Response:
        answers = await self._ask_all(request)
        documents = [document for r in answers.values() if r.status == 200 and (document := _read_json(r))]
        if len(documents) < len(self._urls):
            return _problem(502, "bad_gateway", "Not every function shows its document.")
        try:
            return _json(200, merge_documents(documents))
        except ConfigurationError as error:
            return _problem(502, "bad_gateway", error.detail)

    async def _ask_all(self, request: Request) -> dict[str, Response]:
        answers = await asyncio.gather(*(url.respond(request) for url in self._urls))
        return {url.pool.function.name: answer for url, answer in zip(self._urls, answers, strict=True)}


def _read_json(response: Response) -> dict[str, Any] | None:
    try:
        body = json.loads(response.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) and "Message" not in body else None


def _json(status: int, body: object) -> Response:
    return Response(status, json.dumps(body).encode(), [("content-type", "application/json")])


def _problem(status: int, code: str, detail: str) -> Response:
    body = json.dumps({"type": "about:blank", "status": status, "code": code, "detail": detail}).encode()
    return Response(status, body, [("content-type", "application/problem+json")])
