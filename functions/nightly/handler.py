"""The entry point of the nightly function: a schedule's event or an explicit order in, a report out.

    {"action": "plan", "scheduled": "2025-06-30T03:00:00Z"}           everyone, in shards
    {"action": "recompute", …, "shard": {"after": "", "until": "…"}}  one shard's people
    {"action": "evaluate", …}                                         how forecasts fared
    {"action": "everything", …}                                       all three, as a schedule's event means

Each may carry `"date"`: the one local day to compute, for everyone for whom it has begun. Speaks no HTTP.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

import common.services.correlations  # noqa: F401 - insights loads it late; here it pays at the start
from common.services import nightly
from common.services.nightly import Report, Run
from common.settings import get_settings
from common.telemetry import configure_logging, request_id
from functions.nightly.orders import read_order

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RESERVE_MS = 20_000
"""For the person being computed when the deadline comes near, and for the report."""

configure_logging(get_settings())


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Raises InvalidInput for an event that is none of the above, Unavailable without PostgreSQL."""
    request_id.set(str(getattr(context, "aws_request_id", "")))
    order = read_order(event)
    run = order.run

    def out_of_time() -> bool:
        return context is not None and context.get_remaining_time_in_millis() < RESERVE_MS

    match order.action:
        case "plan":
            answer = _told(nightly.plan())
        case "recompute":
            answer = _told(nightly.recompute(run, order.people, out_of_time))
        case "evaluate":
            answer = {**_told(order.total), **_evaluate(run)}
        case "everything":
            answer = _do_everything(run, out_of_time)
    return {"action": order.action, "run": f"{run.hour.isoformat()}Z", **answer}


def _evaluate(run: Run) -> dict[str, Any]:
    return {"forecasts": [_told(fared) for fared in nightly.evaluate(run)]}


def _do_everything(run: Run, out_of_time: Callable[[], bool]) -> dict[str, Any]:
    total = Report()
    for shard in nightly.plan().shards:
        total += nightly.recompute(run, shard, out_of_time)
    return {**_told(total), **_evaluate(run)}


def _told(report: "DataclassInstance") -> dict[str, Any]:
    told: dict[str, Any] = _camel(asdict(report))
    return told


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(name): _camel(inner) for name, inner in value.items()}
    return value
