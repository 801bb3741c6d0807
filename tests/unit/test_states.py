"""The state machine interpreter: what it does with results, failures, retries and maps, as AWS does."""

import asyncio
from typing import Any

import pytest

from common.errors import ConfigurationError
from functions.local.emulator.states import Interpreter, StateFailed, fill, look_up, place, read_machine

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f", "Payload": {"n.$": "$.n"}},
    "OutputPath": "$.Payload",
    "End": True,
}


class Function:
    """Answers `n`, after failing as often as told with the errors told; counts how many run at once."""

    def __init__(self, *errors: str) -> None:
        self.errors = list(errors)
        self.payloads: list[Any] = []
        self.waits: list[float] = []
        self.running = self.most = 0

    async def __call__(self, name: str, payload: Any) -> Any:
        self.payloads.append(payload)
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        if self.errors:
            raise StateFailed(self.errors.pop(0), "told to")
        return payload["n"]

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def run(function: Function, states: dict[str, Any], given: Any) -> Any:
    machine = read_machine({"StartAt": next(iter(states)), "States": states})
    return asyncio.run(Interpreter(function, function.wait).run(machine, given, {}))


def retrying(**retrier: Any) -> dict[str, Any]:
    return {"Call": {**TASK, "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, **retrier}]}}


def test_a_task_gets_its_parameters_and_gives_its_payload() -> None:
    function = Function()
    assert run(function, {"Call": TASK}, {"n": 3, "rest": 1}) == 3
    assert function.payloads == [{"n": 3}]


def test_a_failure_is_tried_again_with_growing_waits_until_it_passes() -> None:
    function = Function("Busy", "Busy")
    assert run(function, retrying(BackoffRate=3), {"n": 1}) == 1
    assert function.waits == [2, 6]


def test_jitter_waits_no_longer_than_without() -> None:
    function = Function(*["Busy"] * 3)
    run(function, retrying(JitterStrategy="FULL", MaxDelaySeconds=5), {"n": 1})
    assert all(0 <= seconds <= limit for seconds, limit in zip(function.waits, [2, 4, 5], strict=True))


@pytest.mark.parametrize(("errors", "calls"), [(["Busy"] * 9, 3), (["Broken"], 1)])
def test_a_failure_that_lasts_or_is_not_listed_ends_the_execution(errors: list[str], calls: int) -> None:
    function = Function(*errors)
    with pytest.raises(StateFailed) as failure:
        run(function, retrying(MaxAttempts=2), {"n": 1})
    assert failure.value.error == errors[0]
    assert len(function.payloads) == calls


def mapped(**more: Any) -> dict[str, Any]:
    each = {**TASK, "Retry": []}
    return {
        "All": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {"n.$": "$$.Map.Item.Value", "of.$": "$.of"},
            "ItemProcessor": {"StartAt": "One", "States": {"One": each}},
            "End": True,
            **more,
        }
    }


def test_a_map_gives_results_in_order_and_runs_no_more_at_once_than_allowed() -> None:
    function = Function()
    assert run(function, mapped(MaxConcurrency=2), {"items": list(range(9)), "of": "x"}) == list(range(9))
    assert function.most == 2


def test_a_map_takes_its_concurrency_from_where_it_is_told_to() -> None:
    function = Function()
    given = {"items": list(range(6)), "of": "x", "most": 3}
    assert run(function, mapped(MaxConcurrencyPath="$.most"), given) == list(range(6))
    assert function.most == 3


def test_a_state_that_hands_on_too_much_ends_the_execution() -> None:
    with pytest.raises(StateFailed, match="DataLimitExceeded"):
        run(Function(), {"Call": TASK}, {"n": "x" * 262_144})


def test_a_map_without_items_gives_none() -> None:
    assert run(Function(), mapped(), {"items": [], "of": "x"}) == []


def test_a_map_bears_as_many_failures_as_it_is_told_to() -> None:
    states, given = mapped(ToleratedFailurePercentage=25), {"items": [1, 2, 3, 4], "of": "x"}
    assert len(run(Function("Broken"), states, given)) == 3
    with pytest.raises(StateFailed, match=r"2 of 4 items failed") as failure:
        run(Function("Broken", "Broken"), states, given)
    assert failure.value.error == "States.ExceedToleratedFailureThreshold"


def test_a_choice_loops_until_nothing_is_left() -> None:
    states = {
        "Call": {**TASK, "End": False, "Next": "Enough", "OutputPath": "$", "ResultPath": "$.told"},
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.told.Payload", "NumericGreaterThan": 5, "Next": "Call"}],
            "Default": "Done",
        },
        "Done": {"Type": "Pass", "OutputPath": "$.told.Payload", "End": True},
    }
    assert run(Function(), states, {"n": 5}) == 5


def test_paths_read_and_place_without_touching_the_rest() -> None:
    value = {"a": {"b": 1}, "c": 2}
    assert look_up("$.a.b", value, {}) == 1
    assert look_up("$$.Execution.Name", value, {"Execution": {"Name": "x"}}) == "x"
    assert place("$.a.d", value, 3) == {"a": {"b": 1, "d": 3}, "c": 2}
    assert place(None, value, 3) is value
    assert place("$", value, 3) == 3
    assert fill({"x.$": "$.c", "y": {"z.$": "$.a"}}, value, {}) == {"x": 2, "y": {"z": {"b": 1}}}
    with pytest.raises(StateFailed, match="ParameterPathFailure"):
        look_up("$.a.nowhere", value, {})


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Parallel", "End": True},
        {**TASK, "Catch": []},
        {**TASK, "Resource": "arn:aws:states:::sqs:sendMessage"},
        {**TASK, "Next": "Nowhere"},
    ],
)
def test_what_would_run_otherwise_on_aws_is_refused_when_read(state: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        read_machine({"StartAt": "S", "States": {"S": state}})
