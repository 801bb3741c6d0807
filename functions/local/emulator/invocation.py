"""One invocation and its outcome, and the words the platform uses for what went wrong."""

import json
import uuid
from dataclasses import dataclass, field

PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024
ASYNC_PAYLOAD_LIMIT_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Invocation:
    payload: bytes
    trace_id: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_context: str = ""


@dataclass(frozen=True)
class Outcome:
    """`failed` when the function raised, died, ran out of time or memory, or answered too much."""

    payload: bytes
    failed: bool = False


class Throttled(Exception):
    """All environments the function may have are busy."""


def new_trace_id(now_seconds: float) -> str:
    return f"Root=1-{int(now_seconds):08x}-{uuid.uuid4().hex[:24]};Sampled=0"


def failure(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


def timed_out(invocation: Invocation, timeout_seconds: int) -> Outcome:
    message = f"RequestId: {invocation.request_id} Error: Task timed out after {timeout_seconds:.2f} seconds"
    return failure("Sandbox.Timedout", message)


def exited(invocation: Invocation, return_code: int | None) -> Outcome:
    if return_code is not None and return_code < 0:
        reason = "signal: killed" if return_code == -9 else f"signal: {-return_code}"
    else:
        reason = f"exit status {return_code}"
    message = f"RequestId: {invocation.request_id} Error: Runtime exited with error: {reason}"
    return failure("Runtime.ExitError", message)


def out_of_memory(invocation: Invocation) -> Outcome:
    message = f"RequestId: {invocation.request_id} Error: Runtime exited with error: signal: killed"
    return failure("Runtime.OutOfMemory", message)


def too_large(size: int) -> Outcome:
    return failure(
        "Function.ResponseSizeTooLarge",
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size "
        f"({PAYLOAD_LIMIT_BYTES} bytes).",
    )
