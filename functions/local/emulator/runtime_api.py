"""The Lambda Runtime API as one process sees it: next invocation, its response or error, its init error.

Shapes: AWS documentation, "Using the Lambda runtime API", version 2018-06-01. Starts and stops no process.
"""

import asyncio
import json
import time

from functions.local.emulator.invocation import PAYLOAD_LIMIT_BYTES, Invocation, Outcome, too_large
from functions.local.emulator.template import Function
from functions.local.emulator.web import Request, Response, WebServer, listen

PREFIX = "/2018-06-01/runtime/"
ACCEPTED = Response(202, b'{"status":"OK"}', [("content-type", "application/json")])


class RuntimeApi:
    """`ready` is set while the process waits for work; `init_error` resolves if its init fails."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.ready = asyncio.Event()
        self.init_error: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: tuple[Invocation, asyncio.Future[Outcome]] | None = None
        self._server = WebServer(listen(0), self._respond)

    async def start(self) -> str:
        """Begin to listen, and return the address the process needs."""
        await self._server.start()
        return f"127.0.0.1:{self._server.port}"

    async def stop(self) -> None:
        await self._server.stop()

    def submit(self, invocation: Invocation) -> asyncio.Future[Outcome]:
        """Hand over the next invocation; the previous one must have been answered."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._current = invocation, outcome
        self._queue.put_nowait(invocation)
        return outcome

    async def _respond(self, request: Request) -> Response:
        match request.method, request.path.removeprefix(PREFIX).split("/"):
            case "GET", ["invocation", "next"]:
                self.ready.set()
                invocation = await self._queue.get()
                self.ready.clear()
                return self._describe(invocation)
            case "POST", ["invocation", request_id, ("response" | "error") as kind]:
                return self._accept(request_id, request.body, failed=kind == "error")
            case "POST", ["init", "error"]:
                if not self.init_error.done():
                    self.init_error.set_result(Outcome(request.body, failed=True))
                return ACCEPTED
        return _refuse(404, "NotFound", "no such resource of the Runtime API")

    def _describe(self, invocation: Invocation) -> Response:
        deadline_ms = int((time.time() + self.function.timeout_seconds) * 1000)
        headers = [
            ("content-type", "application/json"),
            ("lambda-runtime-aws-request-id", invocation.request_id),
            ("lambda-runtime-deadline-ms", str(deadline_ms)),
            ("lambda-runtime-invoked-function-arn", self.function.arn),
            ("lambda-runtime-trace-id", invocation.trace_id),
        ]
        if invocation.client_context:
            headers.append(("lambda-runtime-client-context", invocation.client_context))
        return Response(200, invocation.payload, headers)

    def _accept(self, request_id: str, body: bytes, *, failed: bool) -> Response:
        if self._current is None or self._current[0].request_id != request_id or self._current[1].done():
            return _refuse(400, "InvalidRequestID", "no such invocation is waiting for an answer")
        outcome = self._current[1]
        if len(body) > PAYLOAD_LIMIT_BYTES:
            outcome.set_result(too_large(len(body)))
            return _refuse(413, "RequestEntityTooLarge", "the response is larger than 6 MB")
        outcome.set_result(Outcome(body, failed=failed))
        return ACCEPTED


def _refuse(status: int, kind: str, message: str) -> Response:
    body = json.dumps({"errorType": kind, "errorMessage": message}).encode()
    return Response(status, body, [("content-type", "application/json")])
