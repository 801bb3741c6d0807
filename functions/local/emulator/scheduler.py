"""Fires the template's schedules, as EventBridge would, until cancelled."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from functions.local.emulator.async_events import AsyncEvents
from functions.local.emulator.executions import Executions
from functions.local.emulator.invocation import Invocation, new_trace_id
from functions.local.emulator.logs import Journal
from functions.local.emulator.machines import StateMachine
from functions.local.emulator.pool import Pool
from functions.local.emulator.template import ACCOUNT, REGION, Schedule

CHECK_SECONDS = 30  # a laptop that slept wakes to a changed clock


async def run_schedules(
    pools: Sequence[Pool], events: AsyncEvents, executions: Executions, journal: Journal
) -> None:
    """Every schedule of every function and state machine.

    A time that passes while the machine sleeps is fired once, late.
    """

    def call(pool: Pool, payload: str, due: datetime) -> None:
        events.submit(pool, Invocation(payload.encode(), new_trace_id(due.timestamp())))

    def execute(machine: StateMachine, payload: str, _: datetime) -> None:
        executions.start(machine, json.loads(payload))

    async with asyncio.TaskGroup() as group:
        for pool in pools:
            for schedule in pool.function.schedules:
                group.create_task(_run_schedule(pool.function.name, schedule, partial(call, pool), journal))
        for machine in executions.machines:
            for schedule in machine.schedules:
                group.create_task(_run_schedule(machine.name, schedule, partial(execute, machine), journal))


async def _run_schedule(
    name: str, schedule: Schedule, fire: Callable[[str, datetime], None], journal: Journal
) -> None:
    while (due := schedule.due.next_after(datetime.now(UTC))) is not None:
        while (wait := (due - datetime.now(UTC)).total_seconds()) > 0:
            await asyncio.sleep(min(wait, CHECK_SECONDS))
        journal.write(name, f"schedule {schedule.name} is due")
        fire(schedule.input or json.dumps(build_scheduled_event(schedule.name, due)), due)


def build_scheduled_event(rule: str, due: datetime) -> dict[str, object]:
    """Return what an EventBridge rule sends when no input is configured. `due` is aware, in UTC."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }
