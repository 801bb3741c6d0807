"""Runs a state machine written in the Amazon States Language, as far as ours uses it. Opens no socket.

Specification: https://states-language.net/spec.html; retry jitter and distributed maps: AWS documentation,
"Step Functions Developer Guide". What is not understood is refused on reading, never skipped.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, gt
from typing import Any

from common.errors import ConfigurationError

DATA_BYTES_MAX = 262_144
"""What a state may hand on. AWS documentation, Step Functions, "Service quotas"."""
LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke"
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "NumericGreaterThan": gt,
    "NumericEquals": eq,
    "StringEquals": eq,
}
SHARED_KEYS = {"Type", "Comment", "Next", "End", "OutputPath"}
RESULT_KEYS = SHARED_KEYS | {"ResultSelector", "ResultPath", "Retry"}
KNOWN_KEYS = {
    "Task": RESULT_KEYS | {"Resource", "Parameters"},
    "Map": RESULT_KEYS
    | {
        "ItemsPath",
        "ItemSelector",
        "MaxConcurrency",
        "MaxConcurrencyPath",
        "ToleratedFailurePercentage",
        "ItemProcessor",
    },
    "Choice": {"Type", "Comment", "Choices", "Default"},
    "Pass": SHARED_KEYS,
}

Invoke = Callable[[str, Any], Awaitable[Any]]
"""Function name or ARN, and payload -> result. Raises StateFailed."""
Wait = Callable[[float], Awaitable[None]]


class StateFailed(Exception):
    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass(frozen=True)
class Machine:
    """States of one level; those inside a map are a machine of their own."""

    start: str
    states: Mapping[str, Mapping[str, Any]]


def read_machine(definition: Mapping[str, Any]) -> Machine:
    """Raise ConfigurationError for whatever would not run here as it does on AWS."""
    states = definition["States"]
    for name, state in states.items():
        unknown = set(state) - KNOWN_KEYS.get(state["Type"], set())
        if unknown:
            raise ConfigurationError(f"state {name}: not emulated: {', '.join(sorted(unknown))}")
        for target in [state.get("Next"), *(choice["Next"] for choice in state.get("Choices", []))]:
            if target is not None and target not in states:
                raise ConfigurationError(f"state {name}: there is no state {target}")
        if state["Type"] == "Task" and state["Resource"] != LAMBDA_INVOKE:
            raise ConfigurationError(f"state {name}: only {LAMBDA_INVOKE} is emulated")
        if state["Type"] == "Map":
            read_machine(state["ItemProcessor"])
    return Machine(definition["StartAt"], states)


@dataclass(frozen=True)
class Interpreter:
    invoke: Invoke
    wait: Wait = asyncio.sleep

    async def run(self, machine: Machine, given: Any, context: Mapping[str, Any]) -> Any:
        """Return the machine's output. `context` is what `$$` means. Raises StateFailed."""
        name: str | None = machine.start
        value = given
        while name is not None:
            state = machine.states[name]
            if state["Type"] == "Choice":
                name = _choose(state, value)
                continue
            value = await self._do(state, value, context)
            if len(json.dumps(value).encode()) > DATA_BYTES_MAX:
                raise StateFailed(
                    "States.DataLimitExceeded", f"{name} hands on more than {DATA_BYTES_MAX} bytes"
                )
            name = state.get("Next")
        return value

    async def _do(self, state: Mapping[str, Any], given: Any, context: Mapping[str, Any]) -> Any:
        if state["Type"] == "Pass":
            return look_up(state.get("OutputPath", "$"), given, context)
        work = self._task if state["Type"] == "Task" else self._map
        result = await self._retry(state.get("Retry", []), lambda: work(state, given, context))
        if "ResultSelector" in state:
            result = fill(state["ResultSelector"], result, context)
        placed = place(state.get("ResultPath", "$"), given, result)
        return look_up(state.get("OutputPath", "$"), placed, context)

    async def _task(self, state: Mapping[str, Any], given: Any, context: Mapping[str, Any]) -> Any:
        parameters = fill(state["Parameters"], given, context)
        payload = await self.invoke(parameters["FunctionName"], parameters["Payload"])
        return {"StatusCode": 200, "Payload": payload}

    async def _map(self, state: Mapping[str, Any], given: Any, context: Mapping[str, Any]) -> list[Any]:
        items = look_up(state["ItemsPath"], given, context)
        machine = read_machine(state["ItemProcessor"])
        path = state.get("MaxConcurrencyPath")
        most = look_up(path, given, context) if path else state.get("MaxConcurrency")
        turn = asyncio.Semaphore(most or max(len(items), 1))

        async def run_item(index: int, item: Any) -> Any:
            inside = {**context, "Map": {"Item": {"Index": index, "Value": item}}}
            async with turn:
                return await self.run(machine, fill(state["ItemSelector"], given, inside), inside)

        done = await asyncio.gather(*map(run_item, range(len(items)), items), return_exceptions=True)
        failed = [outcome for outcome in done if isinstance(outcome, BaseException)]
        for outcome in failed:
            if not isinstance(outcome, StateFailed):
                raise outcome
        if 100 * len(failed) > state.get("ToleratedFailurePercentage", 0) * len(items):
            cause = f"{len(failed)} of {len(items)} items failed, the first with {failed[0]}"
            raise StateFailed("States.ExceedToleratedFailureThreshold", cause)
        return [outcome for outcome in done if not isinstance(outcome, BaseException)]

    async def _retry(self, retriers: Sequence[Mapping[str, Any]], work: Callable[[], Awaitable[Any]]) -> Any:
        tries = [0] * len(retriers)
        while True:
            try:
                return await work()
            except StateFailed as failure:
                position = next((i for i, r in enumerate(retriers) if _catches(r, failure)), None)
                if position is None or tries[position] >= retriers[position].get("MaxAttempts", 3):
                    raise
                await self.wait(_delay(retriers[position], tries[position]))
                tries[position] += 1


