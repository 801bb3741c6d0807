"""The entry point of the nightly function: a schedule's event or an explicit order in, a report out.

    {"action": "plan", "scheduled": "2025-06-30T03:00:00Z"}           everyone, in shards
    {"action": "recompute", …, "shard": {"after": "", "until": "…"}}  one shard's people
    {"action": "evaluate", …}                                         how forecasts fared; what people say
    {"action": "pool", …}                                             what people say, now and not weekly
    {"action": "everything", …}                                       all of it, as a schedule's event means

Each may carry `"date"`, the one local day to compute, for everyone for whom it has begun, and `"execution"`,
which the logs of all steps then tell as their trace. Speaks no HTTP.
"""

import os
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

import common.services.correlations  # noqa: F401 - insights loads it late; here it pays at the start
from common.services import nightly
from common.services.nightly import Plan, Report, Run
from common.settings import get_settings
from common.telemetry import (
    configure_logging,
    configure_tracing,
    flush_spans,
    log_event,
    log_metric,
    request_id,
    root_span,
    trace_id,
)
from functions.nightly.orders import Order, read_order

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RESERVE_MS = 20_000
"""For the person being computed when the deadline comes near, and for the report."""

NOTHING_TO_JUDGE: dict[str, Any] = {"forecasts": [], "contests": [], "withdrawn": []}
"""An execution's answer on a day that another one has evaluated."""

KEPT_FOR_PLANS = 1
"""A run that is launched while another is busy must find a process, or it has failed."""

LOST_SHARE_MAX = 0.1
"""Of the people; those of shards that failed for good are made up for by the next run."""

configure_logging(get_settings())
configure_tracing(get_settings(), os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "nutri-nightly"))


class NightIncomplete(Exception):
    """So many people were not reached that somebody should look."""


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Raise InvalidInput for an event that is none of the above, Unavailable without PostgreSQL."""
    began = time.perf_counter()
    request_id.set(str(getattr(context, "aws_request_id", "")))
    trace_id.set("")
    order = read_order(event)
    trace_id.set(order.execution)
    nightly.refuse_future(order.run)
    try:
        with root_span(f"night {order.action}", ""):
            answer = _take_step(order, context)
    finally:
        flush_spans()
    about = {"action": order.action, "run": f"{order.run.hour.isoformat()}Z"}
    _log_alarm_metrics(order, answer)
    counts = {name: told for name, told in answer.items() if isinstance(told, int)}
    log_event("night", {**about, **counts, "ms": round((time.perf_counter() - began) * 1_000, 2)})
    return {**about, **answer}


def _take_step(order: Order, context: Any) -> dict[str, Any]:
    run = order.run

    def out_of_time() -> bool:
        return context is not None and context.get_remaining_time_in_millis() < RESERVE_MS

    def no_time_for_those_behind() -> bool:
        return order.catches_up_until is not None and datetime.now(UTC) > order.catches_up_until

    match order.action:
        case "plan":
            answer = _told(_plan(run) if nightly.take_turn(order.execution) else Plan(0, []))
            answer["concurrency"] = get_settings().night_concurrency - KEPT_FOR_PLANS
        case "recompute":
            nightly.take_turn(order.execution)
            answer = _told(nightly.recompute(run, order.people, out_of_time, no_time_for_those_behind))
            answer["people"] = order.shard.people
        case "evaluate":
            once = order.execution and not nightly.is_due(run)
            answer = {
                **_told(order.total),
                "lost": order.lost,
                **(NOTHING_TO_JUDGE if once else _evaluate(run)),
            }
            answer |= _pool(run, out_of_time)
            nightly.end_turn(order.execution)
            if order.lost > LOST_SHARE_MAX * order.planned:
                raise NightIncomplete(f"{order.lost} of {order.planned} people are in shards that failed")
        case "pool":
            answer = _pool(run, out_of_time, always=True)
        case "everything":
            answer = _do_everything(run, out_of_time)
    return answer


def _log_alarm_metrics(order: Order, answer: dict[str, Any]) -> None:
    """Report a night's end; an execution that only waited for another has planned nobody and ended none."""
    if order.action in ("recompute", "everything"):
        log_metric("NightComputed", answer["computed"])
    if order.action == "everything" or (order.action == "evaluate" and order.planned):
        log_metric("NightEvaluated")


def _plan(run: Run) -> Plan:
    planned = nightly.plan()
    nightly.set_plan_gauges(run, planned)
    return planned


def _evaluate(run: Run) -> dict[str, Any]:
    made = nightly.evaluate(run)
    nightly.set_evaluation_gauges(run, made.forecasts)
    return {
        "forecasts": [_told(fared) for fared in made.forecasts],
        "contests": [_told(contest) for contest in made.contests],
        "withdrawn": [_told(withdrawal) for withdrawal in made.withdrawn],
    }


def _pool(run: Run, out_of_time: Callable[[], bool], *, always: bool = False) -> dict[str, Any]:
    """How many people were asked, where that was due and there was time for it."""
    made = nightly.pool(run, out_of_time) if always or nightly.is_pooling_due(run) else None
    return {} if made is None else {"pooledPeople": made.people, "pooledPairs": made.pairs}


def _do_everything(run: Run, out_of_time: Callable[[], bool]) -> dict[str, Any]:
    pooled = _pool(run, out_of_time)  # first: what others say is part of everybody's night
    total = Report()
    for shard in _plan(run).shards:
        total += nightly.recompute(run, shard, out_of_time)
    return {**_told(total), **_evaluate(run), **pooled}


def _told(report: "DataclassInstance") -> dict[str, Any]:
    told: dict[str, Any] = _camel(asdict(report))
    return told


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(name): _camel(inner) for name, inner in value.items()}
    return value
