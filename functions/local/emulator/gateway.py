"""The one port for all paths: finds the function a path belongs to, and answers for all of them together."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from common.errors import ConfigurationError
from functions.local.contract.openapi import merge_documents
from functions.local.emulator.executions import TARGET_PREFIX as STATES_TARGET
from functions.local.emulator.executions import Executions
from functions.local.emulator.function_url import FunctionUrl
from functions.local.emulator.health import merge_health
from functions.local.emulator.lambda_api import PREFIX as LAMBDA_PREFIX
from functions.local.emulator.lambda_api import LambdaApi
from functions.local.emulator.web import Request, Respond, Response
from functions.local.explorer import PREFIX as EXPLORER_PREFIX
from functions.local.explorer import Explorer

COMPRESSED_FROM_BYTES = 1400
"""What fits into one packet is sent as it is."""


class Gateway:
    """Routes are the template's; the longest prefix wins."""

    def __init__(
        self,
        urls: Sequence[FunctionUrl],
        lambda_api: LambdaApi,
        executions: Executions,
        explorer: Explorer | None = None,
    ) -> None:
        self._urls, self._lambda_api, self._executions = urls, lambda_api, executions
        self._explorer = explorer
        prefixes = {route.prefix: url for url in urls for route in url.pool.function.routes}
        self._routes = sorted(prefixes.items(), key=lambda item: len(item[0]), reverse=True)
        self._shared = {
            "/": self._answer_index,
            "/health": self._answer_health,
            "/ready": self._answer_ready,
            "/metrics": self._answer_metrics,
            "/openapi.json": self._answer_openapi,
            "/docs": self._answer_docs,
        }

    async def respond(self, request: Request) -> Response:
        """Return the answer, compressed for who takes that, as a gateway in the cloud does."""
        return compress(await self._answer(request), request.header("accept-encoding") or "")

    async def _answer(self, request: Request) -> Response:
        if (respond := self._find(request)) is not None:
            return await respond(request)
        shared = self._shared.get(request.path)
        if shared is None:
            return _problem(404, "not_found", "No function serves this path.")
        if request.method not in ("GET", "HEAD"):
            return _problem(405, "method_not_allowed", "This path answers GET only.")
        return await shared(replace(request, method="GET"))

    def _find(self, request: Request) -> Respond | None:
        """Who answers this request alone; None for what all functions answer together."""
        if request.path.startswith(LAMBDA_PREFIX):
            return self._lambda_api.respond
        if (request.header("x-amz-target") or "").startswith(STATES_TARGET):
            return self._executions.respond
        if self._explorer is not None and f"{request.path}/".startswith(f"{EXPLORER_PREFIX}/"):
            return self._explorer.respond
        return next((url.respond for prefix, url in self._routes if request.path.startswith(prefix)), None)

    async def _answer_index(self, _: Request) -> Response:
        names = [url.pool.function.name for url in self._urls]
        links = {path.strip("/").removesuffix(".json"): path for path in self._shared if path != "/"}
        if self._explorer is not None:
            links["explorer"] = EXPLORER_PREFIX
        return _json(200, {"service": "Nutri ML Service", "functions": names, "links": links})

    async def _answer_health(self, request: Request) -> Response:
        answers = await self._ask_all(request)
        bodies = [_read_json(answer) for answer in answers.values()]
        return _json(200 if all(a.status == 200 for a in answers.values()) else 503, merge_health(bodies))

    async def _answer_ready(self, request: Request) -> Response:
        answers = list((await self._ask_all(request)).values())
        return next((answer for answer in answers if answer.status != 200), answers[0])

    async def _answer_metrics(self, request: Request) -> Response:
        """Any function's will do: each tells what all of them counted."""
        return await self._urls[0].respond(request)

    async def _answer_openapi(self, request: Request) -> Response:
        answers = await self._ask_all(request)
        for answer in answers.values():
            if answer.status != 200:
                return answer
        try:
            return _json(200, merge_documents(map(_read_json, answers.values())))
        except ConfigurationError as error:
            return _problem(502, "bad_gateway", error.detail)

    async def _answer_docs(self, request: Request) -> Response:
        """Any function's page will do: it shows the document beside it, which here is the merged one."""
        return await self._urls[0].respond(request)

    async def _ask_all(self, request: Request) -> dict[str, Response]:
        """Return each function's answer, uncompressed: what is merged is compressed afterwards."""
        plain = tuple(header for header in request.headers if header[0] != "accept-encoding")
        answers = await asyncio.gather(*(url.respond(replace(request, headers=plain)) for url in self._urls))
        return {url.pool.function.name: answer for url, answer in zip(self._urls, answers, strict=True)}


def compress(response: Response, accepted: str) -> Response:
    headers = [(name.lower(), value) for name, value in response.headers]
    if len(response.body) < COMPRESSED_FROM_BYTES or "content-encoding" in dict(headers):
        return response
    headers.append(("vary", "accept-encoding"))
    codings = {part.partition(";")[0].strip(): part.replace(" ", "") for part in accepted.lower().split(",")}
    if codings.get("gzip", ";q=0").endswith((";q=0", ";q=0.0")):
        return replace(response, headers=headers)
    kept = [(name, value) for name, value in headers if name != "content-length"]
    body = gzip.compress(response.body, compresslevel=5, mtime=0)
    return Response(response.status, body, [*kept, ("content-encoding", "gzip")])


def _read_json(response: Response) -> dict[str, Any]:
    """Empty for whatever is no JSON object: a function may answer anything."""
    try:
        body = json.loads(response.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _json(status: int, body: object) -> Response:
    return Response(status, json.dumps(body).encode(), [("content-type", "application/json")])


def _problem(status: int, code: str, detail: str) -> Response:
    body = json.dumps({"type": "about:blank", "status": status, "code": code, "detail": detail}).encode()
    return Response(status, body, [("content-type", "application/problem+json")])
