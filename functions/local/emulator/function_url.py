"""A function's URL: an HTTP request in, the function's response out, the platform's errors in between."""

import json
import time
from datetime import UTC, datetime

from functions.local.emulator.events import MalformedResult, build_event, read_result
from functions.local.emulator.invocation import PAYLOAD_LIMIT_BYTES, Invocation, Throttled, new_trace_id
from functions.local.emulator.logs import Journal
from functions.local.emulator.pool import Pool
from functions.local.emulator.web import Request, Response

TOO_LARGE = f"Request must be smaller than {PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation"


class FunctionUrl:
    def __init__(self, pool: Pool, journal: Journal) -> None:
        self.pool, self._journal = pool, journal

    async def respond(self, request: Request) -> Response:
        started = time.perf_counter()
        response = await self._call(request)
        spent_ms = (time.perf_counter() - started) * 1000
        name = self.pool.function.deployed_name
        for metric, value in (
            ("UrlRequestCount", 1),
            ("UrlRequestLatency", spent_ms),
            ("Url5xxCount", response.status >= 500),
        ):
            self._journal.measurements.of_function(metric, value, name)
        self._journal.write(
            self.pool.function.name,
            f"{request.method} {request.path} {response.status} {spent_ms:.1f} ms",
            "red" if response.status >= 500 else "yellow" if response.status >= 400 else "",
        )
        return response

    async def _call(self, request: Request) -> Response:
        trace_id = request.header("x-amzn-trace-id") or new_trace_id(time.time())
        invocation = Invocation(b"", trace_id)
        event = build_event(
            request, request_id=invocation.request_id, trace_id=trace_id, now=datetime.now(UTC)
        )
        payload = json.dumps(event).encode()
        if len(payload) > PAYLOAD_LIMIT_BYTES:
            return _platform_error(413, TOO_LARGE)
        invocation = Invocation(payload, trace_id, invocation.request_id)
        try:
            outcome = await self.pool.invoke(invocation)
        except Throttled:
            return _platform_error(429, "Rate Exceeded.")
        if outcome.failed:
            return _platform_error(502, "Internal Server Error")
        try:
            response = read_result(outcome.payload)
        except MalformedResult as error:
            self._journal.write(self.pool.function.name, str(error), "red")
            return _platform_error(502, "Internal Server Error")
        return Response(
            response.status, response.body, [*response.headers, ("x-amzn-requestid", invocation.request_id)]
        )


def _platform_error(status: int, message: str) -> Response:
    body = json.dumps({"Message": message}).encode()
    return Response(status, body, [("content-type", "application/json")])