def _choose(state: Mapping[str, Any], value: Any) -> str | None:
    for choice in state["Choices"]:
        [(comparison, wanted)] = [(key, choice[key]) for key in choice if key not in ("Variable", "Next")]
        if comparison not in COMPARISONS:
            raise ConfigurationError(f"{comparison} is not emulated")
        if COMPARISONS[comparison](look_up(choice["Variable"], value, {}), wanted):
            return str(choice["Next"])
    default: str | None = state.get("Default")
    if default is None:
        raise StateFailed("States.NoChoiceMatched", "no choice applies and there is no default")
    return default


def _catches(retrier: Mapping[str, Any], failure: StateFailed) -> bool:
    return bool({"States.ALL", failure.error} & set(retrier["ErrorEquals"]))


def _delay(retrier: Mapping[str, Any], tries: int) -> float:
    seconds: float = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tries
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    return seconds * random.random() if retrier.get("JitterStrategy") == "FULL" else seconds


def look_up(path: str, value: Any, context: Mapping[str, Any]) -> Any:
    """Return what a reference path like `$.plan.shards` or `$$.Map.Item.Value` names. Raises StateFailed."""
    root, *names = path.split(".")
    found = {"$": value, "$$": context}[root]
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            raise StateFailed("States.ParameterPathFailure", f"{path} is not in the input")
        found = found[name]
    return found


def fill(template: Any, value: Any, context: Mapping[str, Any]) -> Any:
    """Return a payload template with every `"name.$": path` replaced by what the path names."""
    if not isinstance(template, Mapping):
        return template
    return {
        key.removesuffix(".$"): look_up(part, value, context)
        if key.endswith(".$")
        else fill(part, value, context)
        for key, part in template.items()
    }


def place(path: str | None, value: Any, result: Any) -> Any:
    """`value` with `result` put where a result path says; None leaves it out, `$` replaces all."""
    if path is None:
        return value
    _, *names = path.split(".")
    if not names:
        return result
    first, rest = names[0], ".".join(["$", *names[1:]])
    inside = value.get(first, {}) if isinstance(value, Mapping) else {}
    return {**value, first: place(rest, inside, result)}
