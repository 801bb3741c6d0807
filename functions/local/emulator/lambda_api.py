"""The part of the Lambda API that calls functions by name: Invoke, synchronous and asynchronous.

Shapes and limits: AWS documentation, Lambda API reference, "Invoke".
"""

import base64
import json
import time
from collections.abc import Sequence
from urllib.parse import unquote

from functions.local.emulator.async_events import AsyncEvents
from functions.local.emulator.invocation import (
    ASYNC_PAYLOAD_LIMIT_BYTES,
    PAYLOAD_LIMIT_BYTES,
    Invocation,
    Throttled,
    new_trace_id,
)
from functions.local.emulator.pool import Pool
from functions.local.emulator.web import Request, Response

PREFIX = "/2015-03-31/functions/"


class LambdaApi:
    def __init__(self, pools: Sequence[Pool], events: AsyncEvents) -> None:
        self._pools, self._events = pools, events

    async def respond(self, request: Request) -> Response:
        name, _, action = unquote(request.path.removeprefix(PREFIX)).rpartition("/")
        if action != "invocations" or request.method != "POST":
            return _refuse(404, "UnknownOperationException", "only Invoke is emulated")
        pool = next((pool for pool in self._pools if pool.function.answers_to(name)), None)
        if pool is None:
            return _refuse(404, "ResourceNotFoundException", f"Function not found: {name}")
        kind = request.header("x-amz-invocation-type") or "RequestResponse"
        limit = ASYNC_PAYLOAD_LIMIT_BYTES if kind == "Event" else PAYLOAD_LIMIT_BYTES
        if len(request.body) > limit:
            message = f"{len(request.body)} byte payload is too large for {kind} (limit {limit} bytes)"
            return _refuse(413, "RequestTooLargeException", message)
        try:
            json.loads(request.body or b"{}")
            context = base64.b64decode(request.header("x-amz-client-context") or "", validate=True).decode()
        except (ValueError, RecursionError) as error:
            return _refuse(
                400, "InvalidRequestContentException", f"Could not parse request body into json: {error}"
            )
        invocation = Invocation(
            payload=request.body or b"{}",
            trace_id=request.header("x-amzn-trace-id") or new_trace_id(time.time()),
            client_context=context,
        )
        return await self._invoke(pool, invocation, kind)

    async def _invoke(self, pool: Pool, invocation: Invocation, kind: str) -> Response:
        headers = [
            ("content-type", "application/json"),
            ("x-amzn-requestid", invocation.request_id),
            ("x-amz-executed-version", "$LATEST"),
        ]
        if kind == "DryRun":
            return Response(204, b"", headers)
        if kind == "Event":
            self._events.submit(pool, invocation)
            return Response(202, b"", headers)
        if kind != "RequestResponse":
            return _refuse(400, "InvalidParameterValueException", f"Unknown invocation type: {kind}")
        try:
            outcome = await pool.invoke(invocation)
        except Throttled:
            return _refuse(
                429,
                "TooManyRequestsException",
                "Rate Exceeded.",
                Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
            )
        if outcome.failed:
            headers.append(("x-amz-function-error", "Unhandled"))
        return Response(200, outcome.payload, headers)


def _refuse(status: int, kind: str, message: str, **more: str) -> Response:
    fault = "User" if status < 500 else "Service"
    body = json.dumps({"Type": fault, "Message": message, "message": message, **more}).encode()
    return Response(status, body, [("content-type", "application/json"), ("x-amzn-errortype", kind)])
