"""Executions of the template's state machines, and the part of Step Functions' API that starts them.

Shapes: AWS documentation, Step Functions API reference, "StartExecution" and "DescribeExecution".
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from functions.local.emulator.invocation import Invocation, Throttled, new_trace_id
from functions.local.emulator.logs import Journal
from functions.local.emulator.machines import StateMachine
from functions.local.emulator.pool import Pool
from functions.local.emulator.states import Interpreter, StateFailed, Wait
from functions.local.emulator.web import Request, Response

TARGET_PREFIX = "AWSStepFunctions."
NEEDED = {"StartExecution": "stateMachineArn", "DescribeExecution": "executionArn"}
ARN = re.compile(r"arn:[\x21-\x7e]{1,252}")
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass
class Execution:
    arn: str
    name: str
    given: Any
    began: float
    status: str = "RUNNING"
    ended: float | None = None
    told: dict[str, str] = field(default_factory=dict)
    """`output`, or `error` and `cause`."""


class Executions:
    def __init__(
        self,
        machines: Sequence[StateMachine],
        pools: Sequence[Pool],
        journal: Journal,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self.machines = machines
        self._pools, self._journal = pools, journal
        self._interpreter = Interpreter(self._invoke, wait)
        self._executions: dict[str, Execution] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, machine: StateMachine, given: Any, name: str | None = None) -> Execution | None:
        """None if the name was used for another input. The same input again is the same execution."""
        name = name or str(uuid.uuid4())
        arn = f"{machine.arn.replace(':stateMachine:', ':execution:')}:{name}"
        if (known := self._executions.get(arn)) is not None:
            return known if known.given == given and known.status == "RUNNING" else None
        execution = self._executions[arn] = Execution(arn, name, given, time.time())
        task = asyncio.create_task(self._run(machine, execution))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return execution

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def respond(self, request: Request) -> Response:
        action = (request.header("x-amz-target") or "").removeprefix(TARGET_PREFIX)
        try:
            asked = json.loads(request.body)
        except (ValueError, RecursionError):
            return _refuse("SerializationException", "the body is not JSON")
        if not isinstance(asked, dict) or not all(isinstance(value, str) for value in asked.values()):
            return _refuse("SerializationException", "the body is not an object of strings")
        needed = NEEDED.get(action)
        if needed is None:
            return _refuse("UnknownOperationException", f"{action} is not emulated")
        if not asked.get(needed):
            return _refuse("ValidationException", f"{needed} must not be missing or empty")
        if not ARN.fullmatch(asked[needed]):
            return _refuse("InvalidArn", f"{needed} is not an ARN")
        return self._start_execution(asked) if action == "StartExecution" else self._describe_execution(asked)

    def _start_execution(self, asked: Mapping[str, str]) -> Response:
        machine = next((m for m in self.machines if m.arn == asked["stateMachineArn"]), None)
        if machine is None:
            return _refuse("StateMachineDoesNotExist", "no such state machine")
        try:
            given = json.loads(asked.get("input", "{}"))
        except (ValueError, RecursionError):
            return _refuse("InvalidExecutionInput", "the input is not JSON")
        if not NAME.fullmatch(asked.get("name", "a")):
            return _refuse("InvalidName", "a name has 1 to 80 letters, digits, - and _")
        started = self.start(machine, given, asked.get("name"))
        if started is None:
            return _refuse("ExecutionAlreadyExists", "the name was used before")
        return _answer({"executionArn": started.arn, "startDate": started.began})

    def _describe_execution(self, asked: Mapping[str, str]) -> Response:
        execution = self._executions.get(asked["executionArn"])
        if execution is None:
            return _refuse("ExecutionDoesNotExist", "no such execution")
        return _answer(_describe(execution))

    async def _run(self, machine: StateMachine, execution: Execution) -> None:
        began = datetime.fromtimestamp(execution.began, UTC).isoformat(timespec="milliseconds")
        about = {"Id": execution.arn, "Name": execution.name, "Input": execution.given, "StartTime": began}
        context = {"Execution": about}
        self._journal.write(machine.name, "execution begins", "dim")
        self._measure(machine, "ExecutionsStarted", 1)
        try:
            output = await self._interpreter.run(machine.machine, execution.given, context)
        except StateFailed as failure:
            execution.status, execution.told = "FAILED", {"error": failure.error, "cause": failure.cause}
            self._journal.write(machine.name, f"execution failed: {failure}", "red")
        else:
            execution.status, execution.told = "SUCCEEDED", {"output": json.dumps(output)}
            self._journal.write(machine.name, f"execution succeeded: {json.dumps(output)[:300]}", "green")
        execution.ended = time.time()
        self._measure(machine, "ExecutionsFailed", execution.status == "FAILED")
        self._measure(machine, "ExecutionTime", (execution.ended - execution.began) * 1_000)

    def _measure(self, machine: StateMachine, metric: str, value: float) -> None:
        self._journal.measurements.add("AWS/States", metric, value, {"StateMachineArn": machine.arn})

    async def _invoke(self, name: str, payload: Any) -> Any:
        pool = next((pool for pool in self._pools if pool.function.answers_to(name)), None)
        if pool is None:
            raise StateFailed("Lambda.ResourceNotFoundException", f"Function not found: {name}")
        try:
            outcome = await pool.invoke(Invocation(json.dumps(payload).encode(), new_trace_id(time.time())))
        except Throttled:
            raise StateFailed("Lambda.TooManyRequestsException", "Rate Exceeded.") from None
        told = json.loads(outcome.payload)
        if outcome.failed:
            raise StateFailed(told.get("errorType", "Lambda.Unknown"), json.dumps(told))
        return told


def _describe(execution: Execution) -> dict[str, Any]:
    described = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.arn.replace(":execution:", ":stateMachine:").rpartition(":")[0],
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.began,
        "input": json.dumps(execution.given),
        **execution.told,
    }
    return described if execution.ended is None else {**described, "stopDate": execution.ended}


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), [("content-type", "application/x-amz-json-1.0")])


def _refuse(kind: str, message: str) -> Response:
    return _answer({"__type": kind, "message": message}, 400)
